package widget

import "strings"

// Lines gathers the lines of a page.
type Lines []string

// Add adds texts, each of one line or more.
func (l *Lines) Add(texts ...string) {
	for _, t := range texts {
		*l = append(*l, strings.Split(t, "\n")...)
	}
}

// String joins the lines.
func (l Lines) String() string { return strings.Join(l, "\n") }

// Foot puts the last lines at the bottom of h, with blank lines between;
// where there is no room for both, the foot wins.
func (l Lines) Foot(h int, foot ...string) string {
	top := max(0, h-len(foot))
	for len(l) < top {
		l = append(l, "")
	}
	return strings.Join(append(l[:top:top], foot...), "\n")
}
