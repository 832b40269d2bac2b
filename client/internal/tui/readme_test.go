package tui

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
)

// TestPagesHaveTheKeys: the lists of keys in client/README.md and in the students'
// page are those of the key map; -update writes them anew.
func TestPagesHaveTheKeys(t *testing.T) {
	for _, page := range []struct {
		path, from, to, title string
		lang                  i18n.Lang
		admin                 bool
	}{
		{"../../README.md", "<!-- keys -->\n", "<!-- end of keys -->\n", "key", i18n.English, true},
		{"../../../server/docs/utiliser.md", "<!-- touches -->\n", "<!-- fin des touches -->\n", "touche", i18n.French, false},
	} {
		text, err := os.ReadFile(page.path)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, found := strings.Cut(string(text), page.from)
		list, after, ended := strings.Cut(rest, page.to)
		if !found || !ended {
			t.Fatalf("%s has no %q and %q", page.path, page.from, page.to)
		}
		said := i18n.T{Lang: page.lang}
		var b strings.Builder
		fmt.Fprintf(&b, "| %s | |\n|---|---|\n", page.title)
		left, right := keys.Groups(page.admin)
		for _, g := range append(left, right...) {
			fmt.Fprintf(&b, "| | **%s** |\n", said.S(g.Title))
			for _, k := range g.Keys {
				fmt.Fprintf(&b, "| `%s` | %s |\n", k.All(said), said.S(k.Does))
			}
		}
		switch want := b.String(); {
		case list == want:
		case *update:
			if err := os.WriteFile(page.path, []byte(before+page.from+want+page.to+after), 0o644); err != nil {
				t.Fatal(err)
			}
		default:
			t.Errorf("%s (go test ./client/internal/tui -run PagesHaveTheKeys -update writes it anew)\nwant %s\ngot  %s", page.path, want, list)
		}
	}
}
