package admin

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// search is the line over a list that narrows it.
type search struct {
	widget.Input
	typing bool // it has the keys
}

// newSearch makes a field longer than any login.
func newSearch() search { return search{Input: widget.Input{Max: 60}} }

// key takes what is the field's; changed says that the list is another now.
// The arrows are never its own: one looks while searching.
func (s *search) key(k tea.KeyMsg) (changed, used bool) {
	before := s.Value()
	switch {
	case !s.typing && key.Matches(k, keys.Search):
		s.typing = true
	case !s.typing && key.Matches(k, keys.Back) && s.Len() > 0:
		s.Set("")
	case !s.typing:
		return false, false
	case k.Type == tea.KeyEnter, k.Type == tea.KeyTab:
		s.typing = false
	case key.Matches(k, keys.Back):
		s.clear()
	case k.Type == tea.KeyUp, k.Type == tea.KeyDown, k.Type == tea.KeyPgUp, k.Type == tea.KeyPgDown:
		return false, false
	default:
		s.Input.Key(k)
	}
	return s.Value() != before, true
}

func (s *search) clear() {
	s.typing = false
	s.Set("")
}

func (s *search) words() string { return strings.TrimSpace(s.Value()) }

func (s *search) view(e *page.Env, empty i18n.Msg, w int) string {
	th := e.Theme
	mark, label := " ", e.S(i18n.CatalogSearch)+" "
	room := max(4, w-widget.Width(label)-3)
	field := th.Faint.Render(e.S(empty))
	switch {
	case s.typing:
		mark, field = th.Title.Render(theme.Cursor), s.View(th, room, true)
	case s.Len() > 0:
		field = th.Strong.Render(s.Value())
	}
	return mark + label + widget.Fit(field, room)
}

func searchHints(e *page.Env) []page.Hint {
	return []page.Hint{
		e.H(i18n.KeyEnter, i18n.DoList), e.H(i18n.KeyArrows, i18n.DoChoose), e.H(i18n.KeyEsc, i18n.DoCancel),
		e.H(i18n.KeyF1, i18n.DoHelp),
	}
}
