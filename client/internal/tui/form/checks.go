package form

import (
	"strings"
	"unicode/utf8"

	"etuservices/client/internal/i18n"
	"etuservices/protocol"
)

// The checks repeat the bounds of PROTOCOL.md §1.7, so that a mistake shows
// while it is typed; the server has the last word.

// CheckLogin is the rule [a-z0-9][a-z0-9._-]{1,31}, capitals being folded.
func CheckLogin(s string) (i18n.Msg, bool) {
	s = strings.TrimSpace(s) // as it is sent
	if len(s) < protocol.MinLogin || len(s) > protocol.MaxLogin {
		return i18n.Wrong.LoginLength, true
	}
	for i, r := range strings.ToLower(s) {
		letter := r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
		if !letter && (i == 0 || !strings.ContainsRune("._-", r)) {
			return i18n.Wrong.LoginSign, true
		}
	}
	return i18n.Msg{}, false
}

// CheckEmail asks for an address as the server takes it; only a letter sent there
// would tell more.
func CheckEmail(s string) (i18n.Msg, bool) {
	_, ok := protocol.ParseEmail(strings.TrimSpace(s))
	return i18n.Wrong.Email, !ok
}

// CheckText asks for a text that people can see, without a character that they
// cannot.
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
