package docs

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"

	"etuservices/server/internal/testenv"
)

// place is where the commands of a page are executed: a server that runs, both
// programs, and shell functions by which the words of the page reach its stores.
type place struct {
	addr           string // of the server
	functions, dir string
	env            []string
}

// built is the folder of both programs, compiled once for the run.
var built struct {
	sync.Once
	dir string
}

func programs(t *testing.T) (dir string) {
	t.Helper()
	built.Do(func() {
		built.dir = testenv.SharedTempDir(t)
		for program, source := range map[string]string{"etuservices-server": "etuservices/server", "etu": "etuservices/client"} {
			if out, err := exec.Command("go", "build", "-o", filepath.Join(built.dir, program), source).CombinedOutput(); err != nil {
				t.Fatalf("%v: %s", err, out)
			}
		}
	})
	return built.dir
}

// newPlace starts a server with settings (NAME=value). Commands get the settings too,
// a folder and a home of their own, in which bin/ holds both programs.
func newPlace(t *testing.T, settings ...string) *place {
	t.Helper()
	for _, program := range []string{"bash", "nc"} {
		testenv.Program(t, program)
	}
	bin := programs(t)
	home := testenv.TempDir(t)
	must(t, os.Symlink(bin, filepath.Join(home, "bin")))
	settings = append(settings, "HOME="+home, "XDG_CONFIG_HOME=", "XDG_STATE_HOME=", "XDG_DATA_HOME=", "LANG=fr_FR.UTF-8", "LC_ALL=", "TERM=xterm")
	server := testenv.NewProgram(t, filepath.Join(bin, "etuservices-server"), append(settings, "ETU_ADDR=127.0.0.1:0"))
	server.Start(t)
	host, port, err := net.SplitHostPort(server.Addr())
	must(t, err)
	return &place{
		addr: server.Addr(), dir: home,
		env:       append(os.Environ(), append(settings, "ETU_ADDR="+server.Addr(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))...),
		functions: fmt.Sprintf("nc() { command nc %s %s; }\n", host, port),
	}
}

// demonstration is a place as `make run` makes it.
func demonstration(t *testing.T) *place {
	t.Helper()
	return newPlace(t, "ETU_DEMO=true", "ETU_DATA="+testenv.TempDir(t))
}

// onStores is a place on MySQL and Redis, which mysql and redis-cli reach, and show
// results as they do in a terminal.
func onStores(t *testing.T, dsn, redisURL string, settings ...string) *place {
	t.Helper()
	for _, program := range []string{"mysql", "redis-cli"} {
		testenv.Program(t, program)
	}
	cfg, err := mysql.ParseDSN(dsn)
	must(t, err)
	address := "--socket=" + cfg.Addr
	if cfg.Net != "unix" {
		host, port, err := net.SplitHostPort(cfg.Addr)
		must(t, err)
		address = "--protocol=tcp --host=" + host + " --port=" + port
	}
	redis := "-u '" + redisURL + "'"
	if socket, isSocket := strings.CutPrefix(redisURL, "unix://"); isSocket {
		redis = "-s " + socket
	}
	p := newPlace(t, append(settings, "ETU_MYSQL_DSN="+dsn, "ETU_REDIS_URL="+redisURL)...)
	p.functions += fmt.Sprintf(`
mysql() { shift; MYSQL_PWD='%s' command mysql --no-defaults --table --default-character-set=utf8mb4 --user=%s %s %s "$@"; }
redis-cli() { command redis-cli --no-raw --no-auth-warning %s "$@"; }
`, cfg.Passwd, cfg.User, address, cfg.DBName, redis)
	return p
}

// onPrivateStores is onStores with stores of its own, empty.
func onPrivateStores(t *testing.T, settings ...string) *place {
	t.Helper()
	env := testenv.Real(t)
	return onStores(t, env.MySQLDSN, env.RedisURL, settings...)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
