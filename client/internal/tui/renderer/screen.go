// Package renderer owns the terminal and puts frames on it: at once, only the
// lines that changed, and nothing at all while nothing changes.
//
// bubbletea's own renderer looks for a new frame 60 times a second: measured
// here that is 0.9 % of a core while idle and up to 17 ms from a key to its
// frame, at 120 times a second 1.6 % and 8 ms. The aim is under 1 % and 16 ms,
// so frames are pushed instead.
package renderer

import (
	"io"
	"strconv"
	"strings"
	"sync"
	"time"

	"etuservices/client/internal/tui/cells"
)

const (
	// The other screen, no cursor, no wrapping at the right edge (a terminal that counts cells
	// otherwise must not push the lines below out of place), pastes marked, the focus reported;
	// the window's title is kept for later.
	enter = "\x1b[?1049h\x1b[22;2t\x1b[?25l\x1b[?7l\x1b[?2004h\x1b[?1004h\x1b[2J"
	// All of it undone, the mouse too.
	leave = reset + mouseOff + "\x1b[?1004l\x1b[?2004l\x1b[?7h\x1b[?25h\x1b[23;2t\x1b[?1049l"

	mouseOn  = "\x1b[?1000h\x1b[?1006h"
	mouseOff = "\x1b[?1006l\x1b[?1000l"
)

// leaveWait bounds how long the end waits for a terminal that takes no more.
const leaveWait = time.Second

// Screen is a terminal that shows frames.
type Screen struct {
	mu     sync.Mutex // held while writing
	out    io.Writer
	last   []string // what stands there, by line
	doubts []bool   // the lines of last whose cells terminals disagree about
	want   string   // the newest frame
	caret  string   // the sequence that puts the cursor where it is now
	title  string   // the sequence of the window's title
	mouse  string   // the one that takes the mouse or leaves it
	away   bool     // the terminal is somebody else's

	frames chan string // a box of one, newest wins
	done   chan struct{}
}

// Enter takes the terminal over. Leave gives it back.
func Enter(out io.Writer) *Screen {
	s := &Screen{out: out, frames: make(chan string, 1), done: make(chan struct{})}
	s.Write(enter)
	go func() {
		defer close(s.done)
		for f := range s.frames {
			s.paint(f)
		}
	}()
	return s
}

// Show hands a frame over. It never waits: a terminal that is slower than the
// program gets fewer frames. One goroutine calls it, and not after Leave.
func (s *Screen) Show(frame string) {
	select {
	case <-s.frames: // never seen, and out of date
	default:
	}
	s.frames <- frame
}

// Write sends a sequence that is no part of a frame, between two frames.
func (s *Screen) Write(seq string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.away {
		_, _ = io.WriteString(s.out, seq)
	}
}

// keep sends a sequence that is sent again after each Resume.
func (s *Screen) keep(as *string, seq string) {
	s.mu.Lock()
	*as = seq
	s.mu.Unlock()
	s.Write(seq)
}

// Suspend gives the terminal back for a while: frames are kept, not shown.
func (s *Screen) Suspend() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.away {
		s.away = true
		_, _ = io.WriteString(s.out, leave)
	}
}

// Resume takes the terminal over again and shows the newest frame whole,
// whatever happened to the terminal meanwhile.
func (s *Screen) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away, s.last, s.caret = false, nil, ""
	_, _ = io.WriteString(s.out, enter+s.title+s.mouse)
	s.draw(s.want)
}

// Leave gives the terminal back as it was.
func (s *Screen) Leave() {
	close(s.frames)
	select {
	case <-s.done:
	case <-time.After(leaveWait):
		return // it takes nothing any more
	}
	s.Write(leave)
}

// paint writes what differs from what stands there, in one write.
func (s *Screen) paint(frame string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.want = frame
	if !s.away {
		s.draw(frame)
	}
}

func (s *Screen) draw(frame string) {
	if frame == "" {
		return
	}
	lines := strings.Split(frame, "\n")
	caret := "\x1b[?25l" // no cursor is shown
	for i, l := range lines {
		if before, after, there := strings.Cut(l, cells.Caret); there {
			lines[i] = before + strings.ReplaceAll(after, cells.Caret, "")
			caret = "\x1b[" + strconv.Itoa(i+1) + ";" + strconv.Itoa(cells.Width(before)+1) + "H\x1b[?25h"
		}
	}
	var b strings.Builder
	if len(lines) != len(s.last) || len(s.last) > 0 && cells.Width(lines[0]) != cells.Width(s.last[0]) {
		b.WriteString(reset + "\x1b[2J") // another size: the terminal may have moved everything
		s.last, s.doubts = make([]string, len(lines)), make([]bool, len(lines))
	}
	for i, l := range lines {
		if l == s.last[i] {
			continue
		}
		short := strings.TrimRight(l, " ")
		anchored, doubt := anchor(short)
		before := s.doubts[i]
		s.doubts[i] = doubt
		if !doubt && !before && s.last[i] != "" {
			b.WriteString(changed(i+1, s.last[i], l))
			continue
		}
		b.WriteString("\x1b[" + strconv.Itoa(i+1) + ";1H" + anchored)
		if len(short) < len(l) && !doubt { // the rest is blank: erase what stood there
			b.WriteString(eraseRest)
		}
	}
	s.last = lines
	if b.Len() == 0 && caret == s.caret {
		return
	}
	s.caret = caret
	// The cursor is not seen while lines are drawn.
	_, _ = io.WriteString(s.out, "\x1b[?25l"+b.String()+caret)
}
