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
	protocol.EC:           say("Troisième échec : vérifiez l'identifiant et le mot de passe avant de recommencer.", "Third failure: check the login and the password before you try again."),
	protocol.BLOQUE:       say("Ce compte est bloqué par l'administration.", "This account is blocked by the administration."),
	protocol.QUOTA:        say("Quota atteint.", "Quota reached."),
	protocol.INTERDIT:     say("Cela ne vous est pas permis.", "You are not allowed to do that."),
	protocol.ABSENT:       say("Introuvable : cela n'existe pas ou plus.", "Not found: there is no such thing, or no longer."),
	protocol.VENDU:        say("Cet article n'est plus en vente.", "This item is no longer for sale."),
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
	noLogins    = say("Connexions épuisées : prochaine dans %s.", "No login left: next one in %s.")
	noCalls     = say("Achats et ventes épuisés : prochain dans %s.", "No purchase or sale left: next one in %s.")
	blockedFor  = say("Ce compte est expulsé pour encore %s.", "This account is expelled for another %s.")
	because     = say("%s Raison : %s", "%s Reason: %s")
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
	unreachable = say("Aucun serveur n'écoute à %s. Démarrez-le, ou changez d'adresse : etu --addr HÔTE:PORT",
		"No server is listening at %s. Start it, or change the address: etu --addr HOST:PORT")
	hungUp = say("Le serveur %s a coupé la connexion. Réessayez dans un instant.",
		"The server %s cut the connection. Try again in a moment.")
	noTLS = say("Connexion chiffrée impossible avec %s. Certificat non reconnu : --ca FICHIER. Port non chiffré : sans --tls.",
		"No encrypted connection with %s. Certificate not trusted: --ca FILE. Port not encrypted: without --tls.")
	silent = say("Le serveur %s ne répond pas. Réessayez plus tard, ou changez d'adresse : etu --addr HÔTE:PORT",
		"The server %s does not answer. Try again later, or change the address: etu --addr HOST:PORT")
	foreign = say("Ce qui répond à %s n'est pas un serveur EtuServices. Changez d'adresse : etu --addr HÔTE:PORT",
		"What answers at %s is not an EtuServices server. Change the address: etu --addr HOST:PORT")
	lost      = say("La connexion a été coupée avant la réponse : on ne sait pas si c'est fait.", "The connection was cut before the answer: whether it was done is not known.")
	badLine   = say("Ce texte ne peut pas être envoyé : il est vide, trop long, ou contient des caractères de contrôle.", "This text cannot be sent: it is empty, too long or has control characters.")
	busy      = say("Trop de demandes attendent déjà une réponse.", "Too many requests are waiting for an answer.")
	closed    = say("La connexion est terminée.", "The connection is over.")
	timeout   = say("Le serveur n'a pas répondu à temps.", "The server did not answer in time.")
	cancelled = say("Demande abandonnée.", "Request given up.")
	fault     = say("Erreur du programme : %v", "Error of the program: %v")
)

// The first that fits is told: the cause before its consequence.
var causes = []struct {
	err  error
	msg  *Msg
	addr bool // the sentence names the server's address
}{
	{link.ErrTLS, &noTLS, true},
	{link.ErrProtocol, &foreign, true},
	{link.ErrLost, &lost, false},
	{link.ErrSilent, &silent, true},
	{link.ErrUnreachable, &unreachable, true},
	{link.ErrHungUp, &hungUp, true},
	{link.ErrLine, &badLine, false},
	{link.ErrBusy, &busy, false},
	{context.DeadlineExceeded, &timeout, false},
	{context.Canceled, &cancelled, false},
	{link.ErrClosed, &closed, false},
}

// Error says what went wrong and what to do, without exclamation marks, from
// the code or the link's error; the server's own (French) sentence is not used.
func (t T) Error(err error) string {
	var e *link.Error
	if errors.As(err, &e) {
		return t.code(e)
	}
	for _, c := range causes {
		if !errors.Is(err, c.err) {
			continue
		}
		if !c.addr {
			return t.S(*c.msg)
		}
		at := &link.AddrError{Addr: "?"} // the link names it
		errors.As(err, &at)
		return t.S(*c.msg, at.Addr)
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
	case protocol.QUOTA:
		m := noCalls
		if e.Fields.Get("quota") == "connexions" {
			m = noLogins
		}
		return t.S(m, t.Duration(after))
	case protocol.BLOQUE:
		said := t.S(codes[e.Code])
		if after > 0 {
			said = t.S(blockedFor, t.Duration(after))
		}
		if reason := e.Fields.Get("raison"); reason != "" {
			said = t.S(because, said, reason)
		}
		return said
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
