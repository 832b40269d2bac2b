package tui

import (
	"fmt"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"etuservices/client/internal/tui/renderer"
	"etuservices/client/internal/tui/theme"
)

// output is a terminal that hands over what is written to it, a frame at a time.
type output chan int

func (o output) Write(p []byte) (int, error) {
	o <- len(p)
	return len(p), nil
}

// TestArrowInCatalogueIsShort: an arrow key writes little to the terminal, and the
// pane beside the list follows in one frame.
func TestArrowInCatalogueIsShort(t *testing.T) {
	const key, pane = 600, 2000
	for _, profile := range []termenv.Profile{termenv.ANSI256, termenv.TrueColor} {
		t.Run(fmt.Sprint(profile), func(t *testing.T) {
			f := newFake(start)
			f.LogIn()
			f.Many(300)
			for i := range f.Stock {
				f.Stock[i].Seller = []string{"zoe", "amelie", "bob"}[i%3]
				f.Stock[i].Published = start.Add(-time.Duration(i+1) * time.Hour)
			}
			s := open(t, f, 120, 40)
			s.profile(profile, theme.Dark)
			out := make(output, 8)
			screen := renderer.Enter(out)
			defer screen.Leave()
			<-out
			shown := ""
			show := func() (bytes int) {
				if v := s.m.View(); v != shown {
					shown = v
					screen.Show(v)
					return <-out
				}
				return 0
			}
			s.press("2")
			s.advance(time.Second)
			show()
			for i := range 6 {
				s.press("down")
				n := show()
				if n == 0 || n > key {
					t.Errorf("press %d: %d bytes, at most %d", i+1, n, key)
				}
				t.Logf("press %d: %d", i+1, n)
				for range 40 {
					s.advance(10 * time.Millisecond)
					if n := show(); n > pane {
						t.Errorf("the pane after press %d: %d bytes, at most %d", i+1, n, pane)
					} else if n > 0 {
						t.Logf("press %d: then %d", i+1, n)
					}
				}
			}
		})
	}
}
