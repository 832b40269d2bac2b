package page

import (
	"errors"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// Entry is a text field with its words and its rule.
type Entry struct {
	Field string // its name in champ=
	Label i18n.Msg
	Hint  i18n.Msg
	In    widget.Input
	// Check says what is wrong with a text; nil: anything goes.
	Check func(string) (wrong i18n.Msg, bad bool)

	left    bool // the cursor was here and left: its mistakes may be shown
	refused string
	why     i18n.Msg // the server's refusal of the text refused
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

// Form is entries with buttons. What was typed stays until Clear.
type Form struct {
	widget.Form
	Entries []*Entry
}

// NewForm makes a form of entries and buttons.
func NewForm(buttons int, entries ...*Entry) Form {
	f := Form{Entries: entries}
	f.Buttons = buttons
	for _, en := range entries {
		f.Fields = append(f.Fields, &en.In)
	}
	return f
}

// Key is widget.Form.Key; a field that is left may show its mistakes.
func (f *Form) Key(k tea.KeyMsg) widget.Act {
	before := f.Focus
	act := f.Form.Key(k)
	if f.Focus != before {
		if en := f.entry(before); en != nil {
			en.left = true
		}
	}
	return act
}

// entry is the entry at a place of the focus. A form may have other fields
// before its entries.
func (f *Form) entry(focus int) *Entry {
	i := focus - (len(f.Fields) - len(f.Entries))
	if i < 0 || i >= len(f.Entries) {
		return nil
	}
	return f.Entries[i]
}

// Valid checks all and goes to the first mistake.
func (f *Form) Valid() bool {
	other := len(f.Fields) - len(f.Entries)
	for i, en := range f.Entries {
		en.left = true
		if _, bad := en.Wrong(); bad {
			f.Focus = other + i
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
	why := i18n.WrongValue
	switch e.Code {
	case protocol.EXISTE:
		why = i18n.WrongTaken
	case protocol.INVALIDE:
	default:
		return false
	}
	field := e.Fields.Get("champ")
	other := len(f.Fields) - len(f.Entries)
	for i, en := range f.Entries {
		if en.Field == field {
			en.refused, en.why, en.left = en.In.Value(), why, true
			f.Focus = other + i
			return true
		}
	}
	return false
}

// Typed says whether something stands in a field.
func (f *Form) Typed() bool {
	for _, en := range f.Entries {
		if en.In.Len() > 0 {
			return true
		}
	}
	return false
}

// Clear empties all fields and goes back to the first.
func (f *Form) Clear() {
	for _, en := range f.Entries {
		en.In.Set("")
		en.left, en.refused = false, ""
	}
	f.Focus = 0
}

// EntryView draws entry i in two lines of w cells: what was typed, then the
// mistake, or the hint while the cursor is there.
func (f *Form) EntryView(e *Env, i, labels, w int) string {
	en := f.Entries[i]
	focused := f.entry(f.Focus) == en
	room := max(1, w-labels-4)
	below := ""
	if wrong, bad := en.Wrong(); bad && en.left {
		below = e.Theme.Err.Render(theme.Cross + " " + e.S(wrong))
	} else if focused {
		below = e.Theme.Faint.Render(e.S(en.Hint))
	}
	return widget.Label(e.Theme, e.S(en.Label), labels, focused, en.In.View(e.Theme, room, focused)) +
		"\n" + widget.Indent(below, labels+4)
}
