package widget

import (
	"strings"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/tui/theme"
)

// Input is a line of text being typed. It draws its own cursor as a sign: one
// made of reverse video disappears where styles are dropped.
type Input struct {
	Max    int  // code points; 0 is no bound
	Secret bool // drawn as dots
	// Accept says which characters may stand in it; nil is all but controls.
	Accept func(rune) bool

	text []rune
	at   int
}

// Value is what was typed.
func (in *Input) Value() string { return string(in.text) }

// Len is how many code points were typed.
func (in *Input) Len() int { return len(in.text) }

// Set replaces the text and puts the cursor behind it.
func (in *Input) Set(s string) {
	in.text, in.at = nil, 0
	in.insert([]rune(s))
}

// Typing says that letters belong to this field.
func (*Input) Typing() bool { return true }

// Key edits; used is false where the key means nothing to a field.
func (in *Input) Key(k tea.KeyMsg) (used bool) {
	switch k.Type {
	case tea.KeyRunes, tea.KeySpace:
		if k.Alt {
			return false
		}
		in.insert(k.Runes)
	case tea.KeyBackspace:
		if in.at > 0 {
			in.cut(in.at-1, in.at)
		}
	case tea.KeyDelete:
		if in.at < len(in.text) {
			in.cut(in.at, in.at+1)
		}
	case tea.KeyLeft:
		in.at = max(0, in.at-1)
	case tea.KeyRight:
		in.at = min(len(in.text), in.at+1)
	case tea.KeyHome, tea.KeyCtrlA:
		in.at = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		in.at = len(in.text)
	case tea.KeyCtrlU:
		in.cut(0, len(in.text))
	case tea.KeyCtrlW:
		i := in.at
		for i > 0 && in.text[i-1] == ' ' {
			i--
		}
		for i > 0 && in.text[i-1] != ' ' {
			i--
		}
		in.cut(i, in.at)
	default:
		return false
	}
	return true
}

// insert takes what is typed or pasted. A pasted line end becomes a blank: one
// field is never two lines of the protocol. Direction marks are dropped, they
// would turn what stands around them.
func (in *Input) insert(rs []rune) {
	for _, r := range rs {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			r = ' '
		case unicode.IsControl(r) || r == unicode.ReplacementChar || unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		if in.Accept != nil && !in.Accept(r) {
			continue
		}
		if in.Max > 0 && len(in.text) >= in.Max {
			return
		}
		in.text = append(in.text, 0)
		copy(in.text[in.at+1:], in.text[in.at:])
		in.text[in.at] = r
		in.at++
	}
}

func (in *Input) cut(from, to int) {
	in.text = append(in.text[:from], in.text[to:]...)
	in.at = from
}

// View draws the field in w cells; what does not fit moves under the cursor.
func (in *Input) View(th *theme.Theme, w int, focused bool) string {
	shown := in.text
	if in.Secret {
		shown = []rune(strings.Repeat(theme.Mask, len(in.text)))
	}
	if !focused {
		return Fit(string(shown), w)
	}
	left, right := shown[:in.at], shown[in.at:]
	room := w - 1
	for len(left) > 0 && Width(string(left)) > room {
		left = left[1:]
	}
	tail := Fit(string(right), room-Width(string(left)))
	return string(left) + th.Title.Render(theme.Caret) + tail
}
