package docs

import (
	"os"
	"strings"
	"testing"
)

// TestChangedPageIsSeen holds the runner itself to account: a page whose command or
// expected output is changed is not what is seen.
func TestChangedPageIsSeen(t *testing.T) {
	t.Parallel()
	const whole = "# Titre\n\n```console\n$ printf '%s\\n' un deux 3\nun\ndeux\n*\n$ for i in 1 2; do\n>   echo $i; done\n1\n2\n```\n\n" +
		"```console\n$ false\n```\n*Non exécuté par les tests : pour voir.*\n"
	for name, c := range map[string]struct {
		old, new string
		ok       bool
	}{
		"as it stands":         {"", "", true},
		"a changed command":    {"un deux", "un trois", false},
		"a command that fails": {"printf", "printg", false},
		"a changed loop":       {"echo $i", "echo $i$i", false},
		"a changed output":     {"\ndeux\n", "\ndouze\n", false},
		"a line less":          {"\ndeux\n", "\n", false},
		"a line more":          {"\ndeux\n", "\ndeux\ntrois\n", false},
		"no output":            {"un\ndeux\n*\n", "", false},
	} {
		p := &page{path: name, lines: strings.Split(strings.Replace(whole, c.old, c.new, 1), "\n")}
		ok, n := true, 0
		p.run(t, func(string) *place { return &place{dir: t.TempDir(), env: os.Environ()} }, func(r result) {
			ok, n = ok && r.ok(), n+1
		})
		if ok != c.ok || n != 2 {
			t.Errorf("%s: %d commands, as expected: %v", name, n, ok)
		}
	}
}
