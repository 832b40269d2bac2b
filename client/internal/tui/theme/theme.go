// Package theme is the only place with colours. Names say what a style is
// for; every colour goes with a sign and a word, so that nothing is lost where
// there is no colour (NO_COLOR, a screen reader).
package theme

import (
	"fmt"
	"image/color"
	"slices"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/charmbracelet/x/ansi"
	"github.com/lucasb-eyer/go-colorful"
	"github.com/muesli/termenv"
)

// Name is a theme as flags and the configuration write it.
type Name string

// The themes. Terminal has the terminal's own colours for all text: it is right
// on any background, and the choice where the background is not known.
const (
	Dark     Name = "sombre"
	Light    Name = "clair"
	Contrast Name = "contraste"
	Terminal Name = "terminal"
)

// Names lists the themes in the order in which the theme key goes round.
var Names = []Name{Dark, Light, Contrast, Terminal}

// Next is the theme after this one.
func (n Name) Next() Name { return Names[(slices.Index(Names, n)+1)%len(Names)] }

// Theme is the styles of a name on a terminal.
type Theme struct {
	Styles
	Name  Name
	ASCII bool // draw with ASCII signs only

	renderer *lipgloss.Renderer
	mono     bool // no colour, in any theme
}

// Styles are named by purpose. The zero value draws plain text.
type Styles struct {
	Title  lipgloss.Style // the program's and a page's name
	Strong lipgloss.Style // what the eye should find first
	Faint  lipgloss.Style // hints, ages
	Key    lipgloss.Style // a key's name in a hint
	Price  lipgloss.Style
	OK     lipgloss.Style
	Warn   lipgloss.Style
	Err    lipgloss.Style

	Selected lipgloss.Style // the row or tab under the cursor, beside its ▸
	Button   lipgloss.Style // the button that Enter presses
	Badge    lipgloss.Style // a count of unread news
	Backdrop lipgloss.Style // the page behind a dialog

	// No text is drawn in these: lines, frames and bars.
	Accent      lipgloss.Style // the cursor's sign, the line under a tab
	AccentEnd   lipgloss.Style // the other end of a gradient that begins with Accent
	Border      lipgloss.Style
	BorderFocus lipgloss.Style
	Bar         lipgloss.Style // the filled part of a bar
	Track       lipgloss.Style // its empty part

	categories map[string]lipgloss.Style
}

// Category is the style of a category's word (protocol.Categories).
func (s *Styles) Category(c string) lipgloss.Style { return s.categories[c] }

// New makes a theme that draws through r, which knows the terminal's colours. An unknown name
// is the dark one. Without any colour (NO_COLOR, a VT100) every theme has bold and reverse, which
// a renderer without a colour profile would leave out.
func New(r *lipgloss.Renderer, name Name, ascii bool) *Theme {
	r.SetHasDarkBackground(true) // nobody is asked: no colour here is adaptive
	t := &Theme{ASCII: ascii, renderer: r, mono: r.ColorProfile() == termenv.Ascii}
	if t.mono {
		r.SetColorProfile(termenv.ANSI)
	}
	return t.With(name)
}

// With is another theme on the same terminal.
func (t *Theme) With(name Name) *Theme {
	next := *t
	p, coloured := palettes[name]
	if !coloured && name != Contrast && name != Terminal {
		name, p = Dark, palettes[Dark]
	}
	next.Name = name
	switch {
	case name == Contrast, t.mono:
		next.Styles = contrast(t.renderer)
	case name == Terminal, t.renderer.ColorProfile() == termenv.ANSI:
		// Of the 16 colours nobody but the user knows what they look like.
		next.Styles = ownColours(t.renderer)
	default:
		next.Styles = p.styles(t.renderer)
	}
	return &next
}

// contrast has bold and reverse only.
func contrast(r *lipgloss.Renderer) Styles {
	plain := r.NewStyle()
	bold, reverse := plain.Bold(true), plain.Reverse(true).Bold(true)
	return Styles{
		Title: bold, Strong: bold, Faint: plain, Key: bold, Price: bold, OK: bold, Warn: bold, Err: reverse,
		Selected: reverse, Button: reverse, Badge: reverse, Backdrop: plain,
		Accent: bold, AccentEnd: bold, Border: plain, BorderFocus: bold, Bar: bold, Track: plain,
	}
}

// ownColours has no colour in a text; what is drawn beside it has one that the user chose.
func ownColours(r *lipgloss.Renderer) Styles {
	s := contrast(r)
	colour := func(c string) lipgloss.Style { return r.NewStyle().Foreground(lipgloss.Color(c)) }
	s.Err = r.NewStyle().Bold(true)
	s.Accent, s.AccentEnd, s.Bar = colour("6"), colour("5"), colour("6")
	s.Border, s.Track, s.BorderFocus = colour("8"), colour("8"), colour("6")
	return s
}

// styles makes the styles of a palette.
func (p palette) styles(r *lipgloss.Renderer) Styles {
	plain := r.NewStyle()
	fg := func(c colour) lipgloss.Style { return plain.Foreground(c.both()) }
	on := func(text, ground colour) lipgloss.Style {
		return plain.Foreground(text.both()).Background(ground.both()).Bold(true)
	}
	s := Styles{
		Title: fg(p.title).Bold(true), Strong: plain.Bold(true), Faint: fg(p.faint), Key: fg(p.title),
		Price: fg(p.price).Bold(true), OK: fg(p.ok), Warn: fg(p.warn), Err: fg(p.err).Bold(true),
		Selected: on(p.onTint, p.tint), Button: on(p.onAccent, p.accent), Badge: on(p.onAccent, p.accentEnd), Backdrop: fg(p.backdrop),
		Accent: fg(p.accent).Bold(true), AccentEnd: fg(p.accentEnd), Border: fg(p.border), BorderFocus: fg(p.accent),
		Bar: fg(p.accent), Track: fg(p.border),
		categories: map[string]lipgloss.Style{},
	}
	for name, c := range p.categories {
		s.categories[name] = fg(c)
	}
	return s
}

// Dim takes a page back behind what lies over it: one faint style.
func (t *Theme) Dim(s string) string { return t.Backdrop.Render(ansi.Strip(s)) }

// Gradient draws a text in colours from Title's to AccentEnd's where the terminal has enough.
// Every frame has one: a lipgloss style for each character would take several times as long.
func (t *Theme) Gradient(text string) string {
	p, coloured := palettes[t.Name]
	if !coloured || t.mono || t.renderer.ColorProfile() != termenv.TrueColor {
		return t.Title.Render(text)
	}
	runes := []rune(text)
	var b strings.Builder
	for i, r := range runes {
		red, green, blue := p.title.values().BlendRgb(p.accentEnd.values(), float64(i)/float64(max(1, len(runes)-1))).RGB255()
		fmt.Fprintf(&b, "\x1b[1;38;2;%d;%d;%dm%c\x1b[0m", red, green, blue, r)
	}
	return b.String()
}

// FromBackground gives the theme for a background.
func FromBackground(ground color.Color) Name {
	if c, _ := colorful.MakeColor(ground); luminance(c) > 0.18 { // middle grey: as far from black as from white
		return Light
	}
	return Dark
}
