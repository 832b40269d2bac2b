package session

import (
	"context"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
)

// actor is the administrator of this session.
func (s *Session) actor() admin.Actor {
	return admin.Actor{ID: s.user.User.ID, Login: s.user.User.Login, Token: s.user.TokenHash()}
}

// loginOf reads a parameter that names an account.
func loginOf(req *protocol.Request, name string) (string, error) {
	login, ok := protocol.ParseLogin(req.Get(name))
	if !ok {
		return "", protocol.Invalid("login", "Ce n'est pas un login.")
	}
	return login, nil
}

// actOnAccount reads the login, and the reason where the verb has one, calls do, and
// replies with the login and done.
func actOnAccount(req *protocol.Request, out *protocol.Writer, done string, do func(login, reason string) error) error {
	login, err := loginOf(req, "login")
	if err != nil {
		return err
	}
	reason, given := req.Lookup("raison")
	if given && !protocol.ValidReason(reason) {
		return protocol.Invalid("raison", "Une raison de 1 à 200 caractères, dont un visible, que la personne lira.")
	}
	if err := do(login, reason); err != nil {
		return err
	}
	out.OK(req.Verb.Name).Str("login", login).Text(done)
	return nil
}

func listAccounts(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	n, err := pageSize(req)
	if err != nil {
		return err
	}
	after, _ := protocol.ParseLogin(req.Get("apres")) // its form is judged already; "" on the first page
	q, err := search(req)
	if err != nil {
		return err
	}
	page, err := s.Admin.List(ctx, q, after, n)
	if err != nil {
		return err
	}
	for _, a := range page.Accounts {
		accountFields(out.Row(), a).End()
	}
	endPage(out.OK("COMPTES").Int("lignes", int64(len(page.Accounts))), page.Next)
	return nil
}

// accountFields writes what every list says of an account.
func accountFields(line protocol.Line, a admin.Account) protocol.Line {
	return line.Str("login", a.Login).Str("prenom", a.FirstName).Str("nom", a.LastName).
		Str("email", a.Email).Str("role", string(a.Role)).Str("etat", a.State)
}

func block(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return actOnAccount(req, out, "Compte bloqué, sessions fermées.", func(login, reason string) error {
		return s.Admin.Block(ctx, s.actor(), login, reason)
	})
}

func unblock(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return actOnAccount(req, out, "Compte rouvert.", func(login, _ string) error {
		return s.Admin.Unblock(ctx, s.actor(), login)
	})
}

func expel(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return actOnAccount(req, out, "Sessions fermées.", func(login, reason string) error {
		minutes := 0
		if given, ok := req.Lookup("minutes"); ok {
			if minutes, ok = protocol.ParseMinutes(given); !ok {
				return protocol.Invalid("minutes", "minutes va de 1 à 10080 (sept jours).")
			}
		}
		return s.Admin.Expel(ctx, s.actor(), login, time.Duration(minutes)*time.Minute, reason)
	})
}

func resetQuotas(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return actOnAccount(req, out, "Les deux quotas repartent de zéro.", func(login, _ string) error {
		return s.Admin.Reset(ctx, s.actor(), login)
	})
}

func announce(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	text := req.Get("texte")
	if !protocol.ValidAnnouncement(text) {
		return protocol.Invalid("texte", "Une annonce a de 1 à 300 caractères, dont un visible.")
	}
	if err := s.Admin.Announce(ctx, s.actor(), text); err != nil {
		return err
	}
	out.OK("ANNONCE").Text("Dit à tous.")
	return nil
}

func setPassword(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return actOnAccount(req, out, "Mot de passe donné ; il sera à changer à la prochaine connexion.", func(login, _ string) error {
		password := req.Get("motdepasse")
		if err := accounts.ValidatePassword(password); err != nil {
			return err
		}
		return s.Admin.SetPassword(ctx, s.actor(), login, password)
	})
}

func deleteAccount(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	return actOnAccount(req, out, "Compte supprimé ; ses ventes restent, sans nom.", func(login, reason string) error {
		return s.Admin.Delete(ctx, s.actor(), login, reason)
	})
}

func switchRegistrations(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Writer) error {
	var open bool
	var err error
	if word, given := req.Lookup("etat"); given {
		open = strings.EqualFold(word, "ouvertes")
		err = s.Admin.OpenRegistrations(ctx, s.actor(), open)
	} else {
		open, err = s.Admin.RegistrationsOpen(ctx)
	}
	if err != nil {
		return err
	}
	word := "fermees"
	if open {
		word = "ouvertes"
	}
	out.OK("INSCRIPTIONS").Str("etat", word).End()
	return nil
}
