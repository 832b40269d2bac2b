package page

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/theme"
)

// Env is what all screens share, and the shell around them. Pages read it in
// View, so a change of language or theme needs no word to anyone. It is written
// by the root, by Load (busy), by AskWho and by the Inbox itself.
type Env struct {
	Shell
	Ctx    context.Context // ends with the program
	API    API
	T      i18n.T
	Theme  *theme.Theme
	Motion bool // spinners turn
	Addr   string
	// Version is the program's own.
	Version string
	TLS     bool

	Now   func() time.Time
	After func(d time.Duration, m tea.Msg) tea.Cmd

	Link    link.State
	Session api.Session       // zero when nobody is logged in
	Who     Load[api.Profile] // who is logged in
	Quotas  QuotaState
	Inbox   Inbox
	Alerts  config.Alerts // when administrators are called

	busy int // loads under way
}

// Busy says whether an answer is awaited.
func (e *Env) Busy() bool { return e.busy > 0 }

// AskWho asks for the profile of whoever is logged in.
func (e *Env) AskWho() tea.Cmd { return e.Who.Start(e, e.API.Who, nil) }

// IsAdmin says whether an administrator is logged in.
func (e *Env) IsAdmin() bool { return e.Session.Role == api.Admin }

// Later calls do from Update after some time.
func (e *Env) Later(d time.Duration, do func() tea.Cmd) tea.Cmd { return e.After(d, later(do)) }

// Debounce lets the last of several calls through, once a pause follows it.
type Debounce struct{ calls int }

// Later is Env.Later, unless Later or Cancel is called before the time is over.
func (b *Debounce) Later(e *Env, d time.Duration, do func() tea.Cmd) tea.Cmd {
	b.calls++
	call := b.calls
	return e.Later(d, func() tea.Cmd {
		if call != b.calls {
			return nil
		}
		return do()
	})
}

// Cancel drops the call that waits.
func (b *Debounce) Cancel() { b.calls++ }

// S is e.T.S, which pages need on every line.
func (e *Env) S(m i18n.Msg, args ...any) string { return e.T.S(m, args...) }
