package form

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// Search is the line over a list that narrows it.
type Search struct {
	in     Input
	open   keys.Key // begins to type
	typing bool
}

// NewSearch makes a field longer than any login.
func NewSearch() Search { return NewField(keys.Search, 60) }

// NewField is a search with a key of its own.
func NewField(open keys.Key, most int) Search { return Search{in: Input{Max: most}, open: open} }

// Key takes what is the field's; changed says that other words are searched for.
// Keys that move in the list are never its own: one looks while searching.
func (s *Search) Key(k tea.KeyMsg) (changed, used bool) {
	before := s.in.Value()
	switch {
	case !s.typing && s.open.Is(k):
		s.typing = true
	case !s.typing && keys.Back.Is(k) && before != "":
		s.in.Set("")
	case !s.typing:
		return false, false
	case keys.Enter.Is(k), keys.NextPanel.Is(k):
		s.typing = false
	case keys.Back.Is(k):
		s.Clear()
	case k.Type == tea.KeyUp, k.Type == tea.KeyDown, k.Type == tea.KeyPgUp, k.Type == tea.KeyPgDown:
		return false, false
	default:
		s.in.Key(k)
	}
	return s.in.Value() != before, true
}

// Typing says that letters belong to the field.
func (s *Search) Typing() bool { return s.typing }

// Clear empties the field and leaves it.
func (s *Search) Clear() {
	s.typing = false
	s.in.Set("")
}

// Words are what is searched for.
func (s *Search) Words() string { return strings.TrimSpace(s.in.Value()) }

// Field draws what is typed alone, in w cells.
func (s *Search) Field(e *page.Env, empty i18n.Msg, w int) string {
	switch {
	case s.typing:
		return widget.Fit(s.in.View(w, true), w)
	case s.in.Len() > 0:
		return widget.Fit(e.Theme.Strong.Render(s.in.Value()), w)
	}
	return widget.Fit(e.Theme.Faint.Render(e.S(empty)), w)
}

// View draws the line in w cells. An empty field shows what can be searched for.
func (s *Search) View(e *page.Env, empty i18n.Msg, w int) string {
	mark, label := " ", e.S(i18n.Catalog.Search)+" "
	room := max(4, w-widget.Width(label)-3)
	if s.typing {
		mark = e.Theme.Title.Render(theme.Cursor)
	}
	return widget.Fit(mark+label+s.Field(e, empty, room), w)
}

// Keys are those of the field.
func (s *Search) Keys() []keys.Key {
	return []keys.Key{keys.Enter.To(i18n.Do.List), keys.Arrows, keys.Back.To(i18n.Do.Cancel), keys.HelpTyping}
}
