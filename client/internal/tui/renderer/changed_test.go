package renderer

import (
	"testing"

	"github.com/hinshun/vt10x"
)

// TestOnlyWhatChangedIsWritten, and the terminal shows the whole line.
func TestOnlyWhatChangedIsWritten(t *testing.T) {
	const plain, marked = "\x1b[2m│\x1b[0m   Livre  \x1b[1mCandide\x1b[0m  6,00 €  \x1b[2m│\x1b[0m ", "\x1b[2m│\x1b[0m ▌ \x1b[7mLivre  Candide  6,00 €\x1b[0m  \x1b[2m│\x1b[0m "
	for _, pair := range [][2]string{
		{plain, marked},
		{marked, plain},
		{"abc def    ", "abd       x"},
		{"\x1b[1mabc\x1b[0m xyz", "\x1b[1mabd\x1b[0m xyz"},
		{"\x1b[1mabc\x1b[0m xyz", "\x1b[3mabc\x1b[0m xyz"},
		{"── 12 sur 352 ──", "── 113 sur 35 ──"},
		{"x         ", "          "},
	} {
		draw := func(writes ...string) (cells []vt10x.Glyph) {
			term := vt10x.New(vt10x.WithSize(40, 1))
			for _, w := range writes {
				_, _ = term.Write([]byte(w))
			}
			for x := range 40 {
				cells = append(cells, term.Cell(x, 0))
			}
			return cells
		}
		var out written
		s := &Screen{out: &out}
		s.draw(pair[0])
		s.draw(pair[1])
		got, want := draw(out...), draw("\x1b[1;1H"+pair[1])
		for x := range got {
			if got[x].Char == 0 {
				got[x].Char = ' '
			}
			if want[x].Char == 0 {
				want[x].Char = ' '
			}
			if got[x].Char != want[x].Char || got[x].Mode != want[x].Mode {
				t.Errorf("%q to %q: column %d shows %q (%d), want %q (%d)\n%q", pair[0], pair[1], x, got[x].Char, got[x].Mode, want[x].Char, want[x].Mode, out)
				break
			}
		}
	}
}

type written []string

func (w *written) Write(p []byte) (int, error) {
	*w = append(*w, string(p))
	return len(p), nil
}
