package tui

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/keys"
)

// TestReadmeHasTheKeys: the list of client/README.md is that of the key map;
// -update writes it anew.
func TestReadmeHasTheKeys(t *testing.T) {
	const path, from, to = "../../README.md", "<!-- keys -->\n", "<!-- end of keys -->\n"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(text), from)
	list, after, ended := strings.Cut(rest, to)
	if !found || !ended {
		t.Fatalf("%s has no %q and %q", path, from, to)
	}
	en := i18n.T{Lang: i18n.English}
	var b strings.Builder
	b.WriteString("| key | |\n|---|---|\n")
	left, right := keys.Groups(true)
	for _, g := range append(left, right...) {
		fmt.Fprintf(&b, "| | **%s** |\n", en.S(g.Title))
		for _, k := range g.Keys {
			fmt.Fprintf(&b, "| `%s` | %s |\n", k.All(en), en.S(k.Does))
		}
	}
	switch want := b.String(); {
	case list == want:
	case *update:
		if err := os.WriteFile(path, []byte(before+from+want+to+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("%s (go test ./client/internal/tui -run Readme -update writes it anew)\nwant %s\ngot  %s", path, want, list)
	}
}
