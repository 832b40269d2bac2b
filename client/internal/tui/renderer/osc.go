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

const (
	// backgroundQuery asks for the background (OSC 11) and, in the same write, for
	// the device attributes (DA1), which every terminal answers: what has not come
	// before that answer will not come.
	backgroundQuery = "\x1b]11;?\x1b\\\x1b[c"
	// backgroundWait is for a terminal that answers neither, and for a slow line.
	backgroundWait = 100 * time.Millisecond

	// tmuxWait bounds the wait for tmux, which is on this machine.
	tmuxWait = time.Second
)

// Background asks the terminal for the colour of its background, in parts from 0
// to 1; ok is false where it does not say. It is called before Run.
func (t *Terminal) Background() (red, green, blue float64, ok bool) {
	if t.screen == nil || !understands(os.Getenv("TERM")) {
		return 0, 0, 0, false
	}
	t.write(backgroundQuery)
	for _, reply := range t.keys.Replies(backgroundWait, func(reply []byte) bool { return reply[1] == '[' }) {
		if red, green, blue, ok = parseColour(string(reply)); ok {
			return red, green, blue, true
		}
	}
	return 0, 0, 0, false
}

// understands says that a terminal takes operating system commands (OSC). Old
// ones would show them, or wait for more.
func understands(term string) bool {
	return term != "" && term != "dumb" && term != "linux" && term != "ansi" && !strings.HasPrefix(term, "vt")
}

// parseColour reads the answer to OSC 11, "rgb:" and three numbers of one to four
// hexadecimal digits.
func parseColour(reply string) (red, green, blue float64, ok bool) {
	value, found := strings.CutPrefix(reply, "\x1b]11;rgb:")
	if !found {
		return 0, 0, 0, false
	}
	digits := strings.Split(strings.TrimRight(value, "\a"), "/")
	if len(digits) != 3 {
		return 0, 0, 0, false
	}
	var parts [3]float64
	for i, d := range digits {
		n, err := strconv.ParseUint(d, 16, 16)
		if err != nil {
			return 0, 0, 0, false
		}
		parts[i] = float64(n) / float64(uint(1)<<(4*len(d))-1)
	}
	return parts[0], parts[1], parts[2], true
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
