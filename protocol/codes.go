package protocol

import "bytes"

// Code is the stable word of a failure; programs read it, never the text.
type Code string

// The codes of contract section 3.
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
	Retry  bool // the same request may succeed later, unchanged
	Text   string
}

// Codes lists every code once, in the order of the specification.
var Codes = []CodeInfo{
	{NO, false, false, "Commande inconnue ; AIDE donne la liste."},
	{SYNTAXE, false, false, "La commande ne s'écrit pas ainsi."},
	{INVALIDE, false, false, "Valeur refusée."},
	{LIGNE, true, false, "Ligne trop longue."},
	{AUTH, false, false, "Connectez-vous d'abord : AUTH login motdepasse."},
	{DEJA, false, false, "Vous êtes déjà connecté ; DECONNEXION d'abord."},
	{ECHEC, false, false, "Identifiant ou mot de passe incorrect."},
	{EC, true, false, "Trois échecs : connexion fermée."},
	{BLOQUE, false, true, "Ce compte est bloqué."},
	{QUOTA, false, true, "Quota atteint."},
	{INTERDIT, false, false, "Cela ne vous est pas permis."},
	{ABSENT, false, false, "Introuvable."},
	{VENDU, false, false, "Cet article n'est plus en vente."},
	{EXISTE, false, false, "Déjà pris."},
	{PLEIN, true, true, "Le serveur est plein ; réessayez dans un instant."},
	{DELAI, true, true, "Vous ne vous êtes pas connecté à temps."},
	{INACTIF, true, true, "Aucune commande depuis trop longtemps."},
	{DEBIT, true, true, "Trop de connexions ou d'échecs depuis votre adresse."},
	{INDISPONIBLE, false, true, "Service momentanément indisponible ; rien n'a été compté."},
	{ARRET, true, true, "Le serveur s'arrête ; reconnectez-vous."},
	{INTERNE, true, true, "Erreur interne ; donnez ce numéro à l'administrateur."},
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
