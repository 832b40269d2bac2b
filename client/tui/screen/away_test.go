package screen

import (
	"strings"
	"testing"
)

// TestNothingIsDrawnWhileAway: what is shown meanwhile stands there afterwards,
// whole, whatever the terminal forgot.
func TestNothingIsDrawnWhileAway(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	s := &Screen{out: &out}
	s.Mouse(true)
	s.paint("one\ntwo")
	s.Suspend()
	s.Suspend()
	if n := strings.Count(out.String(), "\x1b[?1049l"); n != 1 {
		t.Errorf("left %d times", n)
	}
	at := out.Len()
	s.paint("one\nthree")
	s.Write("\x1b]52;c;\a")
	s.Mouse(true)
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
