package i18n

import "strings"

// Names that the server's words have, each table a map by word.
var (
	categories = words("Category")
	statuses   = words("Status")
	services   = words("Service")
	feedTypes  = words("FeedType")
	refusals   = words("Refusal")
	standings  = words("Standing")
	keyNames   = words("Key")
)

// Category gives a category's name: Livre, Book.
func (t T) Category(c string) string { return t.name(categories, c) }

// Status gives the name of an article's state.
func (t T) Status(s string) string { return t.name(statuses, s) }

// Service gives the name of a counted service.
func (t T) Service(s string) string { return t.name(services, s) }

// FeedType names a type of event.
func (t T) FeedType(word string) string { return t.name(feedTypes, word) }

// Refusal names why something was refused, by the code.
func (t T) Refusal(code string) string { return t.name(refusals, code) }

// Standing names whether an account may log in.
func (t T) Standing(s string) string { return t.name(standings, s) }

// name gives an unknown word as it is: a newer server may have more of them.
func (t T) name(names map[string]Msg, word string) string {
	if m, ok := names[word]; ok {
		return t.S(m)
	}
	return word
}

// KeyNames names keys, which stand apart by spaces.
func (t T) KeyNames(keys string) string {
	names := strings.Split(keys, " ")
	for i, w := range names {
		names[i] = t.name(keyNames, w)
	}
	return strings.Join(names, " ")
}

// NavShort are the names of the screens for a narrow terminal, in their order.
var NavShort = []Msg{
	Nav.Home, Nav.CatalogShort, Nav.Sell, Nav.MineShort, Nav.BoardsShort, Nav.Account, Nav.Admin,
}
