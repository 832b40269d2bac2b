package form

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Input is a line of text being typed.
type Input struct {
	Max    int  // code points; 0 is no bound
	Secret bool // drawn as dots, and Exact
	Shown  bool // drawn as it is all the same
	// Exact: a paste is taken as it stands or not at all, as it may be a password.
	Exact bool
	// Accept says which characters may stand in it; nil is all but controls.
	Accept func(rune) bool

	text []rune
	at   int
	over bool // the last key or paste did not fit whole
}

// Value is what was typed.
func (in *Input) Value() string { return string(in.text) }

// Len is how many code points were typed.
func (in *Input) Len() int { return len(in.text) }

// Set replaces the text and puts the cursor behind it.
func (in *Input) Set(s string) {
	in.text, in.at, in.over = nil, 0, false
	in.insert([]rune(s))
}

// Key edits.
func (in *Input) Key(k tea.KeyMsg) {
	in.over = false
	switch k.Type {
	case tea.KeyRunes, tea.KeySpace:
		switch letters := string(k.Runes); {
		case k.Alt && letters == "b": // as in a shell
			in.at = in.wordBefore()
		case k.Alt && letters == "f":
			in.at = in.wordAfter()
		case k.Alt && letters == "d":
			in.cut(in.at, in.wordAfter())
		case k.Alt: // the other letters do nothing
		case k.Paste:
			in.paste(k.Runes)
		default:
			in.insert(k.Runes)
		}
	case tea.KeyBackspace:
		in.cut(in.before(), in.at)
	case tea.KeyDelete:
		in.cut(in.at, in.after())
	case tea.KeyLeft:
		in.at = in.before()
	case tea.KeyRight:
		in.at = in.after()
	case tea.KeyHome, tea.KeyCtrlA:
		in.at = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		in.at = len(in.text)
	case tea.KeyCtrlU:
		in.cut(0, len(in.text))
	case tea.KeyCtrlW:
		in.cut(in.wordBefore(), in.at)
	case tea.KeyCtrlK:
		in.cut(in.at, len(in.text))
	}
}

// wordBefore is where the word before the cursor begins, wordAfter where the next ends.
func (in *Input) wordBefore() int {
	text := strings.TrimRight(string(in.text[:in.at]), " ")
	return utf8.RuneCountInString(text[:strings.LastIndexByte(text, ' ')+1])
}

func (in *Input) wordAfter() int {
	text := string(in.text[in.at:])
	trimmed := strings.TrimLeft(text, " ")
	word, _, _ := strings.Cut(trimmed, " ")
	return in.at + len(text) - len(trimmed) + utf8.RuneCountInString(word)
}

// before and after are the ends of the character on that side of the cursor, which may be
// several code points.
func (in *Input) before() int {
	at := cells.Boundaries(in.text)
	i, _ := slices.BinarySearch(at, in.at)
	return at[max(0, i-1)]
}

func (in *Input) after() int {
	at := cells.Boundaries(in.text)
	i, _ := slices.BinarySearch(at, in.at+1)
	return at[min(i, len(at)-1)]
}

// paste takes a clipboard. A line end around it is what was copied with it, one
// inside is a blank: a field is never two lines of the protocol.
func (in *Input) paste(rs []rune) {
	s := strings.Trim(string(rs), "\r\n")
	if !in.Exact && !in.Secret {
		in.insert([]rune(strings.ReplaceAll(s, "\r\n", " ")))
		return
	}
	rs = []rune(s)
	in.over = in.Max > 0 && len(in.text)+len(rs) > in.Max
	if !in.over && !slices.ContainsFunc(rs, unicode.IsControl) {
		in.put(rs)
	}
}

// insert takes what is typed or pasted, without marks that would turn the text around them.
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
		if in.over = in.Max > 0 && len(in.text) >= in.Max; in.over {
			return
		}
		in.put([]rune{r})
	}
}

func (in *Input) put(rs []rune) {
	in.text = slices.Insert(in.text, in.at, rs...)
	in.at += len(rs)
}

func (in *Input) cut(from, to int) {
	in.text = slices.Delete(in.text, from, to)
	in.at = from
}

// View draws the field in w cells; what does not fit moves under the cursor.
func (in *Input) View(w int, focused bool) string {
	if !focused {
		return widget.Fit(in.shown(in.text), w)
	}
	left := in.shown(in.text[:in.at])
	for left != "" && widget.Width(left) >= w {
		cluster, _ := cells.First(left)
		left = left[len(cluster):]
	}
	return left + cells.Caret + widget.Fit(in.shown(in.text[in.at:]), w-widget.Width(left))
}

func (in *Input) shown(rs []rune) string {
	if in.Secret && !in.Shown {
		return strings.Repeat(theme.Mask, len(cells.Boundaries(rs))-1)
	}
	return string(rs)
}

// Choice is one of N, changed with the arrows, the blank, or the first letter of a name.
type Choice struct {
	N, At int
	Name  func(i int) string
}

// Key moves the choice.
func (c *Choice) Key(k tea.KeyMsg) {
	switch {
	case keys.Left.Is(k):
		c.At = (c.At + c.N - 1) % c.N
	case keys.Right.Is(k), k.Type == tea.KeySpace:
		c.At = (c.At + 1) % c.N
	case k.Type == tea.KeyRunes && !k.Alt:
		c.letter(protocol.Fold(string(k.Runes)))
	}
}

// letter goes to the next name that begins so.
func (c *Choice) letter(begins string) {
	for i := 1; i <= c.N; i++ {
		if at := (c.At + i) % c.N; begins != "" && strings.HasPrefix(protocol.Fold(c.Name(at)), begins) {
			c.At = at
			return
		}
	}
}

// View draws the choice in w cells: all names where they fit, else the one chosen.
func (c *Choice) View(th *theme.Theme, w int, focused bool) string {
	parts := make([]string, c.N)
	for i := range parts {
		name := c.Name(i)
		if i == c.At {
			parts[i] = theme.Radio + " " + name
			if focused {
				parts[i] = cells.Caret + th.Title.Render(parts[i])
			}
			continue
		}
		parts[i] = th.Faint.Render(theme.NoRadio + " " + name)
	}
	s := strings.Join(parts, "  ")
	if widget.Width(s) > w {
		s = "← " + c.Name(c.At) + " →"
		if focused {
			s = cells.Caret + s
		}
	}
	return widget.Fit(s, w)
}
