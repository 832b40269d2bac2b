package protocol

import (
	"slices"
	"strconv"
	"strings"
)

// Access says who may use a verb.
type Access uint8

// Who may use a verb (PROTOCOL.md §5, "Qui").
const (
	Anyone Access = iota
	Anonymous
	LoggedIn
	Admin
)

// Kind is the way in which a parameter is written.
type Kind uint8

// A verb's words come first, then its keys, then its text, which runs to the
// end of the line.
const (
	Word Kind = iota
	Key
	Text
)

// Param is one parameter of a verb.
type Param struct {
	Name     string
	Kind     Kind
	Optional bool
	// Form judges how the value is written, where that is SYNTAXE and not
	// INVALIDE; nil is any form. All forms are judged before any value.
	Form func(string) bool
}

// formed gives the parameter a form.
func (p Param) formed(form func(string) bool) Param {
	p.Form = form
	return p
}

// Verb is one row of the language: everything about a verb but how the server
// runs it.
type Verb struct {
	Name    string
	Aliases []string
	// Colon is the coursework's spelling: the alias that may be followed by ":" and
	// its parameters ("UP:user:password", "SEND:id").
	Colon  string
	Access Access
	Params []Param
	Help   string
	Usage  string // derived from Params
}

// MaxParams bounds the parameters of a verb, so that a Request needs no map.
const MaxParams = 8

func word(name string) Param    { return Param{Name: name, Kind: Word} }
func optWord(name string) Param { return Param{Name: name, Kind: Word, Optional: true} }
func key(name string) Param     { return Param{Name: name, Kind: Key, Optional: true} }
func text(name string) Param    { return Param{Name: name, Kind: Text} }

// The forms of values.

func digits(s string) bool { _, ok := ParseID(s); return ok }

// news is the rank of one, or all.
func news(s string) bool { return digits(s) || anyCase(AllNews)(s) }

func isLogin(s string) bool { _, ok := ParseLogin(s); return ok }

// number is the end of a page of one's own articles.
func number(s string) bool {
	_, err := strconv.ParseUint(s, 10, 63)
	return err == nil || s == ""
}

func oneOf(words ...string) func(string) bool {
	return func(s string) bool { return slices.Contains(words, s) }
}

// anyCase is oneOf where the case does not matter; to Unicode there are other
// letters that a word of ASCII is equal to.
func anyCase(words ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return len(w) == len(s) && strings.EqualFold(w, s) })
	}
}

