package session

import (
	"os"
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

// TestWhoIsNotSlowed has the verbs that PROTOCOL.md §7.4 names.
func TestWhoIsNotSlowed(t *testing.T) {
	for _, name := range []string{"PING", "AIDE", "QUI"} {
		if commands[name].reachesStore() {
			t.Errorf("%s reaches a store", name)
		}
	}
}
