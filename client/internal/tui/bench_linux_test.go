package tui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/page"
)

// loaded is the catalogue with n articles in hand.
func loaded(b *testing.B, n int) *driver {
	b.Helper()
	f := newFake(start)
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
	f := newFake(start)
	f.LogIn()
	s := open(b, f, 80, 24)
	for range b.N {
		s.m.Update(second{})
		s.m.View()
	}
}

// program builds the real program.
func program(b *testing.B) (bin string, env []string) {
	b.Helper()
	dir := b.TempDir()
	bin = filepath.Join(dir, "etu")
	if out, err := exec.Command("go", "build", "-o", bin, "etuservices/client").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	return bin, append(os.Environ(), "HOME="+dir, "TERM=xterm-256color", "ETU_ADDR=127.0.0.1:1")
}

// BenchmarkFirstFrame is a start of the real program up to its first frame on a
// pseudo-terminal that answers nothing; the allowance is 150 ms.
func BenchmarkFirstFrame(b *testing.B) {
	bin, env := program(b)
	var sum time.Duration
	for range b.N {
		d, _ := firstFrame(b, bin, env)
		sum += d
	}
	b.ReportMetric(float64(sum.Microseconds())/1000/float64(b.N), "ms/frame")
}

// BenchmarkKeyToTerminal is a key written to the terminal of the real program
// up to the bytes that show it; the allowance is 16 ms.
func BenchmarkKeyToTerminal(b *testing.B) {
	bin, env := program(b)
	_, tty := firstFrame(b, bin, env)
	buf := make([]byte, 1<<16)
	var worst time.Duration
	b.ResetTimer()
	for i := range b.N {
		began := time.Now()
		key := string(rune('a' + i%26))
		if i%27 == 26 {
			key = "\x15" // empties the field
		}
		if _, err := tty.WriteString(key); err != nil {
			b.Fatal(err)
		}
		if _, err := tty.Read(buf); err != nil {
			b.Fatal(err)
		}
		worst = max(worst, time.Since(began))
	}
	b.ReportMetric(float64(worst.Microseconds())/1000, "ms-worst")
}

// BenchmarkLiveSecond is what a measure costs the administrator's screen with a
// quarter of an hour in hand: to its frame, once a second.
func BenchmarkLiveSecond(b *testing.B) {
	f := newFake(start)
	f.AdminIn()
	s := open(b, f, 120, 40)
	s.press("7")
	busy(s, 900)
	for b.Loop() {
		s.now = s.now.Add(time.Second)
		s.m.Update(measured(s.now, 20))
		s.m.View()
	}
}

// BenchmarkCrowdBatch is what a tenth of a second of a crowd costs the
// administrator's screen, to its frame: 20 of 200 events a second.
func BenchmarkCrowdBatch(b *testing.B) {
	f := newFake(start)
	f.AdminIn()
	s := open(b, f, 120, 40)
	s.press("7")
	busy(s, 900)
	n := 0
	for b.Loop() {
		s.now = s.now.Add(100 * time.Millisecond)
		var all page.Live
		for range 20 {
			n++
			all = append(all, activity(s.now, "REFUS", fmt.Sprint("u", n%300), "code", "QUOTA", "verbe", "ACHAT", "adresse", "10.0.0.1"))
		}
		s.m.Update(all)
		s.m.View()
	}
}
