package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
)

// maxSocketPath is below what every system takes as a Unix socket's path (104
// bytes on macOS and the BSDs, 108 on Linux and Windows), its NUL included.
const maxSocketPath = 100

// ListenSocket listens on a Unix socket of that name in a folder, mode 0600. A
// socket left by a process that was killed is replaced: the caller holds the
// folder's lock. The returned listener removes the socket when it is closed.
func ListenSocket(dir, name string) (net.Listener, error) {
	path, done, err := socketPath(dir, name, true)
	if err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, errors.Join(err, done())
	}
	listener, err := net.Listen("unix", path)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("socket %s : %w", filepath.Join(dir, name), err), done())
	}
	l := &socket{Listener: listener, done: done}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// DialSocket connects to a socket that ListenSocket made.
func DialSocket(ctx context.Context, dir, name string) (net.Conn, error) {
	path, done, err := socketPath(dir, name, false)
	if err != nil {
		return nil, err
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "unix", path)
	return conn, errors.Join(err, done())
}

// socket is a listener that frees what its path needed.
type socket struct {
	net.Listener
	done func() error
}

func (s *socket) Close() error { return errors.Join(s.Listener.Close(), s.done()) }

// socketPath gives a path that is short enough for the system: the socket's own,
// or for a long one the same file reached through an open folder (Linux), or one
// in a private folder of the temporary ones. done frees what the path needs, once
// it is no longer used.
func socketPath(dir, name string, create bool) (path string, done func() error, err error) {
	done = func() error { return nil }
	path = filepath.Join(dir, name)
	if len(path) <= maxSocketPath {
		return path, done, nil
	}
	if runtime.GOOS == "linux" {
		folder, err := os.Open(dir)
		if err != nil {
			return "", nil, err
		}
		return fmt.Sprintf("/proc/self/fd/%d/%s", folder.Fd(), name), folder.Close, nil
	}
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(dir))
	private := filepath.Join(os.TempDir(), fmt.Sprintf("etu-%x", sum.Sum64()))
	if create {
		if err := os.MkdirAll(private, 0o700); err != nil {
			return "", nil, err
		}
		// Fails for a folder that somebody else made before us.
		if err := os.Chmod(private, 0o700); err != nil {
			return "", nil, err
		}
	}
	return filepath.Join(private, name), done, nil
}
