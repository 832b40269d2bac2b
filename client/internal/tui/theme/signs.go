package theme

import (
	"strings"
	"unicode/utf8"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/cells"
)

// Signs of the chrome, none of ambiguous width in the terminals we tried. Each has an ASCII form
// below; a finished frame goes through Plain.
const (
	Cursor  = "▸"
	RowMark = "▌" // before the selected row
	Dot     = "●"
	Ring    = "○"
	Thumb   = "┃"
	Heavy   = "━"
	Alert   = "▲"
	Stop    = "■"
	Check   = "✓"
	Cross   = "✗"
	Full    = "█"
	Empty   = "░"
	Rule    = "─"
	Pipe    = "│"
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
	'▸': '>', '●': '*', '○': 'o', '▀': '"', '┃': '#', '━': '=', '▲': '!', '■': '#', '✓': '+', '✗': 'x', '█': '#', '░': '.',
	'─': '-', '│': '|', '╭': '+', '╮': '+', '╰': '+', '╯': '+', '├': '+', '┤': '+',
	'•': '*', '›': '>', '·': '-', '…': '~', '«': '"', '»': '"', '“': '"', '”': '"', '’': '\'',
	'–': '-', '—': '-', '\u00a0': ' ', '\u202f': ' ', '↑': '^', '↓': 'v', '←': '<', '→': '>',
	'€': 'E', '×': 'x', '°': 'o', '▏': '#', '▎': '#', '▍': '#', '▌': '>', '▋': '#', '▊': '#', '▉': '#',
	'▁': '_', '▂': '.', '▃': ':', '▄': '-', '▅': '=', '▆': '+', '▇': '*',
	'⠋': '|', '⠙': '/', '⠹': '-', '⠸': '\\', '⠼': '|', '⠴': '/', '⠦': '-', '⠧': '\\', '⠇': '|', '⠏': '/',
}

// ellipsis is three full stops where there is room for them; else "~" cuts a text.
var ellipsis = strings.NewReplacer("…  ", "...", "…\x1b[0m  ", "...\x1b[0m")

// Bare leaves only ASCII in a frame, every character in as many cells as it had.
func Bare(s string) string {
	var b strings.Builder
	for s != "" {
		if s[0] < utf8.RuneSelf {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		cluster, width := cells.First(s)
		s = s[len(cluster):]
		if first, _ := utf8.DecodeRuneInString(cluster); width > 0 {
			b.WriteString(string(i18n.Plainly(first)) + strings.Repeat(" ", width-1))
		}
	}
	return b.String()
}

// Plain replaces the signs of s by their ASCII twins.
func Plain(s string) string {
	s = ellipsis.Replace(s)
	return strings.Map(func(r rune) rune {
		if t, ok := twins[r]; ok {
			return t
		}
		return r
	}, s)
}
