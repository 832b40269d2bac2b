package i18n

var yesterday = say("hier", "yesterday")

// Category names, as in protocol.Categories.
var categories = map[string]Msg{
	"livre":    say("Livre", "Book"),
	"dvd":      say("DVD", "DVD"),
	"cd":       say("CD", "CD"),
	"jeu":      say("Jeu", "Game"),
	"materiel": say("Matériel", "Equipment"),
	"autre":    say("Autre", "Other"),
}

// Category gives a category's name: Livre, Book. An unknown one as it is.
func (t T) Category(c string) string {
	if m, ok := categories[c]; ok {
		return t.S(m)
	}
	return c
}

var statuses = map[string]Msg{
	"en_vente": say("en vente", "for sale"),
	"vendu":    say("vendu", "sold"),
	"retire":   say("retiré", "withdrawn"),
}

// Status gives the name of an article's state. An unknown one as it is.
func (t T) Status(s string) string {
	if m, ok := statuses[s]; ok {
		return t.S(m)
	}
	return s
}

var services = map[string]Msg{
	"vente": say("Vente", "Selling"),
	"achat": say("Achat", "Buying"),
}

// Service gives the name of a counted service. An unknown one as it is.
func (t T) Service(s string) string {
	if m, ok := services[s]; ok {
		return t.S(m)
	}
	return s
}

// What a person is told is left of a quota.
var (
	CallsLeft = count("%s achat ou vente restant sur %s", "%s achats ou ventes restants sur %s",
		"%s purchase or sale left of %s", "%s purchases or sales left of %s")
	LoginsLeft = count("%s connexion restante sur %s", "%s connexions restantes sur %s",
		"%s login left of %s", "%s logins left of %s")
)
