package site

import (
	_ "embed"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"

	"etuservices/server/internal/spawn"
)

//go:embed flask_app.py
var flaskApp []byte

// ErrNoFlask says that the Python side is not installed.
var ErrNoFlask = errors.New("site: no Flask here (apt-get install python3-flask-session python3-redis gunicorn)")

// Flask is a Flask site on the place's Redis, behind gunicorn.
type Flask struct {
	*spawn.Process
	URL string
}

// StartFlask starts it. Errors: ErrNoFlask.
func (p *Place) StartFlask() (*Flask, error) {
	if exec.Command("python3", "-c", "import flask_session, redis, gunicorn").Run() == nil {
		return p.startFlask("python3")
	}
	// Debian's own, where another Python comes first.
	if exec.Command("/usr/bin/python3", "-c", "import flask_session, redis, gunicorn").Run() == nil {
		return p.startFlask("/usr/bin/python3")
	}
	return nil, ErrNoFlask
}

func (p *Place) startFlask(python string) (*Flask, error) {
	dir, _, err := spawn.TempDir()
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(dir, "flask_app.py"), flaskApp, 0o600); err != nil {
		return nil, fmt.Errorf("site: %w", err)
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	ready := func() error {
		c, err := net.Dial("tcp", addr)
		if err != nil {
			return err
		}
		return c.Close()
	}
	f := &Flask{URL: "http://" + addr}
	if f.Process, err = spawn.Server(python, ready, "-m", "gunicorn", "--chdir", dir, "--bind", addr,
		"--workers", strconv.Itoa(2*runtime.GOMAXPROCS(0)+1), // as its manual says
		"--env", "ETU_REDIS_URL="+p.RedisURL, "--log-level", "error", "flask_app:app"); err != nil {
		return nil, err
	}
	return f, f.Start()
}
