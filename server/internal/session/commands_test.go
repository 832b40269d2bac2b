package session

import (
	"os"
	"slices"
	"strings"
	"testing"

	"etuservices/protocol"
)

// TestCommandsAreTheLanguage: each verb has a row, and those that PROTOCOL.md
// calls counted are.
func TestCommandsAreTheLanguage(t *testing.T) {
	spec, err := os.ReadFile("../../../protocol/PROTOCOL.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range protocol.Verbs {
		cmd, found := commands[v.Name]
		if !found || cmd.run == nil {
			t.Errorf("%s has no row", v.Name)
		}
		_, section, found := strings.Cut(string(spec), "\n    "+v.Usage+"\n")
		if !found {
			t.Errorf("%s has no section in PROTOCOL.md", v.Name)
		}
		section, _, _ = strings.Cut(section, "\n##")
		if strings.Contains(section, "**Compté**") != cmd.counted {
			t.Errorf("%s: counted in the table: %v, and not in PROTOCOL.md, or the other way round", v.Name, cmd.counted)
		}
	}
	for name := range commands {
		if v, ok := protocol.Lookup(name); !ok || v.Name != name {
			t.Errorf("%s is no verb", name)
		}
	}
}

// TestWhoIsSlowed: every verb but those that reach no store.
func TestWhoIsSlowed(t *testing.T) {
	var free []string
	for _, v := range protocol.Verbs {
		if !commands[v.Name].paced {
			free = append(free, v.Name)
		}
	}
	if want := []string{"AIDE", "PING", "QUI", "STOP", "QUITTER"}; !slices.Equal(free, want) {
		t.Errorf("not slowed: %v, want %v", free, want)
	}
}
