// Package theme is the only place with colours. Names say what a style is
// for; every colour goes with a sign and a word, so that nothing is lost where
// styles are dropped (NO_COLOR, a dumb terminal, a screen reader).
package theme

import (
	"os"
	"strings"

	"github.com/charmbracelet/lipgloss"
)

// Name is a theme as flags and the configuration write it.
type Name string

// The three themes.
const (
	Dark     Name = "sombre"
	Light    Name = "clair"
	Contrast Name = "contraste"
)

// Names lists the themes in the order in which the theme key goes round.
var Names = []Name{Dark, Light, Contrast}

// Theme is a set of styles by purpose. The zero value draws plain text.
type Theme struct {
	Name  Name
	ASCII bool // draw with ASCII signs only

	Title    lipgloss.Style // the program's and a page's name
	Strong   lipgloss.Style // what the eye should find first
	Faint    lipgloss.Style // hints, ages, rules
	OK       lipgloss.Style
	Warn     lipgloss.Style
	Err      lipgloss.Style
	Bar      lipgloss.Style // the filled part of a bar
	Track    lipgloss.Style // its empty part
	Selected lipgloss.Style // the row or tab under the cursor, beside its ▸
	Key      lipgloss.Style // a key's name in a hint
}

// palette holds 256-colour numbers. Contrast with #1e1e1e (dark) or white
// (light) is 5.6 to 10.5, and the smallest ΔE between ok, warn and err is 40
// (dark) and 32 (light) under normal, protan, deutan and tritan vision; red
// and green would fall to 8. Hence blue, orange and a dark magenta.
type palette struct{ title, ok, warn, err, faint string }

var palettes = map[Name]palette{
	Dark:  {title: "117", ok: "75", warn: "214", err: "203", faint: "248"},
	Light: {title: "25", ok: "25", warn: "94", err: "125", faint: "240"},
}

// New makes a theme that draws through r, which knows how many colours the
// terminal has. An unknown name gives the dark one.
func New(r *lipgloss.Renderer, name Name, ascii bool) *Theme {
	plain := r.NewStyle()
	if name == Contrast {
		bold, reverse := plain.Bold(true), plain.Reverse(true).Bold(true)
		return &Theme{
			Name: name, ASCII: ascii,
			Title: bold, Strong: bold, Faint: plain, OK: bold, Warn: bold, Err: reverse,
			Bar: bold, Track: plain, Selected: reverse, Key: bold,
		}
	}
	p, known := palettes[name]
	if !known {
		name, p = Dark, palettes[Dark]
	}
	colour := func(c string) lipgloss.Style { return plain.Foreground(lipgloss.Color(c)) }
	return &Theme{
		Name: name, ASCII: ascii,
		Title:    colour(p.title).Bold(true),
		Strong:   plain.Bold(true),
		Faint:    colour(p.faint),
		OK:       colour(p.ok),
		Warn:     colour(p.warn),
		Err:      colour(p.err).Bold(true),
		Bar:      colour(p.ok),
		Track:    colour(p.faint),
		Selected: plain.Reverse(true),
		Key:      colour(p.title),
	}
}

// Next is the theme after this one.
func (n Name) Next() Name {
	for i, name := range Names {
		if name == n {
			return Names[(i+1)%len(Names)]
		}
	}
	return Dark
}

// Detect guesses the theme from COLORFGBG ("foreground;background", set by
// rxvt, Konsole and others). Nobody is asked over the wire: a terminal that
// does not answer would cost seconds.
func Detect() Name {
	v := os.Getenv("COLORFGBG")
	switch v[strings.LastIndexByte(v, ';')+1:] {
	case "7", "15":
		return Light
	}
	return Dark
}
