package tui

import (
	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
)

// Options are what main decided. Run owns the terminal from call to return and
// gives it back as it was; it does not close API.
type Options struct {
	API   *api.Client
	T     i18n.T
	Theme string // "sombre", "clair", "contraste"; "" is to be found out
	ASCII bool   // no character beyond ASCII in the chrome
	// Charset is the terminal's. Where it is not UTF-8 nothing beyond ASCII is
	// drawn, texts of others included.
	Charset i18n.Charset
	Motion  bool   // false: no spinner, no animation
	Login   string // --login: fills the field; API.Enter(ctx, Login, Password) is tried first
	// Password is that of ETU_PASSWORD, usually empty. Never shown.
	Password string
	Addr     string // shown to the user
	TLS      bool
	Version  string
}
