// Package docs holds the pages for teachers and administrators. Its test does what
// verifier.md says and compares what is seen with what stands there.
package docs

import (
	"cmp"
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }

//go:embed verifier.md
var page string

// step is one command of the page and the lines that it must print; in them a *
// stands for whatever varies.
type step struct{ heading, command, expected string }

const prompt, continuation = "$ ", "> "

// steps are the commands of the page's console blocks, in their order.
func steps(page string) (all []step) {
	var heading string
	inConsole, commanding := false, false
	for line := range strings.Lines(page) {
		switch {
		case strings.HasPrefix(line, "```"):
			inConsole, commanding = strings.TrimSpace(line) == "```console", false
		case !inConsole && strings.HasPrefix(line, "#"):
			heading = strings.TrimSpace(strings.TrimLeft(line, "#"))
		case !inConsole:
		case strings.HasPrefix(line, prompt):
			all, commanding = append(all, step{heading: heading, command: strings.TrimPrefix(line, prompt)}), true
		case commanding && strings.HasPrefix(line, continuation):
			all[len(all)-1].command += strings.TrimPrefix(line, continuation)
		default:
			all[len(all)-1].expected += line
			commanding = false
		}
	}
	return all
}

// forPeople is the text of a reply, which may be reworded at any time.
var forPeople = regexp.MustCompile(`(?m)^((?:\+OK|-ERR) .*?) :.*$`)

// matches compares output with what is expected, texts for people apart.
func matches(expected, seen string) bool {
	expected, seen = forPeople.ReplaceAllString(expected, "$1"), forPeople.ReplaceAllString(seen, "$1")
	pattern := strings.ReplaceAll(regexp.QuoteMeta(expected), `\*`, ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(seen)
}

// tidy removes the CR of the server's lines and the blanks at their ends.
func tidy(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

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

// shortcuts are shell functions by which nc, mysql and redis-cli reach the server and
// the stores of this run with the words that the page has, and show results as they
// do in a terminal.
func shortcuts(t *testing.T, addr, dsn, redisURL string) string {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	must(t, err)
	cfg, err := mysql.ParseDSN(dsn)
	must(t, err)
	place := "--socket=" + cfg.Addr
	if cfg.Net != "unix" {
		h, p, err := net.SplitHostPort(cfg.Addr)
		must(t, err)
		place = "--protocol=tcp --host=" + h + " --port=" + p
	}
	redis := "-u '" + redisURL + "'"
	if socket, isSocket := strings.CutPrefix(redisURL, "unix://"); isSocket {
		redis = "-s " + socket
	}
	return fmt.Sprintf(`
nc() { command nc %s %s; }
mysql() { shift; MYSQL_PWD='%s' command mysql --no-defaults --table --default-character-set=utf8mb4 --user=%s %s %s "$@"; }
redis-cli() { command redis-cli --no-raw --no-auth-warning %s "$@"; }
`, host, port, cfg.Passwd, cfg.User, place, cfg.DBName, redis)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestVerifierPage does what the page says and prints each command, what stands in the page
// and what was seen.
func TestVerifierPage(t *testing.T) {
	if testing.Short() {
		t.Skip("it waits for windows to slide")
	}
	for _, program := range []string{"nc", "mysql", "redis-cli", "bash"} {
		testenv.Program(t, program)
	}
	dsn, redisURL := stores(t)
	binary := filepath.Join(testenv.TempDir(t), "etuservices-server")
	if out, err := exec.Command("go", "build", "-o", binary, "etuservices/server").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	server := testenv.NewProgram(t, binary, []string{
		"ETU_MYSQL_DSN=" + dsn, "ETU_REDIS_URL=" + redisURL, "ETU_ADDR=127.0.0.1:0", "ETU_QUOTA_WINDOW=30s",
	})
	server.Start(t)
	functions := shortcuts(t, server.Addr(), dsn, redisURL)

	var heading string
	failed := 0
	all := steps(page)
	for _, s := range all {
		if s.heading != heading {
			heading = s.heading
			fmt.Printf("\n== %s\n", heading)
		}
		cmd := exec.Command("bash", "-o", "pipefail", "-c", functions+s.command)
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		seen, expected := tidy(string(out)), tidy(s.expected)
		verdict := "ok"
		if !matches(expected, seen) {
			verdict = "ÉCHEC"
			failed++
		}
		fmt.Printf("\n$ %s\nattendu :\n%s\nvu :\n%s\n-> %s\n", strings.TrimSpace(s.command), cmp.Or(expected, "(rien)"), cmp.Or(seen, "(rien)"), verdict)
	}
	fmt.Printf("\n%d commandes, %d en échec\n", len(all), failed)
	if failed > 0 || len(all) == 0 {
		t.Errorf("%d of %d commands do not print what the page says", failed, len(all))
	}
}
