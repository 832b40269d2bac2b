package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/testenv"
)

// freeAddr is a loopback address that nobody listens on.
func freeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// hostile is what no client sends: lengths out of all bounds, or no command.
var hostile = map[string]string{
	"a word of 2^63-1 bytes":   "*1\r\n$9223372036854775807\r\n",
	"a word of 2^63-3 bytes":   "*1\r\n$9223372036854775805\r\n",
	"a word of 8 GB":           "*1\r\n$8000000000\r\n",
	"a password of 1 GB":       "*2\r\n$4\r\nAUTH\r\n$1000000000\r\n",
	"no word":                  "*0\r\n",
	"minus one word":           "*-1\r\n",
	"2^63-1 words":             "*9223372036854775807\r\n",
	"more words than a number": "*99999999999999999999\r\n",
	"a word of -1 bytes":       "*1\r\n$-1\r\n",
	"a number for a word":      "*1\r\n:1\r\n",
	"a line without end":       strings.Repeat("*", 1<<16),
	"an empty line":            "\r\n",
	"HTTP":                     "GET / HTTP/1.1\r\n\r\n",
}

// TestEmbeddedRedisPortBearsAnyBytes: whoever reaches the port without the
// password ends a connection, never the server; after it, lengths stay bounded.
func TestEmbeddedRedisPortBearsAnyBytes(t *testing.T) {
	t.Parallel()
	env, port := testenv.Embedded(t), freeAddr(t)
	server := start(t, env, "--embedded-redis-addr", port)
	text, err := os.ReadFile(filepath.Join(env.DataDir, "redis.password"))
	if err != nil {
		t.Fatal(err)
	}
	secret := strings.TrimSpace(string(text))
	auth := fmt.Sprintf("*2\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n", len(secret), secret)
	for name, bytes := range hostile {
		for before, first := range map[string]string{"": "", " after a wrong password": "*2\r\n$4\r\nAUTH\r\n$1\r\nx\r\n", " after AUTH": auth} {
			nc, err := net.Dial("tcp", port)
			if err != nil {
				t.Fatalf("%s%s: %v\n%s", name, before, err, server.logs)
			}
			_ = nc.SetDeadline(time.Now().Add(answerTime))
			_, _ = io.WriteString(nc, first+bytes)
			if _, err := io.Copy(io.Discard, nc); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s%s: the connection stays open", name, before)
			}
			_ = nc.Close()
		}
	}
	dial(t, server.Addr).Must("PING")
	ctx := context.Background()
	for _, protocol := range []int{2, 3} {
		known := redis.NewClient(&redis.Options{Addr: port, Password: secret, Protocol: protocol})
		long := strings.Repeat("x", 1<<20)
		if err := known.Set(ctx, "etu:essai", long, time.Minute).Err(); err != nil {
			t.Errorf("RESP%d: %v", protocol, err)
		}
		if got, err := known.Get(ctx, "etu:essai").Result(); err != nil || got != long {
			t.Errorf("RESP%d: %d bytes, %v", protocol, len(got), err)
		}
		_ = known.Close()
	}
	for _, wrong := range []string{"", "wrong", secret + "x", secret[:8]} {
		unknown := redis.NewClient(&redis.Options{Addr: port, Password: wrong})
		if err := unknown.Get(ctx, "etu:essai").Err(); err == nil || errors.Is(err, redis.Nil) {
			t.Errorf("with the password %q: %v", wrong, err)
		}
		_ = unknown.Close()
	}
	server.Stop()
}

// TestEmbeddedRedisHasNoPortUnasked: the server reaches it over a Unix socket
// that is its owner's alone, and listens on nothing else but its own address.
func TestEmbeddedRedisHasNoPortUnasked(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	env.DataDir = filepath.Join(env.DataDir, "données", strings.Repeat("très", 30), strings.Repeat("long", 30))
	for range 2 { // the second time over a socket that a killed server left
		server := start(t, env)
		register(t, server.Addr, "alice"+fmt.Sprint(time.Now().UnixMilli()))
		if got := listening(t, server); len(got) != 1 {
			t.Errorf("it listens on %v", got)
		}
		info, err := os.Lstat(filepath.Join(env.DataDir, "redis.sock"))
		if err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type() != os.ModeSocket {
			t.Errorf("%v, %v", info, err)
		}
		server.Kill()
	}
	server := start(t, env)
	server.Stop()
	if _, err := os.Lstat(filepath.Join(env.DataDir, "redis.sock")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("left behind: %v", err)
	}
}

// listening are the TCP ports on which a process listens, as the kernel has them.
func listening(t testing.TB, server *process) (ports []string) {
	t.Helper()
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/fd/*", server.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	own := map[string]bool{}
	for _, file := range files {
		target, _ := os.Readlink(file)
		own[target] = true
	}
	for _, table := range []string{"tcp", "tcp6"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/net/%s", server.cmd.Process.Pid, table))
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			const listen, state, inode = "0A", 3, 9
			if f := strings.Fields(line); len(f) > inode && f[state] == listen && own["socket:["+f[inode]+"]"] {
				ports = append(ports, f[1])
			}
		}
	}
	return ports
}
