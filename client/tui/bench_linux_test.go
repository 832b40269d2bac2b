package tui

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/tui/tuitest"
)

// loaded is the catalogue with n articles in hand.
func loaded(b *testing.B, n int) *driver {
	b.Helper()
	f := tuitest.New(start)
	f.LogIn()
	f.Many(n)
	s := open(b, f, 120, 40)
	s.press("2")
	for s.m.View(); ; s.press("end") {
		s.m.View()
		if strings.Contains(s.view(), "Article numéro 1 ") {
			return s
		}
	}
}

// BenchmarkKeyInCatalogue is a key to its frame, with 100,000 articles in hand:
// the allowance is 16 ms.
func BenchmarkKeyInCatalogue(b *testing.B) {
	s := loaded(b, 100_000)
	for name, keys := range map[string][]tea.KeyMsg{
		"move": {{Type: tea.KeyUp}, {Type: tea.KeyDown}},
		"page": {{Type: tea.KeyPgUp}, {Type: tea.KeyPgDown}},
	} {
		b.Run(name, func(b *testing.B) {
			for i := range b.N {
				s.m.Update(keys[i%2])
				s.m.View()
			}
		})
	}
	b.Run("search", func(b *testing.B) {
		s.press("/")
		for i := range b.N {
			k := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'e'}}
			if i%2 == 1 {
				k = tea.KeyMsg{Type: tea.KeyBackspace}
			}
			s.m.Update(k)
			s.m.View()
		}
	})
}

// BenchmarkIdleSecond is what one second costs while nobody does anything; the
// allowance is 1 % of a core, 10 ms.
func BenchmarkIdleSecond(b *testing.B) {
	f := tuitest.New(start)
	f.LogIn()
	s := open(b, f, 80, 24)
	for range b.N {
		s.m.Update(second{})
		s.m.View()
	}
}

// BenchmarkFirstFrame is a start of the real program up to its first frame
// on a pseudo-terminal that answers nothing; the allowance is 150 ms.
func BenchmarkFirstFrame(b *testing.B) {
	dir := b.TempDir()
	bin := filepath.Join(dir, "etu")
	if out, err := exec.Command("go", "build", "-o", bin, "etuservices/client").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	var sum time.Duration
	for range b.N {
		sum += firstFrame(b, bin, append(os.Environ(), "HOME="+dir, "TERM=xterm-256color", "ETU_ADDR=127.0.0.1:1"))
	}
	b.ReportMetric(float64(sum.Milliseconds())/float64(b.N), "ms/frame")
}
