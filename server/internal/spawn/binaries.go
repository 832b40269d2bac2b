package spawn

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

const aptLine = "apt-get install -y --no-install-recommends mariadb-server-core mariadb-client-core redis-server"

// ErrMissing is a program that is not installed.
var ErrMissing = errors.New("is missing: " + aptLine)

// find looks for a program, also in the folders of services, which an ordinary
// user's PATH lacks. Its error is ErrMissing.
func find(name string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/usr/libexec", "/sbin"} {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); err == nil && info.Mode()&0o111 != 0 && !info.IsDir() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s %w", name, ErrMissing)
}

// asRoot adds the flag without which MariaDB refuses to run as root.
func asRoot(args ...string) []string {
	if os.Geteuid() == 0 {
		return append(args, "--user=root")
	}
	return args
}
