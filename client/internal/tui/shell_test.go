package tui

import (
	"slices"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
)

// TestBuyingTakesTwoKeysAndTwoAnswers: a purchase is the key that asks, what the article is
// now, the key that confirms, and the receipt; the client sends itself no message.
func TestBuyingTakesTwoKeysAndTwoAnswers(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2")
	var trace strings.Builder
	s.m.opt.Debug = &trace
	s.press("a", "o")
	s.see("zoe@etu.example", "6/10") // the seller's address, and what is left of the quota
	lines := strings.Split(strings.TrimSpace(trace.String()), "\n")
	want := []string{"KeyMsg a", "api.Article", "KeyMsg o", "api.Receipt"}
	if !slices.EqualFunc(lines, want, strings.Contains) {
		t.Errorf("passes through Update:\n%s", trace.String())
	}
}

// recorder is a page that keeps the facts it hears, and publishes one more.
type recorder struct {
	page.Page
	publish func(tea.Msg)
	heard   []string
}

func (r *recorder) Update(m tea.Msg) {
	if gone, is := m.(page.Gone); is {
		r.heard = append(r.heard, gone.Article.ID)
		if gone.Article.ID == "1" {
			r.publish(page.Gone{Article: api.Article{ID: "3"}})
		}
	}
}

// TestFactsAreHeardInOrder: also one that is published while another is heard.
func TestFactsAreHeardInOrder(t *testing.T) {
	s := student(t, 80, 24)
	r := &recorder{Page: s.m.pages[page.Boards], publish: s.m.Publish}
	s.m.pages[page.Boards] = r
	for _, id := range []string{"1", "2"} {
		s.m.Publish(page.Gone{Article: api.Article{ID: id}})
	}
	s.send(page.Redraw{})
	if want := []string{"1", "2", "3"}; !slices.Equal(r.heard, want) {
		t.Errorf("heard %v, want %v", r.heard, want)
	}
}

// TestTraceHasNoPassword: what is typed into a password is not written, on any
// page and in a dialog, be it typed or pasted; nor does an answer show its token.
func TestTraceHasNoPassword(t *testing.T) {
	const secret = "zyxwv987"
	f := newFake(start)
	s := open(t, f, 80, 24)
	var trace strings.Builder
	s.m.opt.Debug = &trace
	s.typed("amelie")
	s.press("tab")
	s.typed(secret)
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(secret), Paste: true})
	if !strings.Contains(trace.String(), "KeyMsg e\n") {
		t.Error("the login is not in the trace")
	}
	f = newFake(start)
	f.AdminIn()
	s = open(t, f, 80, 24)
	s.press("7", "tab", "tab", "p") // gives a user another password
	s.m.opt.Debug = &trace
	s.typed(secret)
	s.see(secret)
	if text := trace.String(); strings.Contains(text, "KeyMsg z") || strings.Contains(text, secret) {
		t.Errorf("a password is in the trace:\n%s", text)
	}
}

// TestHelpHasTheKeysOfTheServices: those that buy and withdraw, and all orders
// of an administrator, stand in the help.
func TestHelpHasTheKeysOfTheServices(t *testing.T) {
	left, right := keys.Groups(true)
	var all []keys.Key
	for _, g := range append(left, right...) {
		all = append(all, g.Keys...)
	}
	for _, code := range []string{"a", "x", "ctrl+n", "ctrl+r", "b", "z", "p", "d", "i", "m", "ctrl+c"} {
		msg := tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(code)}
		if typ, special := named[code]; special {
			msg = tea.KeyMsg{Type: typ}
		}
		if !slices.ContainsFunc(all, func(k keys.Key) bool { return k.Is(msg) }) {
			t.Errorf("%s is not in the help", code)
		}
	}
}

// TestPasswordIsHiddenFromTheStart: before any session was resumed or ended.
func TestPasswordIsHiddenFromTheStart(t *testing.T) {
	f := newFake(start)
	s := open(t, f, 80, 24)
	s.press("tab")
	s.typed("motdepasse")
	s.miss("motdepasse")
	s.see("••••••••••")
}
