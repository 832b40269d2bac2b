package load

import (
	"math"
	"time"
)

// Shape is how a load rises and falls: straight lines between its points, which
// stand in the order of their At, from 0 to 1. The zero Shape is flat.
type Shape []Point

// Point is a moment, as a part of the run's time, and the part of the rate that
// comes then; never 0, or nothing would come any more.
type Point struct{ At, Part float64 }

// Day is a class and another one behind it: people come, work, have a break in
// which few do, come back together, and leave one by one.
var Day = Shape{
	{0, 0.05},
	{0.15, 0.6},
	{0.35, 0.8},
	{0.40, 0.15},
	{0.55, 0.15},
	{0.60, 1},
	{0.75, 0.9},
	{1, 0.05},
}

// due gives when the step is due that would be due after so many seconds if the
// whole rate came all the time. Behind the last point the shape goes on as it
// ends.
func (s Shape) due(seconds float64, total time.Duration) time.Duration {
	if len(s) == 0 {
		return time.Duration(seconds * float64(time.Second))
	}
	whole := total.Seconds()
	for i, p := range s[1:] {
		last := s[i]
		length := (p.At - last.At) * whole
		area := length * (last.Part + p.Part) / 2
		if seconds <= area {
			return time.Duration((last.At*whole + within(seconds, last.Part, (p.Part-last.Part)/length)) * float64(time.Second))
		}
		seconds -= area
	}
	end := s[len(s)-1]
	return time.Duration((end.At*whole + seconds/end.Part) * float64(time.Second))
}

// within solves from*t + slope*t²/2 = area for t, in the form that a slope of 0
// does not break.
func within(area, from, slope float64) float64 {
	return 2 * area / (from + math.Sqrt(max(0, from*from+2*slope*area)))
}
