package i18n

import (
	"context"
	"errors"

	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// Sentences for the server's codes (PROTOCOL.md §3). %s is a duration
// where it says so.
var codes = map[protocol.Code]Msg{
	protocol.NO: say("Le serveur ne connaît pas cette commande : il est sans doute plus ancien que ce programme.",
		"The server does not know this command: it is probably older than this program."),
	protocol.SYNTAXE:      say("La demande est mal écrite.", "The request is badly written."),
	protocol.INVALIDE:     say("Une valeur n'est pas acceptée.", "A value is not accepted."),
	protocol.LIGNE:        say("La demande est trop longue.", "The request is too long."),
	protocol.AUTH:         say("Votre session est terminée. Connectez-vous.", "Your session has ended. Log in."),
	protocol.DEJA:         say("Vous êtes déjà connecté.", "You are already logged in."),
	protocol.ECHEC:        say("Identifiant ou mot de passe incorrect.", "Wrong login or password."),
	protocol.EC:           say("Trois essais manqués. Vérifiez le mot de passe, puis recommencez.", "Three failed attempts. Check the password, then start again."),
	protocol.BLOQUE:       say("Ce compte est bloqué par l'administration.", "This account is blocked by the administration."),
	protocol.QUOTA:        say("Quota atteint.", "Quota reached."),
	protocol.INTERDIT:     say("Cela ne vous est pas permis.", "You are not allowed to do that."),
	protocol.ABSENT:       say("Introuvable : cela n'existe pas ou plus.", "Not found: there is no such thing, or no longer."),
	protocol.VENDU:        say("Cet article n'est plus en vente.", "This article is no longer for sale."),
	protocol.EXISTE:       say("Déjà pris par quelqu'un d'autre.", "Already taken by somebody else."),
	protocol.PLEIN:        say("Le serveur est plein. Le programme réessaie tout seul.", "The server is full. The program tries again by itself."),
	protocol.DELAI:        say("Le serveur a fermé une connexion restée sans identification.", "The server closed a connection that did not log in."),
	protocol.INACTIF:      say("Le serveur a fermé une connexion inactive.", "The server closed an idle connection."),
	protocol.DEBIT:        say("Trop de connexions ou d'échecs depuis votre adresse.", "Too many connections or failures from your address."),
	protocol.INDISPONIBLE: say("Service momentanément indisponible, rien n'a été compté.", "Service unavailable for a moment, nothing was counted."),
	protocol.ARRET:        say("Le serveur redémarre. Le programme se reconnecte tout seul.", "The server is restarting. The program reconnects by itself."),
	protocol.INTERNE:      say("Le serveur a eu une erreur. Signalez le numéro %s à l'administration.", "The server had an error. Report number %s to the administration."),
}

// Sentences for what is said better with a field of the reply.
var (
	attemptsLeft = count("Identifiant ou mot de passe incorrect. Il reste %s essai.", "Identifiant ou mot de passe incorrect. Il reste %s essais.",
		"Wrong login or password. %s attempt left.", "Wrong login or password. %s attempts left.")
	noLogins    = say("Plus de connexion disponible. La prochaine dans %s.", "No login left. The next one in %s.")
	noCalls     = say("Plus d'appel disponible. Le prochain dans %s.", "No call left. The next one in %s.")
	blockedFor  = say("Ce compte est suspendu pour %s.", "This account is suspended for %s.")
	againIn     = say("%s Réessayez dans %s.", "%s Try again in %s.")
	unknownCode = say("Le serveur refuse (%s).", "The server refuses (%s).")
)

// What is expected of a field (champ=), bounds from PROTOCOL.md §1.7.
var badFields = map[string]Msg{
	"ref":         say("Cette demande a déjà servi à autre chose. Recommencez.", "This request was already used for something else. Start again."),
	"login":       say("Identifiant : 2 à 32 caractères parmi a-z, 0-9, point, tiret et souligné ; le premier est une lettre ou un chiffre.", "Login: 2 to 32 characters of a-z, 0-9, dot, dash and underscore; the first is a letter or a digit."),
	"email":       say("Adresse e-mail : elle s'écrit nom@domaine.", "E-mail address: it is written name@domain."),
	"prenom":      say("Prénom : 1 à 64 caractères.", "First name: 1 to 64 characters."),
	"nom":         say("Nom : 1 à 64 caractères.", "Last name: 1 to 64 characters."),
	"motdepasse":  say("Mot de passe : 8 à 128 caractères.", "Password: 8 to 128 characters."),
	"categorie":   say("Catégorie : livre, dvd, cd, jeu, materiel ou autre.", "Category: livre, dvd, cd, jeu, materiel or autre."),
	"prix":        say("Prix : de 0,00 à 9999,99.", "Price: from 0.00 to 9999.99."),
	"titre":       say("Titre : 1 à 120 caractères.", "Title: 1 to 120 characters."),
	"description": say("Description : 300 caractères au plus.", "Description: 300 characters at most."),
	"n":           say("Nombre de lignes : 1 à 100.", "Number of lines: 1 to 100."),
	"raison":      say("Raison : 1 à 200 caractères.", "Reason: 1 to 200 characters."),
	"texte":       say("Annonce : 1 à 300 caractères.", "Announcement: 1 to 300 characters."),
	"minutes":     say("Minutes : de 1 à 10080 (sept jours).", "Minutes: from 1 to 10080 (seven days)."),
	"periode":     say("Période : un nombre de secondes, 1 au moins.", "Period: a number of seconds, 1 at least."),
}

var takenFields = map[string]Msg{
	"login": say("Cet identifiant est déjà pris.", "This login is already taken."),
	"email": say("Cette adresse e-mail a déjà un compte.", "This e-mail address already has an account."),
}

// Sentences for what goes wrong on the way.
var (
	unreachable = say("Le serveur ne répond pas à cette adresse.", "No server answers at this address.")
	hungUp      = say("Le serveur a coupé la connexion.", "The server cut the connection.")
	noTLS       = say("La connexion chiffrée a échoué : le certificat n'est pas reconnu ou ce port n'est pas chiffré.", "The encrypted connection failed: the certificate is not trusted or the port is not encrypted.")
	silent      = say("Le serveur ne répond plus.", "The server has stopped answering.")
	foreign     = say("Ce qui répond à cette adresse n'est pas un serveur EtuServices.", "What answers at this address is not an EtuServices server.")
	lost        = say("La connexion a été coupée avant la réponse : on ne sait pas si c'est fait.", "The connection was cut before the answer: whether it was done is not known.")
	badLine     = say("Ce texte ne peut pas être envoyé : il est vide, trop long, ou contient des caractères de contrôle.", "This text cannot be sent: it is empty, too long or has control characters.")
	busy        = say("Trop de demandes attendent déjà une réponse.", "Too many requests are waiting for an answer.")
	closed      = say("La connexion est terminée.", "The connection is over.")
	timeout     = say("Le serveur n'a pas répondu à temps.", "The server did not answer in time.")
	cancelled   = say("Demande abandonnée.", "Request given up.")
	fault       = say("Erreur du programme : %v", "Error of the program: %v")
)

// The first that fits is told: the cause before its consequence.
var causes = []struct {
	err error
	msg *Msg
}{
	{link.ErrTLS, &noTLS},
	{link.ErrProtocol, &foreign},
	{link.ErrLost, &lost},
	{link.ErrSilent, &silent},
	{link.ErrUnreachable, &unreachable},
	{link.ErrHungUp, &hungUp},
	{link.ErrLine, &badLine},
	{link.ErrBusy, &busy},
	{context.DeadlineExceeded, &timeout},
	{context.Canceled, &cancelled},
	{link.ErrClosed, &closed},
}

// Error says what went wrong and what to do, without exclamation marks, from
// the code or the link's error; the server's own (French) sentence is not used.
func (t T) Error(err error) string {
	var e *link.Error
	if errors.As(err, &e) {
		return t.code(e)
	}
	for _, c := range causes {
		if errors.Is(err, c.err) {
			return t.S(*c.msg)
		}
	}
	return t.S(fault, err)
}

// Field gives what is expected of a field (champ=), for the place beside it.
func (t T) Field(name string) string {
	if m, ok := badFields[name]; ok {
		return t.S(m)
	}
	return t.S(codes[protocol.INVALIDE])
}

func (t T) code(e *link.Error) string {
	field, after := e.Fields.Get("champ"), e.After()
	switch e.Code {
	case protocol.INVALIDE:
		return t.Field(field)
	case protocol.EXISTE:
		if m, ok := takenFields[field]; ok {
			return t.S(m)
		}
	case protocol.ECHEC:
		if _, ok := e.Fields.Lookup("reste"); ok {
			return t.N(attemptsLeft, int(e.Fields.Int("reste")))
		}
	case protocol.QUOTA:
		m := noCalls
		if e.Fields.Get("quota") == "connexions" {
			m = noLogins
		}
		return t.S(m, t.Duration(after))
	case protocol.BLOQUE:
		if after > 0 {
			return t.S(blockedFor, t.Duration(after))
		}
	case protocol.INTERNE:
		return t.S(codes[e.Code], e.Fields.Get("incident"))
	}
	m, ok := codes[e.Code]
	if !ok {
		return t.S(unknownCode, e.Code)
	}
	if after > 0 {
		return t.S(againIn, t.S(m), t.Duration(after))
	}
	return t.S(m)
}
