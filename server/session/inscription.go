package session

import (
	"context"

	"etuservices/protocol"
	"etuservices/server/accounts"
)

func inscription(ctx context.Context, s *Session, req *protocol.Request, out *protocol.Out) error {
	login, ok := protocol.Login(req.Get("login"))
	if !ok {
		return invalid("login", "Login : 2 à 32 lettres, chiffres, . _ ou -, en commençant par une lettre ou un chiffre.")
	}
	email, ok := protocol.Email(req.Get("email"))
	if !ok {
		return invalid("email", "Cette adresse e-mail n'en est pas une.")
	}
	for _, field := range [...]string{"prenom", "nom"} {
		if !protocol.Name(req.Get(field)) {
			return invalid(field, "Prénom et nom : 1 à 64 caractères.")
		}
	}
	if !protocol.Password(req.Get("motdepasse")) {
		return invalid("motdepasse", "Mot de passe : 8 à 128 caractères.")
	}
	if protocol.CommonPassword(req.Get("motdepasse")) {
		return tooCommon()
	}
	if open, err := s.Admin.RegistrationsOpen(ctx); err != nil {
		return err
	} else if !open {
		return &fault{code: protocol.INTERDIT, text: "Les inscriptions sont fermées."}
	}
	user, err := s.Accounts.Apply(ctx, s.from(), accounts.Registration{
		User: accounts.User{
			Login: login, Email: email, Role: accounts.Student,
			FirstName: req.Get("prenom"), LastName: req.Get("nom"),
		},
		Password: req.Get("motdepasse"),
	})
	if err != nil {
		return err
	}
	s.restartLogin()
	out.OK("INSCRIPTION").Str("login", user.Login).
		Text("Compte créé. Connectez-vous : AUTH " + user.Login + " motdepasse")
	return nil
}
