package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"etuservices/server/internal/testenv"
)

// madePackage is what make dist makes for this machine, with its Debian package.
func madePackage(t *testing.T, dir string) (debian string, sums string) {
	t.Helper()
	dist := filepath.Join(dir, "dist")
	tool(t, "", "make", "-C", "..", "dist", "DIST="+dist, "BIN="+filepath.Join(dir, "bin"), "PLATFORMS=linux/"+runtime.GOARCH)
	found, _ := filepath.Glob(filepath.Join(dist, "*.deb"))
	text, err := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%q: %v", found, err)
	}
	return found[0], string(text)
}

// TestPackage: made twice it is the same, byte for byte; it installs into an empty root;
// the server runs under the account that was made for it and without any environment;
// the shells complete and the manual can be read.
func TestPackage(t *testing.T) {
	t.Parallel()
	testenv.Program(t, "dpkg-deb")
	dir := testenv.TempDir(t)
	debian, sums := madePackage(t, dir)
	if _, again := madePackage(t, dir); again != sums || strings.Count(sums, "\n") != 3 {
		t.Errorf("made twice:\n%s\n%s", sums, again)
	}
	listed := tool(t, "", "dpkg-deb", "--contents", debian)
	for _, file := range []string{
		"-rw------- root/root .* ./etc/etuservices/env\n", "-rwxr-xr-x root/root .* ./usr/bin/etuservices-server\n",
		"./usr/bin/etu\n", "./usr/lib/systemd/system/etuservices.service\n", "./usr/lib/systemd/system/etuservices-archive.timer\n", "./usr/share/man/man8/etuservices-server.8.gz\n",
		"./usr/share/man/fr/man1/etu.1.gz\n",
	} {
		if !regexp.MustCompile(file).MatchString(listed) {
			t.Errorf("without %q:\n%s", file, listed)
		}
	}
	root := filepath.Join(dir, "root")
	tool(t, "", "dpkg-deb", "--extract", debian, root)
	for _, program := range []string{"etu", "etuservices-server"} {
		text, err := os.ReadFile(filepath.Join(root, "usr/bin", program))
		if here, _ := os.Getwd(); err != nil || bytes.Contains(text, []byte(filepath.Dir(here))) {
			t.Errorf("%s names the folder in which it was built (%v)", program, err)
		}
		cmd := exec.Command(filepath.Join(root, "usr/bin", program), "--version")
		cmd.Env = []string{}
		out, err := cmd.CombinedOutput()
		if err != nil || !regexp.MustCompile(`^`+program+` (v\S+ [0-9a-f]{12}|devel) proto=1 `).Match(out) {
			t.Errorf("%s: %v", out, err)
		}
	}
	t.Run("completion", func(t *testing.T) { completes(t, filepath.Join(root, "usr/share")) })
	t.Run("manual", func(t *testing.T) { isReadable(t, filepath.Join(root, "usr/share/man")) })
	t.Run("installed", func(t *testing.T) { installs(t, debian, filepath.Join(dir, "system")) })
}

// completes tries the completion of each shell.
func completes(t *testing.T, share string) {
	for _, c := range []struct{ program, typed, gives string }{
		{"etuservices-server", "ex", "export"},
		{"etuservices-server", "user de", "delete"},
		{"etuservices-server", "--addr x --debug user una", ""},
		{"etuservices-server", "--addr x --debug user un", "unblock"},
		{"etuservices-server", "--quota-", "--quota-max --quota-window"},
		{"etuservices-server", "export dossier --vi", "--visits-ttl --virgule"},
		{"etuservices-server", "ar", "archive"},
		{"etuservices-server", "archive --mo", "--mois"},
		{"etuservices-server", "archive --mois x", ""},
		{"etuservices-server", "--log-format ", "texte json"},
		{"etu", "--theme cl", "clair"},
		{"etu", "--theme = cl", "clair"},
		{"etu", "--login exec ex", "exec"},
		{"etu", "exec ", ""},
		{"etu", "ss", "sshd"},
	} {
		script := `source "$1"; COMP_WORDS=("${@:3}"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "$2"; echo "${COMPREPLY[@]}"`
		args := append([]string{
			"--norc", "-c", script, "bash", filepath.Join(share, "bash-completion/completions", c.program),
			"_" + strings.ReplaceAll(c.program, "-", "_"), c.program,
		}, strings.Split(c.typed, " ")...)
		if got := strings.TrimSpace(tool(t, "", "bash", args...)); got != c.gives {
			t.Errorf("bash: %s %s: %q, want %q", c.program, c.typed, got, c.gives)
		}
		// fish completes files where nothing else is, and takes any word for a command's.
		if strings.Contains(c.typed, "=") || c.gives == "" || strings.HasPrefix(c.typed, "export") || strings.HasPrefix(c.typed, "--login exec") {
			continue
		}
		got := tool(t, "", "fish", "--no-config", "-c", `source $argv[1]; complete -C "$argv[2]" | cut -f 1`,
			filepath.Join(share, "fish/vendor_completions.d", c.program+".fish"), c.program+" "+c.typed)
		for word := range strings.FieldsSeq(c.gives) {
			if !strings.Contains("\n"+got, "\n"+word+"\n") {
				t.Errorf("fish: %s %s: %q, want %q", c.program, c.typed, got, c.gives)
			}
		}
	}
	for _, program := range []string{"etu", "etuservices-server"} {
		tool(t, "", "bash", "-n", filepath.Join(share, "bash-completion/completions", program))
		tool(t, "", "zsh", "-n", filepath.Join(share, "zsh/vendor-completions/_"+program))
	}
}

