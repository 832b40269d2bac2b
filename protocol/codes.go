package protocol

import (
	"bytes"
	"errors"
)

// Code is the stable word of a failure; programs read it, never the text.
type Code string

// The codes (PROTOCOL.md §3).
const (
	NO           Code = "NO"
	SYNTAXE      Code = "SYNTAXE"
	INVALIDE     Code = "INVALIDE"
	LIGNE        Code = "LIGNE"
	AUTH         Code = "AUTH"
	DEJA         Code = "DEJA"
	ECHEC        Code = "ECHEC"
	EC           Code = "EC"
	BLOQUE       Code = "BLOQUE"
	QUOTA        Code = "QUOTA"
	INTERDIT     Code = "INTERDIT"
	ABSENT       Code = "ABSENT"
	VENDU        Code = "VENDU"
	EXISTE       Code = "EXISTE"
	PLEIN        Code = "PLEIN"
	DELAI        Code = "DELAI"
	INACTIF      Code = "INACTIF"
	DEBIT        Code = "DEBIT"
	INDISPONIBLE Code = "INDISPONIBLE"
	ARRET        Code = "ARRET"
	INTERNE      Code = "INTERNE"
)

// CodeInfo says what follows a code and what people are told by default.
type CodeInfo struct {
	Code   Code
	Closes bool // the server ends the connection after this reply
	Text   string
}

// Codes lists every code once, in the order of the specification.
var Codes = []CodeInfo{
	{NO, false, "Commande inconnue ; AIDE donne la liste."},
	{SYNTAXE, false, "La commande ne s'écrit pas ainsi."},
	{INVALIDE, false, "Valeur refusée."},
	{LIGNE, true, "Ligne trop longue."},
	{AUTH, false, "Connectez-vous d'abord : AUTH login motdepasse."},
	{DEJA, false, "Vous êtes déjà connecté ; DECONNEXION d'abord."},
	{ECHEC, false, "Identifiant ou mot de passe incorrect."},
	{EC, true, "Trois échecs : connexion fermée."},
	{BLOQUE, false, "Ce compte est bloqué."},
	{QUOTA, false, "Quota atteint."},
	{INTERDIT, false, "Cela ne vous est pas permis."},
	{ABSENT, false, "Introuvable."},
	{VENDU, false, "Cet article n'est plus en vente."},
	{EXISTE, false, "Déjà pris."},
	{PLEIN, true, "Le serveur est plein ; réessayez dans un instant."},
	{DELAI, true, "Vous ne vous êtes pas connecté à temps."},
	{INACTIF, true, "Aucune commande depuis trop longtemps."},
	{DEBIT, true, "Trop de connexions ou d'échecs depuis votre adresse."},
	{INDISPONIBLE, false, "Service momentanément indisponible ; rien n'a été compté."},
	{ARRET, true, "Le serveur s'arrête ; reconnectez-vous."},
	{INTERNE, true, "Erreur interne ; donnez ce numéro à l'administrateur."},
}

var codeByName = func() map[Code]CodeInfo {
	m := make(map[Code]CodeInfo, len(Codes))
	for _, c := range Codes {
		m[c.Code] = c
	}
	return m
}()

// Info gives what is known of a code; ok is false for one of a later version.
func (c Code) Info() (info CodeInfo, ok bool) {
	info, ok = codeByName[c]
	return info, ok
}

// Text is the sentence that stands behind a code by default.
func (c Code) Text() string { return codeByName[c].Text }

// Closes says whether the server ends the connection after this code.
func (c Code) Closes() bool { return codeByName[c].Closes }

// CodeOf reads the code of a reply, "" for a success. A reply that fails has no
// rows.
func CodeOf(reply []byte) Code {
	rest, failed := bytes.CutPrefix(reply, []byte("-ERR "))
	if !failed {
		return ""
	}
	if end := bytes.IndexAny(rest, " \r"); end >= 0 {
		rest = rest[:end]
	}
	return Code(rest)
}

// Error is a failure in the words of the wire: "-ERR CODE key=value… :sentence"
// (PROTOCOL.md §3). A package that has no more to say than that makes its errors
// of it.
type Error struct {
	Code   Code
	Fields Fields
	Text   string // "" for the code's own sentence
}

// Error gives the code and the sentence.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Sentence() }

// Sentence is what people are told.
func (e *Error) Sentence() string {
	if e.Text == "" {
		return e.Code.Text()
	}
	return e.Text
}

// Wire gives the error itself.
func (e *Error) Wire() *Error { return e }

// WireError finds what an error says to the client, nil where it is none of the
// language.
func WireError(err error) *Error {
	var e interface{ Wire() *Error }
	if !errors.As(err, &e) {
		return nil
	}
	return e.Wire()
}

// Invalid is a value that is refused (INVALIDE): the name of its field, and why.
func Invalid(field, why string) *Error {
	return &Error{INVALIDE, Fields{{Key: "champ", Value: field}}, why}
}
