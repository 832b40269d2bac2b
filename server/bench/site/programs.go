package site

import (
	"crypto/rand"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/spawn"
)

// Build builds the server. profiled adds net/http/pprof on the socket that
// ProfileVariable names; see server/profile.go.
func Build(profiled bool) (path string, err error) {
	dir, _, err := spawn.TempDir()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "etuservices-server")
	args := []string{"build", "-o", path}
	if profiled {
		args = append(args, "-tags", "profile")
	}
	cmd := exec.Command("go", append(args, "etuservices/server")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("site: go build: %w: %s", err, out)
	}
	return path, nil
}

// Folder is where the benchmark's own files are.
func Folder() (string, error) {
	out, err := exec.Command("go", "list", "-f", "{{.Dir}}", "etuservices/server/bench").Output()
	if err != nil {
		return "", fmt.Errorf("site: go list: %w", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// ProfileVariable names the Unix socket of a profiled server.
const ProfileVariable = "ETU_PROFILE_SOCKET"

// StartServer starts a built server on the place's stores, where others may run.
// Nothing but the quota's rule and what would slow a load test down differs from
// its defaults.
func (p *Place) StartServer(path string, rule ledger.Rule, profileSocket string) (*spawn.Program, error) {
	program := spawn.NewProgram(path, []string{
		"ETU_MYSQL_DSN=" + p.DSN, "ETU_REDIS_URL=" + p.RedisURL, "ETU_INSTANCE=banc-" + rand.Text()[:8],
		"ETU_QUOTA_MAX=" + strconv.Itoa(rule.Max), "ETU_QUOTA_WINDOW=" + rule.Window.String(),
		"ETU_FLOOD_RATE=0", "ETU_DRAIN_TIME=0s", ProfileVariable + "=" + profileSocket,
	}, "--addr", "127.0.0.1:0")
	return program, program.Start()
}

// NewEmbedded prepares a built server on the embedded stores of a folder.
func NewEmbedded(path, dir string, rule ledger.Rule) *spawn.Program {
	return spawn.NewProgram(path, []string{
		"ETU_DATA=" + dir, "ETU_MYSQL_DSN=", "ETU_REDIS_URL=", "ETU_INSTANCE=banc",
		"ETU_QUOTA_MAX=" + strconv.Itoa(rule.Max), "ETU_QUOTA_WINDOW=" + rule.Window.String(),
		"ETU_FLOOD_RATE=0", "ETU_DRAIN_TIME=0s",
	}, "--addr", "127.0.0.1:0")
}

// BareVariable makes the benchmark's own program the bare line server on the
// place's stores; its value is the quota's window.
const BareVariable = "ETU_BENCH_BARE"

// StartBare starts the bare drivers behind the bare line server, in a process
// of their own as the server has one.
func (p *Place) StartBare(rule ledger.Rule) (*spawn.Program, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	program := spawn.NewProgram(self, []string{
		"ETU_MYSQL_DSN=" + p.DSN, "ETU_REDIS_URL=" + p.RedisURL,
		BareVariable + "=" + rule.Window.String(), "ETU_QUOTA_MAX=" + strconv.Itoa(rule.Max),
	})
	return program, program.Start()
}
