package renderer

import (
	"context"
	"encoding/base64"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// tmuxWait bounds the wait for tmux, which is on this machine.
const tmuxWait = time.Second

// Background is the colour of the terminal's background, in parts from 0 to 1: a
// message, the answer to AskBackground. Many terminals never answer.
type Background struct{ Red, Green, Blue float64 }

// AskBackground asks the terminal for the colour of its background (OSC 11). The
// first frame does not wait for the answer.
func (t *Terminal) AskBackground() {
	if t.screen != nil && understands(os.Getenv("TERM")) {
		t.write("\x1b]11;?\x1b\\")
	}
}

// understands says that a terminal takes operating system commands (OSC). Old
// ones would show them, or wait for more.
func understands(term string) bool {
	return term != "" && term != "dumb" && term != "linux" && term != "ansi" && !strings.HasPrefix(term, "vt")
}

// parseBackground reads the answer to OSC 11, "rgb:" and three numbers of one to
// four hexadecimal digits.
func parseBackground(reply string) (b Background, ok bool) {
	value, found := strings.CutPrefix(reply, "\x1b]11;rgb:")
	digits := strings.Split(strings.TrimRight(value, "\a"), "/")
	if !found || len(digits) != 3 {
		return b, false
	}
	for i, part := range []*float64{&b.Red, &b.Green, &b.Blue} {
		n, err := strconv.ParseUint(digits[i], 16, 16)
		if err != nil {
			return b, false
		}
		*part = float64(n) / float64(uint(1)<<(4*len(digits[i]))-1)
	}
	return b, true
}

// Copy puts a text on the user's clipboard. In tmux it becomes tmux's newest
// buffer, which tmux hands to the terminal where that is allowed: inTmux. Else it
// is sent to the terminal (OSC 52), also over ssh, which does not say whether it
// took it.
func (t *Terminal) Copy(text string) (inTmux bool) {
	if os.Getenv("TMUX") != "" {
		ctx, cancel := context.WithTimeout(context.Background(), tmuxWait)
		defer cancel()
		load := exec.CommandContext(ctx, "tmux", "load-buffer", "-w", "-")
		load.Stdin = strings.NewReader(text)
		if load.Run() == nil {
			return true
		}
	}
	t.write("\x1b]52;c;" + base64.StdEncoding.EncodeToString([]byte(text)) + "\a")
	return false
}

// Title names the window.
func (t *Terminal) Title(text string) {
	if !understands(os.Getenv("TERM")) {
		return
	}
	seq := "\x1b]2;" + text + "\a"
	if t.screen != nil {
		t.screen.SetTitle(seq)
		return
	}
	t.write(seq)
}

// Alert rings the bell and shows a notification (OSC 9) where the terminal can.
func (t *Terminal) Alert(text string) {
	seq := "\a"
	if understands(os.Getenv("TERM")) {
		seq += "\x1b]9;" + text + "\a"
	}
	t.write(seq)
}
