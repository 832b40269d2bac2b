// Package docs holds the pages for students, teachers and administrators. Its tests do
// what the documents of the project say, and compare what is seen with what stands there.
package docs

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

// The stores that are checked instead of private ones; both are to be empty.
const (
	mysqlVariable = "ETU_TEST_VERIFY_MYSQL_DSN"
	redisVariable = "ETU_TEST_VERIFY_REDIS_URL"
)

// stores are those of the environment, or private ones.
func stores(t *testing.T) (dsn, redisURL string) {
	t.Helper()
	dsn, redisURL = os.Getenv(mysqlVariable), os.Getenv(redisVariable)
	if (dsn == "") != (redisURL == "") {
		t.Fatalf("%s et %s vont ensemble", mysqlVariable, redisVariable)
	}
	if dsn == "" {
		env := testenv.Real(t)
		dsn, redisURL = env.MySQLDSN, env.RedisURL
	}
	return dsn, redisURL
}

// TestVerifierPage does what the page says and prints each command, what stands in the page
// and what was seen.
func TestVerifierPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for windows to slide")
	}
	dsn, redisURL := stores(t)
	at := onStores(t, dsn, redisURL, "ETU_QUOTA_WINDOW=30s")
	var section string
	done, failed := 0, 0
	readPage(t, "server/docs/verifier.md").run(t, func(string) *place { return at }, func(r result) {
		if r.section != section {
			section = r.section
			fmt.Printf("\n== %s\n", section)
		}
		verdict := "ok"
		if !r.ok() {
			verdict = "ÉCHEC"
			failed++
		}
		done++
		fmt.Printf("\n$ %s\nattendu :\n%s\nvu :\n%s\n-> %s\n", r.command, cmp.Or(r.expected, "(rien)"), cmp.Or(r.seen, "(rien)"), verdict)
	})
	fmt.Printf("\n%d commandes, %d en échec\n", done, failed)
	if failed > 0 {
		t.Errorf("%d of %d commands do not print what the page says", failed, done)
	}
}

// TestVerifyNeedsItsPrograms: where what make verify needs is missing and cannot be
// installed, it fails and says what to install.
func TestVerifyNeedsItsPrograms(t *testing.T) {
	t.Parallel()
	bin := t.TempDir()
	for _, name := range []string{"bash", "dirname", "env", "id", "make", "sort"} {
		must(t, os.Symlink(testenv.Program(t, name), filepath.Join(bin, name)))
	}
	for _, args := range [][]string{{}, {"MYSQL_DSN=etu@tcp(127.0.0.1:1)/etuservices", "REDIS_URL=redis://127.0.0.1:1"}} {
		cmd := exec.Command("make", append([]string{"-C", root, "verify"}, args...)...)
		cmd.Env = []string{"PATH=" + bin}
		out, err := cmd.CombinedOutput()
		if said := string(out); err == nil || !strings.Contains(said, "Il manque") || !strings.Contains(said, "redis-tools") {
			t.Errorf("make verify %q: %v: %s", args, err, said)
		}
	}
}
