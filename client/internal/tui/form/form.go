// Package form is what users type into: text fields, choices, the forms made of
// them with their checks, and the search line over a list.
package form

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

// Entry is a field of a form with its words and its rule.
type Entry struct {
	Field string // its name in champ=
	Label i18n.Msg
	Hint  i18n.Msg
	In    Input

	Choice  *Choice // where it is set, in place of the text
	Counted bool    // shows how many characters were typed, and how many may be
	Lines   int     // in sight of a long text, where the form has its frames
	// Check says what is wrong with a text; nil: anything goes.
	Check func(string) (wrong i18n.Msg, bad bool)

	left    bool // the cursor was here and left: its mistakes may be shown
	refused string
	why     i18n.Msg // the server's refusal of the text refused
}

// Text makes the entry of a field that takes so many characters at most.
func Text(field string, label, hint i18n.Msg, most int, check func(string) (i18n.Msg, bool)) *Entry {
	return &Entry{Field: field, Label: label, Hint: hint, In: Input{Max: most}, Check: check}
}

// Password makes the entry of a field that takes a password.
func Password(field string, label, hint i18n.Msg, check func(string) (i18n.Msg, bool)) *Entry {
	en := Text(field, label, hint, protocol.MaxPassword, check)
	en.In.Secret = true
	return en
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

func (en *Entry) key(k tea.KeyMsg) {
	if en.Choice != nil {
		en.Choice.Key(k)
		return
	}
	en.In.Key(k)
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

// NoButton: a key or a click pressed none.
const NoButton = -1

// Key moves the focus, edits, or presses a button, whose number it gives. Enter goes to
// the next entry and, from the last one, presses the first button.
func (f *Form) Key(k tea.KeyMsg) (button int) {
	defer f.leave(f.Focus)
	n := len(f.Entries)
	switch {
	case keys.Send.Is(k):
		return 0
	case keys.Reveal.Is(k):
		f.reveal = !f.reveal
	case keys.Enter.Is(k) && f.Focus >= n:
		return f.Focus - n
	case keys.Enter.Is(k) && f.Focus == n-1:
		return 0
	case keys.Next.Is(k), keys.Enter.Is(k):
		f.Focus = (f.Focus + 1) % (n + f.Buttons)
	case keys.Prev.Is(k):
		f.Focus = (f.Focus + n + f.Buttons - 1) % (n + f.Buttons)
	case f.Focus < n:
		f.Entries[f.Focus].key(k)
	case keys.Left.Is(k) && f.Focus > n:
		f.Focus--
	case keys.Right.Is(k) && f.Focus < n+f.Buttons-1:
		f.Focus++
	}
	return NoButton
}

// Click goes to the entry of a zone, or presses its button.
func (f *Form) Click(i int) (button int) {
	defer f.leave(f.Focus)
	f.Focus = max(0, min(i, len(f.Entries)+f.Buttons-1))
	return max(NoButton, f.Focus-len(f.Entries))
}

// leave marks an entry that has lost the focus.
func (f *Form) leave(entry int) {
	if f.Focus != entry && entry < len(f.Entries) {
		f.Entries[entry].left = true
	}
}

// Take gives a key or a click to the form, unless what it was filled in for is under way.
func (f *Form) Take(m tea.Msg, busy bool) (button int) {
	k, isKey := m.(tea.KeyMsg)
	i, isClick := m.(page.Click)
	switch {
	case busy:
	case isKey:
		return f.Key(k)
	case isClick:
		return f.Click(int(i))
	}
	return NoButton
}

// Typing says whether letters belong to the entry in focus.
func (f *Form) Typing() bool { return f.Focus < len(f.Entries) }

// Secret says whether the entry in focus is a password.
func (f *Form) Secret() bool {
	return f.Typing() && (f.Entries[f.Focus].In.Secret || f.Entries[f.Focus].In.Exact)
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

// Refuse puts a server's INVALIDE or EXISTE at the field of this form that it names, if any.
func (f *Form) Refuse(err error) (ok bool) {
	var e *link.Error
	if !errors.As(err, &e) || e.Code != protocol.INVALIDE && e.Code != protocol.EXISTE {
		return false
	}
	field := e.Fields.Get("champ")
	i := slices.IndexFunc(f.Entries, func(en *Entry) bool { return en.Field == field })
	if i < 0 {
		return false
	}
	en := f.Entries[i]
	en.refused, en.why, en.left = en.In.Value(), i18n.Wrong.Value, true
	if e.Code == protocol.EXISTE {
		en.why = i18n.Wrong.Taken
	}
	f.Focus = i
	return true
}

// Values are the texts of all entries.
func (f *Form) Values() []string {
	in := make([]string, len(f.Entries))
	for i, en := range f.Entries {
		in[i] = en.In.Value()
	}
	return in
}

// Show shows the form as it was left.
func (f *Form) Show(any) {}

// Hide empties the passwords of a form that is left: nobody sees what stands there.
func (f *Form) Hide() {
	for _, en := range f.Entries {
		if en.In.Secret {
			en.Empty()
			f.Focus, f.reveal = 0, false
		}
	}
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

// The checks repeat the bounds of PROTOCOL.md §1.7, so that a mistake shows
// while it is typed; the server has the last word.

// CheckLogin asks for a login as the server takes it.
func CheckLogin(s string) (i18n.Msg, bool) {
	s = strings.TrimSpace(s) // as it is sent
	if len(s) < protocol.MinLogin || len(s) > protocol.MaxLogin {
		return i18n.Wrong.LoginLength, true
	}
	_, ok := protocol.ParseLogin(s)
	return i18n.Wrong.LoginSign, !ok
}

// CheckEmail asks for an address as the server takes it.
func CheckEmail(s string) (i18n.Msg, bool) {
	_, ok := protocol.ParseEmail(strings.TrimSpace(s))
	return i18n.Wrong.Email, !ok
}

// CheckText asks for a text that people can see, all of it.
func CheckText(s string) (i18n.Msg, bool) {
	if !protocol.Visible(s) {
		return i18n.Wrong.Empty, true
	}
	return CheckLegible(s)
}

// CheckLegible refuses characters that nobody sees, in a text that may be empty.
func CheckLegible(s string) (i18n.Msg, bool) { return i18n.Wrong.Unseen, !protocol.Legible(s) }

// CheckFilled asks for at least one character that is no blank.
func CheckFilled(s string) (i18n.Msg, bool) {
	return i18n.Wrong.Empty, strings.TrimSpace(s) == ""
}

// CheckPassword asks for 8 to 128 characters.
func CheckPassword(s string) (i18n.Msg, bool) {
	n := utf8.RuneCountInString(s)
	return i18n.Wrong.Password, n < protocol.MinPassword || n > protocol.MaxPassword
}

// Repeats makes the check of an entry that repeats another one.
func Repeats(first *Entry) func(string) (i18n.Msg, bool) {
	return func(s string) (i18n.Msg, bool) { return i18n.Wrong.Repeat, s != first.In.Value() }
}

// CheckPrice asks for an amount as people write it: "4,50", "4.5", "4 €".
func CheckPrice(s string) (i18n.Msg, bool) {
	_, err := ParsePrice(s)
	return i18n.Wrong.Price, err != nil
}

// ParsePrice reads an amount as people write it, in cents.
func ParsePrice(s string) (cents int64, err error) {
	s = strings.Trim(s, "€ \u00a0")
	return protocol.ParsePrice(strings.ReplaceAll(s, " ", ""))
}
