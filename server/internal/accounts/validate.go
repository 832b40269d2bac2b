package accounts

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"etuservices/protocol"
)

// Invalid is a value that no account may have (PROTOCOL.md §1.7).
type Invalid struct {
	Field string // as INVALIDE names it
	Text  string // for people
}

func (e *Invalid) Error() string { return e.Text }

// Wire is INVALIDE, with the field.
func (e *Invalid) Wire() *protocol.Error { return protocol.Invalid(e.Field, e.Text) }

// ReservedDomain is that of the addresses which the server gives to administrators
// that it makes. Nobody registers with it, nor below it.
const ReservedDomain = "admin.etuservices.invalid"

// reserved says whether an address, folded, is of the reserved domain.
func reserved(email string) bool {
	_, domain, _ := strings.Cut(strings.TrimSuffix(email, "."), "@")
	return domain == ReservedDomain || strings.HasSuffix(domain, "."+ReservedDomain)
}

// ValidateUser checks the values of a new account, from the wire and from the command
// line alike, and gives them folded. Its error is an *Invalid.
func ValidateUser(login, email, firstName, lastName string, role Role) (User, error) {
	u := User{Role: role}
	var ok bool
	if u.Login, ok = protocol.ParseLogin(login); !ok {
		return User{}, &Invalid{"login", "Login : 2 à 32 lettres, chiffres, . _ ou -, en commençant par une lettre ou un chiffre."}
	}
	if u.Email, ok = protocol.ParseEmail(email); !ok || reserved(u.Email) {
		return User{}, &Invalid{"email", "Cette adresse e-mail n'en est pas une."}
	}
	const names = "Prénom et nom : 1 à 64 caractères, dont un visible, sans caractère de contrôle ni invisible."
	if u.FirstName, ok = protocol.ParseName(firstName); !ok {
		return User{}, &Invalid{"prenom", names}
	}
	if u.LastName, ok = protocol.ParseName(lastName); !ok {
		return User{}, &Invalid{"nom", names}
	}
	return u, nil
}

// ValidatePassword checks a new password, given by its user or by an administrator. Its
// error is an *Invalid.
//
// The bounds on its length hold for the password as OpaqueString (RFC 8265) prepares it.
// A password that OpaqueString refuses (control characters, invisible characters,
// unassigned code points) is invalid, and so is one that is not UTF-8, which only the
// command line can give: on the wire it is SYNTAXE.
func ValidatePassword(password string) error {
	prepared, err := precis.OpaqueString.String(password)
	switch {
	case !utf8.ValidString(password), err != nil && utf8.RuneCountInString(password) < protocol.MinPassword,
		err == nil && !protocol.ValidPassword(prepared):
		return &Invalid{"motdepasse", "Mot de passe : 8 à 128 caractères."}
	case err != nil:
		return &Invalid{"motdepasse", "Mot de passe : 8 à 128 caractères, aucun invisible ou de contrôle."}
	case protocol.CommonPassword(prepared):
		return &Invalid{"motdepasse", "Ce mot de passe est l'un des premiers que l'on essaie ; choisissez-en un autre."}
	}
	return nil
}