// Verbs is the table of the language, in the order that AIDE shows.
var Verbs = withUsage([]*Verb{
	{
		Name: "AIDE", Aliases: []string{"HELP"}, Access: Anyone,
		Params: []Param{optWord("verbe")},
		Help:   "Cette liste, ou la ligne d'une commande.",
	},
	{Name: "PING", Access: Anyone, Help: "Le serveur répond-il ?"},
	{
		Name: "INSCRIPTION", Access: Anonymous,
		Params: []Param{word("login"), word("email"), word("prenom"), word("nom"), text("motdepasse")},
		Help:   "Créer un compte (mot de passe : 8 caractères au moins).",
	},
	{
		Name: "AUTH", Aliases: []string{"UP"}, Colon: "UP", Access: Anonymous,
		Params: []Param{word("login"), text("motdepasse")},
		Help:   "Se connecter, par son login ou son e-mail ; aussi UP:login:motdepasse.",
	},
	{
		Name: "REPRENDRE", Access: Anonymous, Params: []Param{word("jeton")},
		Help: "Reprendre une session par son jeton, sans dépenser de connexion.",
	},
	{Name: "QUI", Access: LoggedIn, Help: "Qui suis-je ?"},
	{Name: "QUOTA", Access: LoggedIn, Help: "Ce qui reste de vos deux quotas."},
	{
		Name: "VENTE", Access: LoggedIn,
		Params: []Param{word("categorie"), word("prix"), key("ref"), key("description"), text("titre")},
		Help:   "Mettre un article en vente (compté).",
	},
	{
		Name: "ACHAT", Access: LoggedIn,
		Params: []Param{word("id").formed(digits), key("ref")},
		Help:   "Acheter un article (compté).",
	},
	{
		Name: "ARTICLES", Access: LoggedIn,
		Params: []Param{
			key("categorie"), key("q"), key("prix_max"), key("vendeur"),
			key("tri").formed(oneOf(Sorts...)), key("n"), key("apres"),
		},
		Help: "Ce qui est en vente ; tri=recent, prix ou -prix ; q cherche dans les titres.",
	},
	{
		Name: "ARTICLE", Aliases: []string{"SEND"}, Colon: "SEND", Access: LoggedIn,
		Params: []Param{word("id").formed(digits)},
		Help:   "Un article en détail ; aussi SEND:id.",
	},
	{
		Name: "RETRAIT", Access: LoggedIn, Params: []Param{word("id").formed(digits)},
		Help: "Retirer de la vente un de vos articles.",
	},
	{
		Name: "MESVENTES", Access: LoggedIn,
		Params: []Param{key("n"), key("apres").formed(number)},
		Help:   "Vos articles, et qui les a achetés.",
	},
	{
		Name: "MESACHATS", Access: LoggedIn,
		Params: []Param{key("n"), key("apres").formed(number)},
		Help:   "Vos achats, et à qui.",
	},
	{
		Name: "NOUVELLES", Access: LoggedIn,
		Params: []Param{key("n"), key("apres").formed(number)},
		Help:   "Ce qui vous est arrivé : ventes, annonces, décisions de l'administration.",
	},
	{
		Name: "LU", Access: LoggedIn,
		Params: []Param{word("nouvelle").formed(news)},
		Help:   "Marquer comme lues une nouvelle et celles d'avant ; LU tout, toutes.",
	},
	{
		Name: "STATS", Access: LoggedIn, Params: []Param{optWord("tableau").formed(anyCase("derniers", "top", "moins", "services"))},
		Help: "Les tableaux : DERNIERS, TOP, MOINS, SERVICES ; les quatre sans mot.",
	},
	{Name: "NB", Access: LoggedIn, Help: "Combien de connexions et d'utilisateurs."},
	{
		Name: "MOTDEPASSE", Access: LoggedIn,
		Params: []Param{word("ancien"), text("motdepasse")},
		Help:   "Changer de mot de passe ; un ancien avec espaces s'écrit \"entre guillemets\".",
	},
	{
		Name: "DECONNEXION", Aliases: []string{"LOGOUT"}, Access: LoggedIn,
		Help: "Fermer la session ; la connexion reste.",
	},
	{
		Name: "SUIVRE", Access: Admin, Params: []Param{key("periode")},
		Help: "Les mesures de tous les serveurs, toutes les periode secondes (1 à 60).",
	},
	{Name: "STOP", Access: Admin, Help: "Ne plus suivre."},
	{Name: "SESSIONS", Access: Admin, Help: "Qui est connecté, sur quel serveur."},
	{Name: "SERVEURS", Access: Admin, Help: "Les instances du serveur, et comment elles vont."},
	{
		Name: "HISTORIQUE", Access: Admin, Params: []Param{key("minutes")},
		Help: "L'activité des dernières minutes (1 à 60 ; 15 sans elle), une ligne toutes les 5 secondes.",
	},
	{
		Name: "COMPTES", Access: Admin,
		Params: []Param{key("q"), key("n"), key("apres").formed(isLogin)}, // a page ends with a login
		Help:   "Les comptes ; q cherche dans le login, les noms et l'e-mail.",
	},
	{
		Name: "FICHE", Access: Admin, Params: []Param{word("login")},
		Help: "Tout d'un compte : quotas, sessions, connexions, appels, ventes, achats, refus.",
	},
	{
		Name: "BLOQUER", Access: Admin,
		Params: []Param{word("login"), text("raison")},
		Help:   "Fermer un compte et toutes ses sessions, jusqu'à DEBLOQUER.",
	},
	{Name: "DEBLOQUER", Access: Admin, Params: []Param{word("login")}, Help: "Rouvrir un compte."},
	{
		Name: "EXPULSER", Access: Admin,
		Params: []Param{word("login"), key("minutes"), text("raison")},
		Help:   "Fermer toutes les sessions de quelqu'un, et sa porte pour quelques minutes.",
	},
	{
		Name: "RAZ", Access: Admin, Params: []Param{word("login")},
		Help: "Vider les deux fenêtres de quota de quelqu'un.",
	},
	{Name: "ANNONCE", Access: Admin, Params: []Param{text("texte")}, Help: "Dire quelque chose à tous."},
	{
		Name: "NOUVEAUMDP", Access: Admin,
		Params: []Param{word("login"), text("motdepasse")},
		Help:   "Donner à quelqu'un un mot de passe, à changer dès sa connexion.",
	},
	{
		Name: "SUPPRIMER", Access: Admin,
		Params: []Param{word("login"), text("raison")},
		Help:   "Supprimer un compte ; ses ventes restent, sans nom.",
	},
	{
		Name: "INSCRIPTIONS", Access: Admin, Params: []Param{optWord("etat").formed(anyCase("ouvertes", "fermees"))},
		Help: "Ouvrir ou fermer les inscriptions (ouvertes, fermees) ; sans mot, où elles en sont.",
	},
	{Name: "QUITTER", Aliases: []string{"QUIT", "END"}, Access: Anyone, Help: "Au revoir."},
})

// named is a verb under one of its names.
type named struct {
	verb *Verb
	name string
}

var verbByName = func() map[string]named {
	m := make(map[string]named, 2*len(Verbs))
	for _, v := range Verbs {
		m[v.Name] = named{v, v.Name}
		for _, a := range v.Aliases {
			m[a] = named{v, a}
		}
	}
	return m
}()

// Lookup finds a verb by its name or an alias, in any case.
func Lookup(name string) (*Verb, bool) {
	v, _, ok := lookup(name)
	return v, ok
}

// longestVerb bounds what is worth looking up; a test holds it to the table.
const longestVerb = 16

// lookup folds ASCII alone: to Unicode "aıde" would be AIDE too.
func lookup[S []byte | string](s S) (v *Verb, name string, ok bool) {
	var upper [longestVerb]byte
	if len(s) > len(upper) {
		return nil, "", false
	}
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper[i] = c
	}
	n, ok := verbByName[string(upper[:len(s)])]
	return n.verb, n.name, ok
}

func withUsage(verbs []*Verb) []*Verb {
	for _, v := range verbs {
		var b strings.Builder
		b.WriteString(v.Name)
		for _, p := range v.Params {
			s := p.Name
			switch {
			case p.Kind == Key:
				s += "="
			case p.Kind == Text:
				s += "…"
			}
			if p.Optional {
				s = "[" + s + "]"
			}
			b.WriteByte(' ')
			b.WriteString(s)
		}
		v.Usage = b.String()
	}
	return verbs
}
