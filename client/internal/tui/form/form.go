// Package form is what users type into: text fields, choices, the forms made of
// them with their checks, and the search line over a list.
package form

import (
	"errors"
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/protocol"
)

// Entry is a field of a form with its words and its rule.
type Entry struct {
	Field string // its name in champ=
	Label i18n.Msg
	Hint  i18n.Msg
	In    Input
	// Choice, where it is set, stands in place of the text.
	Choice *Choice
	// Counted shows how many characters were typed, and how many may be.
	Counted bool
	Lines   int // in sight of a long text, where the form has its frames
	// Check says what is wrong with a text; nil: anything goes.
	Check func(string) (wrong i18n.Msg, bad bool)

	left    bool // the cursor was here and left: its mistakes may be shown
	refused string
	why     i18n.Msg // the server's refusal of the text refused
}

// Empty leaves nothing of what was typed, nor of what was wrong with it.
func (en *Entry) Empty() {
	en.In.Set("")
	en.left, en.refused = false, ""
}

// Wrong says what is wrong with what stands in the field.
func (en *Entry) Wrong() (wrong i18n.Msg, bad bool) {
	if en.refused != "" && en.refused == en.In.Value() {
		return en.why, true
	}
	if en.Check != nil {
		return en.Check(en.In.Value())
	}
	return wrong, false
}

func (en *Entry) key(k tea.KeyMsg) (used bool) {
	if en.Choice != nil {
		return en.Choice.Key(k)
	}
	return en.In.Key(k)
}

// Form is entries, then buttons. The first button is what the form is for. What
// was typed stays until Clear.
type Form struct {
	Entries []*Entry
	Buttons int
	Focus   int // an entry, or len(Entries)+button

	reveal bool // passwords are drawn as they are
}

// New makes a form of entries and buttons.
func New(buttons int, entries ...*Entry) Form { return Form{Entries: entries, Buttons: buttons} }

// Act is what a key made of a form.
type Act int

// Act is one of these, or the button that was pressed (0, 1 …).
const (
	Ignored Act = -2
	Used    Act = -1
)

// Key moves the focus, edits, or presses a button. Enter goes to the next entry
// and, from the last one, presses the first button. An entry that is left may
// show its mistakes.
func (f *Form) Key(k tea.KeyMsg) Act {
	before := f.Focus
	act := f.act(k)
	if f.Focus != before && before < len(f.Entries) {
		f.Entries[before].left = true
	}
	return act
}

func (f *Form) act(k tea.KeyMsg) Act {
	n := len(f.Entries)
	switch {
	case keys.Send.Is(k):
		return 0
	case keys.Reveal.Is(k) && f.secret():
		f.reveal = !f.reveal
	case keys.Enter.Is(k) && f.Focus >= n:
		return Act(f.Focus - n)
	case keys.Enter.Is(k) && f.Focus == n-1:
		return 0
	case keys.Next.Is(k), keys.Enter.Is(k):
		f.Focus = (f.Focus + 1) % (n + f.Buttons)
	case keys.Prev.Is(k):
		f.Focus = (f.Focus + n + f.Buttons - 1) % (n + f.Buttons)
	case f.Focus < n:
		if !f.Entries[f.Focus].key(k) {
			return Ignored
		}
	case keys.Left.Is(k) && f.Focus > n:
		f.Focus--
	case keys.Right.Is(k) && f.Focus < n+f.Buttons-1:
		f.Focus++
	default:
		return Ignored
	}
	return Used
}

// Click goes to the entry of a zone, or presses its button.
func (f *Form) Click(i int) Act {
	if before := f.Focus; before < len(f.Entries) && before != i {
		f.Entries[before].left = true
	}
	f.Focus = max(0, min(i, len(f.Entries)+f.Buttons-1))
	if i >= len(f.Entries) {
		return Act(f.Focus - len(f.Entries))
	}
	return Used
}

// Typing says whether letters belong to the entry in focus.
func (f *Form) Typing() bool {
	return f.Focus < len(f.Entries)
}

// Secret says whether the entry in focus is a password.
func (f *Form) Secret() bool {
	return f.Focus < len(f.Entries) && (f.Entries[f.Focus].In.Secret || f.Entries[f.Focus].In.Exact)
}

// secret says whether an entry is a password.
func (f *Form) secret() bool {
	return slices.ContainsFunc(f.Entries, func(en *Entry) bool { return en.In.Secret })
}

// Valid checks all and goes to the first mistake.
func (f *Form) Valid() bool {
	for i, en := range f.Entries {
		en.left = true
		if _, bad := en.Wrong(); bad {
			f.Focus = i
			return false
		}
	}
	return true
}

// Refuse puts a server's INVALIDE or EXISTE at the field that it names; ok is
// false where it names none of this form.
func (f *Form) Refuse(err error) (ok bool) {
	var e *link.Error
	if !errors.As(err, &e) {
		return false
	}
	why := i18n.Wrong.Value
	switch e.Code {
	case protocol.EXISTE:
		why = i18n.Wrong.Taken
	case protocol.INVALIDE:
	default:
		return false
	}
	field := e.Fields.Get("champ")
	for i, en := range f.Entries {
		if en.Field == field {
			en.refused, en.why, en.left = en.In.Value(), why, true
			f.Focus = i
			return true
		}
	}
	return false
}

// Values are the texts of all entries.
func (f *Form) Values() []string {
	in := make([]string, len(f.Entries))
	for i, en := range f.Entries {
		in[i] = en.In.Value()
	}
	return in
}

// Draft says whether something stands in a field.
func (f *Form) Draft() bool { return strings.Join(f.Values(), "") != "" }

// Clear empties all fields and goes back to the first.
func (f *Form) Clear() {
	for _, en := range f.Entries {
		en.Empty()
		if en.Choice != nil {
			en.Choice.At = 0
		}
	}
	f.Focus, f.reveal = 0, false
}
