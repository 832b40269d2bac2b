package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/config"
	"etuservices/server/internal/testenv"
)

// deployed reads a file of deploy/.
func deployed(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("deploy", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// written puts a file of deploy/ into dir, with the replacements made (old, new …).
func written(t *testing.T, dir, name string, replacements ...string) string {
	t.Helper()
	text := deployed(t, name)
	for i := 0; i < len(replacements); i += 2 {
		if !strings.Contains(text, replacements[i]) {
			t.Fatalf("%s does not hold %q", name, replacements[i])
		}
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(strings.NewReplacer(replacements...).Replace(text)), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// tool runs an installed program to its end; input is its standard input. Where it
// is not installed the test is skipped, in CI it fails.
func tool(t *testing.T, input string, name string, args ...string) (output string) {
	t.Helper()
	cmd := exec.Command(testenv.Program(t, name), args...)
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s %q: %v\n%s", name, args, err, out)
	}
	return string(out)
}

// TestDeployUnits: systemd accepts the units, and finds them little exposed.
func TestDeployUnits(t *testing.T) {
	t.Parallel()
	dir := testenv.TempDir(t)
	units := []string{
		written(t, dir, "etuservices.service", "/usr/local/bin/etuservices-server", "/bin/true"),
		written(t, dir, "etu-sshd.service", "/usr/local/bin/etu", "/bin/true"),
		written(t, dir, "etuservices-backup.service", "/usr/local/bin/etuservices-backup", "/bin/true"),
		written(t, dir, "etuservices-archive.service", "/usr/local/bin/etuservices-server", "/bin/true"),
		written(t, dir, "etuservices-backup.timer"),
		written(t, dir, "etuservices-archive.timer"),
	}
	if said := tool(t, "", "systemd-analyze", append([]string{"verify", "--man=no"}, units...)...); strings.Contains(said, dir) {
		t.Errorf("%s", said)
	}
	const exposed = "25" // tenths: below 2.5 systemd says OK
	for _, unit := range units[:4] {
		tool(t, "", "systemd-analyze", "security", "--no-pager", "--offline=true", "--threshold="+exposed, unit)
	}
}

// TestDeployMetrics: Prometheus accepts the rules and what Grafana's dashboard asks of it,
// and a server serves each metric that they name.
func TestDeployMetrics(t *testing.T) {
	t.Parallel()
	type rule struct {
		Record string `json:"record"`
		Expr   string `json:"expr"`
	}
	var asked []rule
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(deployed(t, "grafana.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			asked = append(asked, rule{fmt.Sprint("panneau:", len(asked)), strings.ReplaceAll(target.Expr, "$__rate_interval", "5m")})
		}
		if len(panel.Targets) == 0 {
			t.Errorf("the panel %q asks nothing", panel.Title)
		}
	}
	// A rules file is YAML, of which JSON is a part.
	rules, err := json.Marshal(map[string]any{"groups": []any{map[string]any{"name": "grafana", "rules": asked}}})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(testenv.TempDir(t), "grafana.yml")
	if err := os.WriteFile(file, rules, 0o600); err != nil {
		t.Fatal(err)
	}
	tool(t, "", "promtool", "check", "rules", "deploy/alerts.yml", file)

	server := start(t, testenv.Embedded(t), "--metrics-addr", "127.0.0.1:0")
	_, body := server.get("/metrics")
	for _, text := range []string{deployed(t, "alerts.yml"), string(rules)} {
		names := regexp.MustCompile(`\b(etu|process)_\w+`).FindAllString(text, -1)
		if len(names) == 0 {
			t.Error("no metric is named")
		}
		for _, name := range names {
			if !strings.Contains(body, "\n"+name) {
				t.Errorf("/metrics has no %s", name)
			}
		}
	}
}

// TestDeployHAProxy: HAProxy accepts its configuration, sends clients to a server
// that is ready, and the server knows their addresses.
func TestDeployHAProxy(t *testing.T) {
	t.Parallel()
	tool(t, "", "haproxy", "-c", "-f", "deploy/haproxy.cfg")
	tool(t, "", "haproxy", "-c", "-f", "deploy/haproxy-mysql.cfg")
	server := start(t, testenv.Embedded(t), append([]string{"--metrics-addr", "127.0.0.1:0", "--proxy-nets", "127.0.0.1"}, adminArgs...)...)
	_, metricsPort, err := net.SplitHostPort(server.metricsAddr())
	if err != nil {
		t.Fatal(err)
	}
	dir := testenv.TempDir(t)
	front := filepath.Join(dir, "front")
	file := written(t, dir, "haproxy.cfg",
		"log /dev/log local0", "", "maxconn 20000", "maxconn 100", "bind :5890", "bind "+front+" accept-proxy", "bind :5891", "bind "+front+"s",
		"10.0.0.11:5890", server.Addr, "10.0.0.12:5890", server.Addr, "10.0.0.13:5890", server.Addr, "port 9590", "port "+metricsPort)
	p := testenv.NewProcess(t, "haproxy", func() error {
		nc, err := net.Dial("unix", front)
		if err == nil {
			_ = nc.Close()
		}
		return err
	}, "-db", "-f", file)
	p.Start(t)
	const address = "203.0.113.7"
	testenv.WaitFor(t, startTime, "a client is sent to the server", func() bool {
		nc, err := net.Dial("unix", front)
		if err != nil {
			return false
		}
		c := newClient(t, nc)
		c.Send(proxyHeader(t, 1, address))
		if _, err := c.TryRead(); err != nil {
			return false
		}
		c.Must("AUTH %s %s", adminArgs[1], adminArgs[3])
		rows := c.Must("SESSIONS").Rows
		if len(rows) != 1 || rows[0].Fields.Get("adresse") != address {
			t.Errorf("sessions: %v", rows)
		}
		return true
	})
}

// TestDeployRights: on a MySQL and a Redis set up by the files of deploy/ a server
// starts and serves and the doctor is content; the backup is restored as
// docs/exploiter.md says, and nothing is lost.
func TestDeployRights(t *testing.T) {
	t.Parallel()
	env := testenv.RealOwn(t)
	sql := deployed(t, "mysql.sql")
	root := []string{"--no-defaults", "--default-character-set=utf8mb4", "--user=root", "--socket=" + env.MariaDB().Addr()}
	tool(t, sql, "mysql", root...)
	cfg := mysql.NewConfig()
	cfg.User, cfg.Passwd, cfg.Net, cfg.Addr, cfg.DBName = "etu", "secret", "unix", env.MariaDB().Addr(), "etuservices"
	env.MySQLDSN = cfg.FormatDSN()

	dir := testenv.TempDir(t)
	socket := filepath.Join(dir, "redis.sock")
	admin := redis.NewClient(&redis.Options{Network: "unix", Addr: socket, Username: "admin", Password: "changez-moi", DisableIdentity: true})
	t.Cleanup(func() { _ = admin.Close() })
	testenv.NewProcess(t, "redis-server", func() error { return admin.Ping(context.Background()).Err() },
		"--port", "0", "--unixsocket", socket, "--dir", dir, "--save", "", "--aclfile", written(t, dir, "users.acl")).Start(t)
	env.RedisURL = (&url.URL{Scheme: "unix", User: url.UserPassword("etu", "secret"), Path: socket}).String()

	server := start(t, env, adminArgs...)
	register(t, server.Addr, "zoe", "yves")
	id := login(t, server.Addr, "zoe").Must("VENTE livre 4.50 Réseaux").Fields.Get("id")
	login(t, server.Addr, "yves").Must("ACHAT %s", id)
	if out, code := command(t, env, "doctor", "--addr", "127.0.0.1:0"); code != 0 || strings.Contains(out, "MAL") {
		t.Errorf("doctor: code %d: %s", code, out)
	}
	options := written(t, dir, "backup.cnf", "[client]", "[client]\nsocket="+env.MariaDB().Addr())
	copies := filepath.Join(dir, "copies")
	if err := os.Mkdir(copies, 0o700); err != nil {
		t.Fatal(err)
	}
	file := strings.TrimSpace(tool(t, "", "bash", "deploy/etuservices-backup", copies, options))
	login(t, server.Addr, "zoe").Must("VENTE livre 1 après la copie")
	server.Stop()

	tool(t, "DROP DATABASE etuservices", "mysql", root...)
	tool(t, sql, "mysql", root...)
	tool(t, "", "bash", "-o", "pipefail", "-c", `gunzip <"$1" | mysql "${@:2}" etuservices`, "restore", file,
		root[0], root[1], root[2], root[3])
	if err := admin.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	server = start(t, env)
	zoe := login(t, server.Addr, "zoe")
	if r := zoe.Must("ARTICLE %s", id); r.Fields.Get("etat") != "vendu" {
		t.Errorf("%s", r.Line)
	}
	if used := zoe.Must("QUOTA").Rows[1].Fields.Int("utilise"); used != 1 {
		t.Errorf("%d calls used after the restore, want 1", used)
	}
}

// TestDeployNamesSettings: the variables in the files are settings, and the image is
// built with the version of Go that go.mod asks for.
func TestDeployNamesSettings(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"etuservices.env", "etuservices.service", "compose.yaml", "Dockerfile"} {
		found := regexp.MustCompile(`\bETU_\w+`).FindAllString(deployed(t, name), -1)
		if unknown := config.Unknown(found); len(found) == 0 || len(unknown) > 0 {
			t.Errorf("%s names %q, unknown: %q", name, found, unknown)
		}
	}
	module, err := os.ReadFile("../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	if version == nil || !strings.Contains(deployed(t, "Dockerfile"), "FROM golang:"+string(version[1])+" ") {
		t.Errorf("Dockerfile is not for Go %s", version)
	}
}

// TestDeployImage: what the Dockerfile does, done in empty folders, needs only the files
// that it copies, and gives a server that runs with no other environment than its own.
func TestDeployImage(t *testing.T) {
	t.Parallel()
	dir := testenv.TempDir(t)
	build, image := filepath.Join(dir, "build"), filepath.Join(dir, "image")
	in := map[string]string{"": "..", "build": build} // what COPY takes from
	if err := os.MkdirAll(filepath.Join(image, "var/lib"), 0o755); err != nil {
		t.Fatal(err)
	}
	root, workdir, entry := build, "", ""
	environment := []string{"-i"}
	text := strings.ReplaceAll(deployed(t, "Dockerfile"), "\\\n", " ")
	for line := range strings.Lines(text) {
		instruction, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		words := strings.Fields(rest)
		switch instruction {
		case "FROM":
			if words[0] == "scratch" {
				root, workdir = image, ""
			}
		case "WORKDIR":
			workdir = rest
			if err := os.MkdirAll(filepath.Join(root, workdir), 0o755); err != nil {
				t.Fatal(err)
			}
		case "COPY":
			from := ""
			for strings.HasPrefix(words[0], "--") {
				if stage, found := strings.CutPrefix(words[0], "--from="); found {
					from = stage
				}
				words = words[1:]
			}
			last := len(words) - 1
			for _, file := range words[:last] {
				tool(t, "", "cp", "-r", filepath.Join(in[from], file), filepath.Join(root, workdir, words[last]))
			}
		case "RUN":
			tool(t, "", "bash", "-ec", "cd "+filepath.Join(root, workdir)+"; "+strings.ReplaceAll(rest, " /", " "+root+"/"))
		case "ENV":
			for _, setting := range words {
				environment = append(environment, strings.ReplaceAll(setting, "=/", "="+image+"/"))
			}
		case "ENTRYPOINT":
			entry = filepath.Join(image, strings.Trim(rest, `["]`))
		}
	}
	server := testenv.NewProgram(t, "env", nil, append(environment, "ETU_ADDR=127.0.0.1:0", entry)...)
	server.Start(t)
	register(t, server.Addr(), "alice")
	login(t, server.Addr(), "alice").Must("VENTE livre 1 Réseaux")
	if _, err := os.Stat(filepath.Join(image, "var/lib/etuservices/etuservices.db")); err != nil {
		t.Error(err)
	}
}
