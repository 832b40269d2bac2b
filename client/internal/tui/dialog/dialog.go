// Package dialog holds the boxes that lie over a page until they are answered:
// a question with or without fields, a purchase.
package dialog

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
)

// Width is the inner width of a dialog, in cells: it fits the smallest screen.
const Width = 54

// Grace is how long a dialog that has just come up takes no Enter: one already
// on its way was meant for what stood there before.
const Grace = 400 * time.Millisecond

// answers is yes and no at the foot of a dialog.
type answers struct {
	now    func() time.Time
	opened time.Time
	onYes  bool // the cursor stands on yes; it begins on the harmless answer
}

func newAnswers(e *page.Env) answers { return answers{now: e.Now, opened: e.Now()} }

// early says that k comes within the grace of the dialog.
func (a *answers) early(k tea.KeyMsg) bool { return keys.Enter.Is(k) && a.now().Sub(a.opened) < Grace }

type answer uint8

const (
	none answer = iota
	yes
	no
)

// answer answers, or moves between the answers.
func (a *answers) answer(k tea.KeyMsg) answer {
	switch {
	case keys.Yes.Is(k), keys.Enter.Is(k) && a.onYes:
		return yes
	case keys.No.Is(k), keys.Enter.Is(k):
		return no
	case keys.Left.Is(k), keys.Right.Is(k), keys.Next.Is(k), keys.Prev.Is(k):
		a.onYes = !a.onYes
	}
	return none
}

// focus is the button under the cursor.
func (a *answers) focus() int {
	if a.onYes {
		return 0
	}
	return 1
}

func askKeys(does i18n.Msg) []keys.Key {
	return []keys.Key{keys.Sides, keys.Enter, keys.Yes.To(does), keys.No, keys.Back.To(i18n.Do.Cancel)}
}

// Withdraw asks before the user's own article is taken off.
func Withdraw(e *page.Env, a api.Article) *Ask {
	return NewAsk(e, Question{
		Title: func() string { return e.S(i18n.Withdraw.Title) },
		Body:  func() string { return e.S(i18n.Withdraw.Ask, a.Title) },
		Yes:   i18n.Withdraw.Yes,
		Do:    func(ctx context.Context, _ []string) error { return e.API.Withdraw(ctx, a.ID) },
		Then: func([]string) tea.Cmd {
			e.Publish(page.Gone{Article: a})
			e.Say(page.Good, e.S(i18n.Withdraw.Done, a.Title))
			return nil
		},
	})
}

// Quit asks before the program is left; why says what would be lost.
func Quit(e *page.Env, why i18n.Msg) *Ask {
	return NewAsk(e, Question{
		Title: func() string { return e.S(i18n.Quit.Title) },
		Body:  func() string { return e.S(why) },
		Yes:   i18n.Quit.Yes,
		Then:  func([]string) tea.Cmd { return tea.Quit },
	})
}

// Logout asks before the session is ended, which costs a login.
func Logout(e *page.Env) *Ask {
	return NewAsk(e, Question{
		Title: func() string { return e.S(i18n.Logout.Title) },
		Body:  func() string { return e.S(i18n.Logout.Ask, e.Rule(e.Quotas.Connections)) },
		Yes:   i18n.Account.Logout,
		Do: func(ctx context.Context, _ []string) error {
			_ = e.API.Logout(ctx) // the client is logged out whatever the server answers
			return nil
		},
		Then: func([]string) tea.Cmd {
			e.Publish(page.Left{})
			return nil
		},
	})
}
