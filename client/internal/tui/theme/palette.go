package theme

import (
	"fmt"
	"strconv"

	"github.com/charmbracelet/lipgloss"
	"github.com/lucasb-eyer/go-colorful"
)

// colour is one colour for terminals with 16 million of them and with 256.
type colour struct {
	rgb     uint32
	indexed int
}

func (c colour) both() lipgloss.TerminalColor {
	return lipgloss.CompleteColor{TrueColor: fmt.Sprintf("#%06x", c.rgb), ANSI256: strconv.Itoa(c.indexed)}
}

// values are its parts, from 0 to 1.
func (c colour) values() colorful.Color {
	return colorful.Color{R: float64(c.rgb>>16) / 255, G: float64(c.rgb>>8&255) / 255, B: float64(c.rgb&255) / 255}
}

// palette is the colours of a theme. Every text has a contrast (WCAG 2) of at
// least 4.5 with black and Solarized's dark ground, or with white and
// Solarized's light one; TestContrast computes it. Ok, warn and err differ in
// lightness and in the blue-yellow sense, which colour-blind people see too.
type palette struct {
	title, price, faint, ok, warn, err colour
	accent, accentEnd                  colour // the two of the gradient
	onAccent                           colour // text on either of them
	tint, onTint                       colour // of the selected row
	border, backdrop                   colour
	categories                         map[string]colour
}

var palettes = map[Name]palette{
	Dark: {
		title: colour{0x7dd3fc, 117}, price: colour{0xfde68a, 222}, faint: colour{0xa3b1bf, 248},
		ok: colour{0x5eead4, 79}, warn: colour{0xfbbf24, 214}, err: colour{0xff8fa3, 211},
		accent: colour{0x38bdf8, 75}, accentEnd: colour{0xc4b5fd, 183}, onAccent: colour{0x000000, 16},
		tint: colour{0x1e3a5f, 24}, onTint: colour{0xffffff, 231},
		border: colour{0x52667a, 240}, backdrop: colour{0x93a1ad, 246},
		categories: map[string]colour{
			"livre": {0x93c5fd, 111}, "dvd": {0xf9a8d4, 218}, "cd": {0xfdba74, 215},
			"jeu": {0x86efac, 120}, "materiel": {0xcbd5e1, 252}, "autre": {0xd8b4fe, 183},
		},
	},
	Light: {
		title: colour{0x0b5394, 25}, price: colour{0x7a3e00, 94}, faint: colour{0x56606a, 240},
		ok: colour{0x0b6b62, 23}, warn: colour{0x8a4b00, 94}, err: colour{0xb0123a, 125},
		accent: colour{0x0369a1, 25}, accentEnd: colour{0x6d28d9, 55}, onAccent: colour{0xffffff, 231},
		tint: colour{0xcfe5fb, 153}, onTint: colour{0x0b1f33, 16},
		border: colour{0x9aa7b3, 247}, backdrop: colour{0x667079, 241},
		categories: map[string]colour{
			"livre": {0x1d4ed8, 26}, "dvd": {0xb0155b, 125}, "cd": {0x9a3412, 94},
			"jeu": {0x166534, 22}, "materiel": {0x475569, 239}, "autre": {0x7e22ce, 91},
		},
	},
}

// luminance is that of WCAG 2.
func luminance(c colorful.Color) float64 {
	red, green, blue := c.LinearRgb()
	return 0.2126*red + 0.7152*green + 0.0722*blue
}
