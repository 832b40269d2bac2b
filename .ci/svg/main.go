// Command svg turns a screen that tmux captured (capture-pane -e) into a picture:
// text in a monospace font, stretched to its exact number of cells, and lines and
// bars as shapes, which join whatever the font. It reads 24-bit colours only.
package main

import (
	"bufio"
	"fmt"
	"html"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A cell in pixels, where the letters stand in it, and the room around the screen.
const (
	cellW, cellH = 9, 19
	baseline     = 14
	margin       = 12
)

// The terminal's own colours.
const ink, paper = "#d8dee9", "#10151d"

// style is what the escape sequences so far make of a cell.
type style struct{ fg, bg, attributes string }

// shape is a path in a cell, from a point of it on; one that is closed is filled.
type shape struct {
	x, y float64
	path string
}

var shapes = map[string]shape{
	"─": {0, 9.5, "h9"}, "│": {4.5, 0, "v19"}, "╭": {4.5, 19, "v-5q0-4.5 4.5-4.5"}, "╮": {0, 9.5, "q4.5 0 4.5 4.5v5"},
	"╰": {4.5, 0, "v5q0 4.5 4.5 4.5"}, "╯": {0, 9.5, "q4.5 0 4.5-4.5v-5"}, "┤": {4.5, 0, "v19m-4.5-9.5h4.5"},
	"━": {0, 8, "h9v3h-9z"}, "┃": {3, 0, "h3v19h-3z"}, "▌": {0, 0, "h4v19h-4z"}, "█": {0, 0, "h9v19h-9z"},
	"▁": {0, 17, "h9v2h-9z"}, "▂": {0, 14, "h9v5h-9z"}, "▃": {0, 12, "h9v7h-9z"}, "▄": {0, 9, "h9v10h-9z"},
	"▅": {0, 7, "h9v12h-9z"}, "▆": {0, 5, "h9v14h-9z"}, "▇": {0, 2, "h9v17h-9z"},
}

func main() {
	var body strings.Builder
	rows, columns, now := 0, 0, style{fg: ink}
	for in := bufio.NewScanner(os.Stdin); in.Scan(); rows++ {
		col, run, began := 0, "", now // run is text of one style, not yet drawn
		draw := func() {
			began.draw(&body, run, col-ansi.StringWidth(run), rows)
			run, began = "", now
		}
		for rest := in.Text(); rest != ""; {
			seq, width, n, _ := ansi.DecodeSequence(rest, 0, nil)
			rest = rest[n:]
			if width == 0 {
				now = now.after(seq)
				continue
			}
			if now != began {
				draw()
			}
			run, col = run+seq, col+width
		}
		draw()
		columns = max(columns, col)
	}
	w, h := columns*cellW+2*margin, rows*cellH+2*margin
	fmt.Printf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" xml:space="preserve" font-family="'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="15">
<rect width="%[1]d" height="%[2]d" rx="8" fill="%[3]s"/>
<g transform="translate(%[4]d %[4]d)">
%[5]s</g>
</svg>
`, w, h, paper, margin, body.String())
}

// draw adds a text of one style from a cell on.
func (s style) draw(b *strings.Builder, run string, col, row int) {
	if s.bg != "" && run != "" {
		fmt.Fprintf(b, `<rect x="%d" y="%d" width="%d" height="%d" fill="%s"/>`, col*cellW, row*cellH, ansi.StringWidth(run)*cellW, cellH, s.bg)
	}
	var lines, bars, word string
	spell := func() { // what was gathered up to col, without the blanks around it
		text := strings.TrimLeft(word, " ")
		at := col - ansi.StringWidth(text)
		if text = strings.TrimRight(text, " "); text != "" {
			fmt.Fprintf(b, `<text x="%d" y="%d" textLength="%d" lengthAdjust="spacingAndGlyphs" fill="%s"%s>%s</text>`,
				at*cellW, row*cellH+baseline, ansi.StringWidth(text)*cellW, s.fg, s.attributes, html.EscapeString(text))
		}
		word = ""
	}
	for rest := run; rest != ""; {
		seq, width, n, _ := ansi.DecodeSequence(rest, 0, nil)
		rest = rest[n:]
		if sh, is := shapes[seq]; is {
			spell()
			path := fmt.Sprintf("M%g %g%s", float64(col*cellW)+sh.x, float64(row*cellH)+sh.y, sh.path)
			if strings.HasSuffix(path, "z") {
				bars += path
			} else {
				lines += path
			}
		} else {
			word += seq
		}
		col += width
	}
	spell()
	if lines != "" {
		fmt.Fprintf(b, `<path d="%s" stroke="%s" fill="none"/>`, lines, s.fg)
	}
	if bars != "" {
		fmt.Fprintf(b, `<path d="%s" fill="%s"/>`, bars, s.fg)
	}
	b.WriteByte('\n')
}

// after is the style behind an escape sequence.
func (s style) after(seq string) style {
	codes, _ := strings.CutPrefix(strings.TrimSuffix(seq, "m"), "\x1b[")
	for list := strings.Split(codes, ";"); len(list) > 0; list = list[1:] {
		switch code := list[0]; code {
		case "", "0":
			s = style{fg: ink}
		case "1":
			s.attributes += ` font-weight="bold"`
		case "9":
			s.attributes += ` text-decoration="line-through"`
		case "39":
			s.fg = ink
		case "49":
			s.bg = ""
		case "38", "48":
			colour := fmt.Sprintf("rgb(%s)", strings.Join(list[2:5], ","))
			if list = list[4:]; code == "38" {
				s.fg = colour
			} else {
				s.bg = colour
			}
		}
	}
	return s
}