// isReadable: man shows the pages, and finds no fault with them.
func isReadable(t *testing.T, folder string) {
	for file, says := range map[string]string{
		"man8/etuservices-server.8.gz": "user import FICHIER.csv", "man1/etu.1.gz": "--alert-p99 MS", "fr/man1/etu.1.gz": "liaison chiffrée",
	} {
		cmd := exec.Command(testenv.Program(t, "man"), "--warnings", "--encoding=UTF-8", "--local-file", filepath.Join(folder, file))
		cmd.Env = append(os.Environ(), "MAN_KEEP_FORMATTING=", "MANWIDTH=80", "LC_ALL=C.UTF-8")
		var faults bytes.Buffer
		cmd.Stderr = &faults
		page, err := cmd.Output()
		if err != nil || faults.Len() > 0 || !strings.Contains(string(page), says) {
			t.Errorf("%s: %v: %s\n%s", file, err, &faults, page)
		}
	}
}

// installs installs the package into an empty system, and runs its server there.
func installs(t *testing.T, debian, root string) {
	if os.Getuid() != 0 {
		t.Skip("dpkg installs for root only")
	}
	for _, folder := range []string{"etc", "var/lib/dpkg/info", "var/lib/dpkg/updates"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range map[string]string{
		"etc/passwd": "root:x:0:0::/root:/bin/sh\n", "etc/group": "root:x:0:\n", "etc/shadow": "", "etc/gshadow": "", "var/lib/dpkg/status": "",
	} {
		if err := os.WriteFile(filepath.Join(root, file), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	install := []string{"--root=" + root, "--force-script-chrootless", "--force-depends", "--install", debian}
	tool(t, "", "dpkg", install...)
	tool(t, "", "dpkg", install...) // as an upgrade does
	passwd, err := os.ReadFile(filepath.Join(root, "etc/passwd"))
	account := regexp.MustCompile(`(?m)^etuservices:x:(\d+):(\d+):.*:/usr/sbin/nologin$`).FindStringSubmatch(string(passwd))
	if err != nil || account == nil {
		t.Fatalf("%v: %s", err, passwd)
	}
	uid, _ := strconv.Atoi(account[1])
	gid, _ := strconv.Atoi(account[2])
	for dir := root; dir != filepath.Dir(dir); dir = filepath.Dir(dir) { // where the account may not pass
		if info, err := os.Stat(dir); err != nil || info.Mode()&0o001 == 0 {
			if err := os.Chmod(dir, 0o711); err != nil {
				t.Fatal(err)
			}
		}
	}
	data := filepath.Join(root, "var/lib/etuservices")
	cmd := exec.CommandContext(t.Context(), filepath.Join(root, "usr/bin/etuservices-server"))
	cmd.Env = []string{"ETU_ADDR=127.0.0.1:0", "ETU_DATA=" + data}
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd.Stderr = &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v: %s", err, &log)
		}
	}()
	line, _ := bufio.NewReader(out).ReadString('\n')
	_, addr, found := strings.Cut(strings.TrimSpace(line), " listening on ")
	if !found {
		t.Fatalf("%q: %s", line, &log)
	}
	register(t, addr, "alice")
	login(t, addr, "alice").Must("VENTE livre 1 Réseaux")
	for _, file := range []string{data, filepath.Join(data, "etuservices.db")} {
		info, err := os.Stat(file)
		if err != nil || info.Sys().(*syscall.Stat_t).Uid != uint32(uid) || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", file, info, err)
		}
	}
}
