package i18n

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"etuservices/protocol"
)

// nbsp keeps a number and its sign on one line; one cell wide like a space.
const nbsp = "\u00a0"

// Int gives a whole number with its groups: 1 234 567 or 1,234,567.
func (t T) Int(n int64) string {
	separator := [...]string{nbsp, ","}[t.Lang]
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + separator + s[i:]
	}
	return s
}

// Amount gives cents as euros: 4,50 € or €4.50.
func (t T) Amount(cents int64) string {
	if cents < 0 {
		return "?" // the server sent no amount
	}
	euros := t.Decimal(float64(cents)/100, 2)
	if t.Lang == English {
		return "€" + euros
	}
	return euros + nbsp + "€"
}

// Decimal gives a number with so many decimals: 0,4 or 0.4.
func (t T) Decimal(x float64, decimals int) string {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return "?"
	}
	scale := math.Pow10(decimals)
	n := int64(math.Round(math.Abs(x) * scale))
	out := t.Int(n / int64(scale))
	if decimals > 0 {
		point := [...]string{",", "."}[t.Lang]
		out += point + fmt.Sprintf("%0*d", decimals, n%int64(scale))
	}
	if x < 0 && n > 0 {
		out = "-" + out
	}
	return out
}

// Compact gives a number of at least 0 in at most four cells: 999, 1,2k, 45M.
func (t T) Compact(x float64) string {
	units, decimals := []string{"", "k", "M", "G"}, 0
	for ; x >= 1000 && len(units) > 1; units = units[1:] {
		x /= 1000
	}
	if units[0] != "" && x < 10 && x != math.Trunc(x) {
		decimals = 1
	}
	return t.Decimal(x, decimals) + units[0]
}

// Countdown gives minutes and seconds, 03:12, rounded up; 1:02:05 above an hour.
func (t T) Countdown(d time.Duration) string {
	s := protocol.Seconds(d)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%02d:%02d", s/60, s%60)
}

// Duration gives a duration in words for sentences: 3 min 12 s, 2 h, 1 j / 1 d.
func (t T) Duration(d time.Duration) string {
	large, rest, name := t.units(protocol.Seconds(d))
	if rest == 0 {
		return large
	}
	return large + " " + unit(rest, name)
}

// Age gives a short rounded age for columns: 5 s, 12 min, 2 h, 3 j / 3 d.
func (t T) Age(d time.Duration) string {
	large, _, _ := t.units(int64(max(d, 0) / time.Second))
	return large
}

// units gives seconds in the largest unit, and what is left in the one below.
func (t T) units(s int64) (large string, rest int64, name string) {
	switch {
	case s < 60:
		return unit(s, "s"), 0, ""
	case s < 3600:
		return unit(s/60, "min"), s % 60, "s"
	case s < 24*3600:
		return unit(s/3600, "h"), s / 60 % 60, "min"
	}
	return unit(s/(24*3600), [...]string{"j", "d"}[t.Lang]), s / 3600 % 24, "h"
}

func unit(n int64, name string) string { return strconv.FormatInt(n, 10) + nbsp + name }

// Clock gives the local time of day, 10:04.
func (t T) Clock(at time.Time) string { return at.Local().Format("15:04") }

// ClockSeconds gives the local time of day to the second, 10:04:05.
func (t T) ClockSeconds(at time.Time) string { return at.Local().Format("15:04:05") }

// DateWidth is how many cells the longest Date takes.
const DateWidth = len("yesterday 10:04")

// Date gives a local date and time, short: 10:04 today, hier 10:04, else
// 3 nov. 10:04, with the year where it is another one. The zero time is "?".
func (t T) Date(at, now time.Time) string {
	if at.IsZero() {
		return "?"
	}
	at, now = at.Local(), now.Local()
	clock := at.Format("15:04")
	switch {
	case sameDay(at, now):
		return clock
	case sameDay(at, now.AddDate(0, 0, -1)):
		return t.S(Common.Yesterday) + " " + clock
	}
	month := months[t.Lang][at.Month()-1]
	day := strconv.Itoa(at.Day()) + nbsp + month
	if at.Year() != now.Year() {
		return day + " " + strconv.Itoa(at.Year())
	}
	return day + " " + clock
}

func sameDay(a, b time.Time) bool {
	return a.Year() == b.Year() && a.YearDay() == b.YearDay()
}

var months = [2][12]string{
	{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."},
	{"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"},
}
