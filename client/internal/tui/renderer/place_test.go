package renderer

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"etuservices/client/internal/tui/cells"
)

// TestNothingIsDrawnWhileAway: what is shown meanwhile stands there afterwards,
// whole, whatever the terminal forgot.
func TestNothingIsDrawnWhileAway(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := &Screen{out: &out}
	s.keep(&s.mouse, mouseOn)
	s.paint("one\ntwo")
	s.Suspend()
	s.Suspend()
	if n := strings.Count(out.String(), "\x1b[?1049l"); n != 1 {
		t.Errorf("left %d times", n)
	}
	at := out.Len()
	s.paint("one\nthree")
	s.Write("\x1b]52;c;\a")
	s.keep(&s.mouse, mouseOn)
	if got := out.String()[at:]; got != "" {
		t.Errorf("%q to a terminal that is somebody else's", got)
	}
	s.Resume()
	for _, want := range []string{"\x1b[?1049h", "\x1b[?2004h", mouseOn, "one", "three"} {
		if !strings.Contains(out.String()[at:], want) {
			t.Errorf("no %q after coming back", want)
		}
	}
}

// adding is a terminal that adds up the code points of a character, as many do:
// it shows where each column begins there.
func adding(line string) (columns []int) {
	col := 1
	for rest := line; rest != ""; {
		seq, _, n, _ := ansi.DecodeSequence(rest, 0, nil)
		rest = rest[n:]
		var to int
		switch _, err := fmt.Sscanf(seq, "\x1b[%dG", &to); {
		case err == nil:
			col = to
		case seq == "\r":
			col, columns = 1, nil
		case seq[0] == 0x1b:
		case seq == "│":
			columns = append(columns, col)
			fallthrough
		default:
			for _, r := range seq {
				col += cells.Width(string(r))
			}
		}
	}
	return columns
}

// narrow is what a terminal shows that gives one cell to each character whose
// width is in doubt.
func narrow(line string) string {
	shown := strings.Split(strings.Repeat(" ", 80), "")
	col := 0
	for rest := line; rest != ""; {
		seq, width, n, _ := ansi.DecodeSequence(rest, 0, nil)
		rest = rest[n:]
		var to int
		switch _, err := fmt.Sscanf(seq, "\x1b[%dG", &to); {
		case err == nil:
			col = to - 1
		case seq == "\r":
			col = 0
		case seq[0] == 0x1b:
		default:
			if cells.Doubtful(seq) {
				width = min(width, 1)
			}
			for i := range width {
				shown[col+i] = ""
			}
			if width > 0 {
				shown[col] = seq
			}
			col += width
		}
	}
	return strings.Join(shown, "")
}

// TestColumnsStandInATerminalThatCountsOtherwise: whatever stands before them,
// and nothing is left of what stood there first.
func TestColumnsStandInATerminalThatCountsOtherwise(t *testing.T) {
	t.Parallel()
	simpler := map[string]string{"👋🏽": "👋", "👨‍👩‍👧‍👦 x": "👨 x", "🇫🇷 🇩🇪": "FR DE", "日本 👍🏿": "日本 👍"}
	for _, text := range []string{
		"plain", "été", "e\u0301te\u0301", "นำน้ำ", "हिन्दी क्ष", "👋🏽", "👨‍👩‍👧‍👦 x", "🇫🇷 🇩🇪", "❤️ 1️⃣ x", "日本 👍🏿", "각각", "a\u00adb",
	} {
		drawn := text
		if simple, there := simpler[text]; there {
			drawn = simple
		}
		for _, style := range []string{"", "\x1b[7m", "\x1b[1;38;5;117m"} {
			left := style + text + strings.Repeat(" ", 30-cells.Width(text))
			line := "│" + left + "\x1b[0m│" + text + "│"
			anchored, _ := anchor(line)
			columns := []int{1, 32, 33 + cells.Width(text)}
			if got := adding(anchored); !slices.Equal(got, columns) {
				t.Errorf("%q: columns %v, want %v: %q", text, got, columns, anchored)
			}
			if strings.Count(anchored, drawn) < 2 {
				t.Errorf("%q is not whole in %q", drawn, anchored)
			}
			want := strings.TrimRight(narrow(drawn), " ")
			for i, shown := range strings.Split(narrow(anchored), "│")[1:3] {
				if strings.TrimRight(shown, " ") != want {
					t.Errorf("%q shows as %q in column %d: %q", text, shown, i, anchored)
				}
			}
		}
	}
}
