package protocol_test

import (
	"regexp"
	"strings"
	"testing"

	"etuservices/protocol"
)

// The parser relies on these shapes of the table.
func TestVerbTable(t *testing.T) {
	name := regexp.MustCompile(`^[A-Z]{2,16}$`)
	param := regexp.MustCompile(`^[a-z0-9_]+$`)
	seen := map[string]bool{}
	for _, v := range protocol.Verbs {
		for _, n := range append([]string{v.Name}, v.Aliases...) {
			if seen[n] || !name.MatchString(n) {
				t.Errorf("%s: twice, or no name", n)
			}
			seen[n] = true
			for _, s := range []string{n, strings.ToLower(n)} {
				if got, ok := protocol.Lookup(s); got != v || !ok {
					t.Errorf("Lookup(%s) = %v", s, got)
				}
			}
		}
		if v.Help == "" || v.Usage != strings.TrimSpace(v.Usage) || !strings.HasPrefix(v.Usage, v.Name) {
			t.Errorf("%s: help %q, usage %q", v.Name, v.Help, v.Usage)
		}
		if v.Colon != "" && !seen[v.Colon] {
			t.Errorf("%s: %s: is no alias of it", v.Name, v.Colon)
		}
		if len(v.Params) > protocol.MaxParams {
			t.Errorf("%s: %d parameters", v.Name, len(v.Params))
		}
		last, optional := protocol.Word, false
		for _, p := range v.Params {
			if !param.MatchString(p.Name) || p.Kind < last || last == protocol.Text {
				t.Errorf("%s: %s stands in the wrong place", v.Name, p.Name)
			}
			if p.Kind != protocol.Key && optional && !p.Optional {
				t.Errorf("%s: %s must be given after one that need not be", v.Name, p.Name)
			}
			if v.Colon != "" && p.Kind == protocol.Key {
				t.Errorf("%s: the spelling %s: has no place for the key %s", v.Name, v.Colon, p.Name)
			}
			last, optional = p.Kind, p.Kind == protocol.Word && p.Optional
		}
	}
}

func TestLookupFoldsASCIIOnly(t *testing.T) {
	for _, s := range []string{"", "aıde", "ſtats", "PING ", "NOSUCH", strings.Repeat("A", 17)} {
		if v, ok := protocol.Lookup(s); ok || v != nil {
			t.Errorf("%q is %s", s, v.Name)
		}
	}
}

func TestUsage(t *testing.T) {
	for name, want := range map[string]string{
		"PING":     "PING",
		"HELP":     "AIDE [verbe]",
		"UP":       "AUTH login motdepasse…",
		"VENTE":    "VENTE categorie prix [ref=] [description=] titre…",
		"ARTICLES": "ARTICLES [categorie=] [q=] [prix_max=] [vendeur=] [tri=] [n=] [apres=]",
	} {
		if v, _ := protocol.Lookup(name); v == nil || v.Usage != want {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

func TestCodes(t *testing.T) {
	seen := map[protocol.Code]bool{}
	for _, c := range protocol.Codes {
		if seen[c.Code] || c.Text == "" || protocol.HasUnprintable(c.Text) {
			t.Errorf("%s: twice, or without a good sentence", c.Code)
		}
		seen[c.Code] = true
		if got, ok := c.Code.Info(); !ok || got != c || c.Code.Closes() != c.Closes {
			t.Errorf("%s: Info %+v, Closes %v", c.Code, got, c.Code.Closes())
		}
	}
	if _, ok := protocol.Code("PLUS_TARD").Info(); ok || protocol.Code("PLUS_TARD").Closes() {
		t.Error("an unknown code is known")
	}
	// PROTOCOL.md §3, the codes after which the connection is closed.
	for _, c := range []protocol.Code{
		protocol.LIGNE, protocol.EC, protocol.PLEIN, protocol.DELAI,
		protocol.INACTIF, protocol.DEBIT, protocol.ARRET, protocol.INTERNE,
	} {
		if !c.Closes() {
			t.Errorf("%s must close", c)
		}
		delete(seen, c)
	}
	for c := range seen {
		if c.Closes() {
			t.Errorf("%s must not close", c)
		}
	}
}
