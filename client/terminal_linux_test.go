package main

import (
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestTerminalIsUsedWell: the window has a title, the cursor stands where the
// user is, for who follows it with a magnifier or in braille, and what is copied
// is in tmux's buffer. NO_COLOR keeps bold and reverse video.
func TestTerminalIsUsedWell(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	etu, err := exec.LookPath("etu")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	env := []string{
		"XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "LC_ALL=C.UTF-8", "ETU_PASSWORD=motdepasse", "ETU_LANG=fr", "NO_COLOR=1",
	}
	x := openTerminal(t, env, etu, "--addr", s.addr, "--login", "alice")
	ask := func(format string) string {
		t.Helper()
		return strings.TrimSpace(x.tmux("display-message", "-p", format))
	}
	cursor := func(mark string, after int) { // so many cells behind the begin of mark
		t.Helper()
		x.until("has the cursor at "+mark, func(screen string) bool {
			for y, line := range strings.Split(screen, "\n") {
				if before, _, found := strings.Cut(line, mark); found {
					return ask("#{cursor_flag} #{cursor_x},#{cursor_y}") == fmt.Sprintf("1 %d,%d", len([]rune(before))+after, y)
				}
			}
			return false
		})
	}
	x.Shows("Bonjour Alice")
	if title := ask("#{pane_title}"); title != "EtuServices - alice" {
		t.Errorf("the title is %q", title)
	}
	x.Press("2")
	x.Shows("sur ")
	x.Press("Down", "Down")
	cursor("▌", 0)
	drawn := x.tmux("capture-pane", "-p", "-e")
	if colours := regexp.MustCompile(`\x1b\[[0-9;]*\b([34][0-8]|9[0-7])\b[0-9;]*m`).FindString(drawn); colours != "" {
		t.Errorf("a colour, %q, in\n%q", colours, drawn)
	}
	if !regexp.MustCompile(`\x1b\[[0-9;]*7m[^\n]*▌`).MatchString(drawn) || !strings.Contains(drawn, "\x1b[1m") {
		t.Errorf("neither bold nor reverse in\n%q", drawn)
	}
	x.Press("Enter")
	x.Shows("Article ")
	x.Press("c")
	x.Shows("Copié")
	if copied := strings.TrimSpace(x.tmux("show-buffer")); copied == "" || !strings.Contains(x.tmux("capture-pane", "-p"), copied) {
		t.Errorf("%q was copied", copied)
	}
	x.Press("3", "Tab")
	x.Type("abcd")
	x.Press("Left")
	cursor("abcd", 3)
}
