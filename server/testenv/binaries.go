package testenv

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

const aptLine = "apt-get install -y --no-install-recommends mariadb-server-core mariadb-client-core redis-server"

// binary finds a program, also in the folders of services, which an ordinary
// user's PATH lacks. Without it the test is skipped, or fails where it must run.
func binary(t testing.TB, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/sbin"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return path
		}
	}
	if os.Getenv("CI") == "true" || os.Getenv("ETU_TEST_REAL") == "1" {
		t.Fatalf("%s is missing: %s", name, aptLine)
	}
	t.Skipf("%s is missing: %s", name, aptLine)
	return ""
}

// tempDir is short (a Unix socket's path has 107 bytes at most) and private.
// It goes with the test, or with the binary if the test never ends.
func tempDir(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "etu-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(atExit(func() { _ = os.RemoveAll(dir) }))
	return dir
}

// asRoot adds the flag without which MariaDB refuses to run as root.
func asRoot(args ...string) []string {
	if os.Geteuid() == 0 {
		return append(args, "--user=root")
	}
	return args
}
