package report

import "fmt"

// Figure is a measure that is judged by a bound of its own.
type Figure struct {
	Name   string  `json:"nom"`
	Value  float64 `json:"mesure"`
	Unit   string  `json:"unite"`
	Wanted float64 `json:"voulu"`
	// AtLeast: Wanted is the least that will do; else the most.
	AtLeast bool   `json:"au_moins,omitempty"`
	Detail  string `json:"detail,omitempty"` // what was compared with what
}

// OK says whether the bound is kept.
func (f Figure) OK() bool {
	if f.AtLeast {
		return f.Value >= f.Wanted
	}
	return f.Value <= f.Wanted
}

func (f Figure) String() string { return f.Name + " : " + f.cells()[1] + " (" + f.Detail + ")" }

var figureHead = []string{"autres mesures", "mesuré", "voulu", "détail"}

func (f Figure) cells() []string {
	sign := "≤"
	if f.AtLeast {
		sign = "≥"
	}
	return []string{
		f.Name, fmt.Sprintf("%.2f %s", f.Value, f.Unit) + verdict(f.OK()),
		fmt.Sprintf("%s %g %s", sign, f.Wanted, f.Unit), f.Detail,
	}
}
