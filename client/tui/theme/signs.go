package theme

import "strings"

// Signs of the chrome. None is an emoji or of ambiguous width in the terminals
// we tried. Each has an ASCII twin below; text goes through Plain at the end,
// so that nobody else has to think of it.
const (
	Cursor  = "▸"
	Dot     = "●"
	Alert   = "▲"
	Stop    = "■"
	Check   = "✓"
	Cross   = "✗"
	Full    = "█"
	Empty   = "░"
	Rule    = "─"
	Pipe    = "│"
	Caret   = "│"
	Mask    = "•"
	Radio   = "(•)"
	NoRadio = "( )"
	Crumb   = "›"
	Sep     = "·"
)

// Spinner is the waiting sign, one frame after the other.
var Spinner = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

// Heights are columns of a chart from empty to full, an eighth of a cell each.
var Heights = []string{" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"}

// twins maps a sign to one ASCII cell: widths stay, so that a finished frame
// can be translated without laying it out again.
var twins = map[rune]rune{
	'▸': '>', '●': '*', '▲': '!', '■': '#', '✓': '+', '✗': 'x', '█': '#', '░': '.',
	'─': '-', '│': '|', '╭': '+', '╮': '+', '╰': '+', '╯': '+', '├': '+', '┤': '+',
	'•': '*', '›': '>', '·': '-', '…': '.', '«': '"', '»': '"', '“': '"', '”': '"', '’': '\'',
	'–': '-', '—': '-', '\u00a0': ' ', '\u202f': ' ', '↑': '^', '↓': 'v', '←': '<', '→': '>',
	'€': 'E', '×': 'x', '°': 'o', '▏': '#', '▎': '#', '▍': '#', '▌': '#', '▋': '#', '▊': '#', '▉': '#',
	'▁': '_', '▂': '.', '▃': ':', '▄': '-', '▅': '=', '▆': '+', '▇': '*',
	'⠋': '|', '⠙': '/', '⠹': '-', '⠸': '\\', '⠼': '|', '⠴': '/', '⠦': '-', '⠧': '\\', '⠇': '|', '⠏': '/',
}

// Plain replaces the signs of s by their ASCII twins.
func Plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return r
		}
		if t, ok := twins[r]; ok {
			return t
		}
		return r
	}, s)
}
