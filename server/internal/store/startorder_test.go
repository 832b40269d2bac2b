package store_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// redisOnPort is a redis-server of a special kind on a free port of loopback.
func redisOnPort(t *testing.T, args ...string) (server *testenv.Process, client *redis.Client, addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr = l.Addr().String()
	_ = l.Close()
	client = redis.NewClient(&redis.Options{Addr: addr, DisableIdentity: true, DialerRetries: 1})
	t.Cleanup(func() { _ = client.Close() })
	_, port, _ := net.SplitHostPort(addr)
	server = testenv.NewProcess(t, "redis-server", func() error { return client.Ping(context.Background()).Err() },
		append(args, "--bind", "127.0.0.1", "--port", port, "--daemonize", "no")...)
	server.Start(t)
	return server, client, addr
}

// A Sentinel that runs before it is told the master's name is waited for, and a
// running server takes one that forgets it for a Redis that is away.
func TestOpenWaitsForTheNameInSentinel(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	_, master, addr := redisOnPort(t, "--dir", t.TempDir(), "--save", "", "--appendonly", "no")
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, sentinel, sentinelAddr := redisOnPort(t, file, "--sentinel")
	e.RedisURL = "redis://" + sentinelAddr + "?master_name=etu"
	host, port, _ := net.SplitHostPort(addr)
	started := whenWaiting(e, func() {
		if err := sentinel.Do(context.Background(), "SENTINEL", "MONITOR", "etu", host, port, 1).Err(); err != nil {
			t.Error(err)
		}
	})
	s := e.Open(t)
	<-started
	if err := s.Redis.DB0.Set(t.Context(), "etu:x", 1, 0).Err(); err != nil {
		t.Error(err)
	}
	if got := master.Get(t.Context(), "etu:x").Val(); got != "1" {
		t.Errorf("the master has %q", got)
	}
	if err := sentinel.Do(t.Context(), "SENTINEL", "REMOVE", "etu").Err(); err != nil {
		t.Fatal(err)
	}
	forgotten, err := store.Open(cancelled(t), e.Options())
	if err == nil {
		_ = forgotten.Close()
		t.Fatal("opened without a master")
	}
	if strings.Contains(err.Error(), "redis: nil") && !strings.Contains(err.Error(), "Sentinel") {
		t.Errorf("the error does not say what is missing: %v", err)
	}
}

// cancelled is a context that ends once the first try was made.
func cancelled(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*store.RedisTimeout)
	t.Cleanup(cancel)
	return ctx
}

// A Cluster whose slots nobody has taken yet is waited for.
func TestOpenWaitsForTheSlotsOfACluster(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	dir := t.TempDir()
	_, node, addr := redisOnPort(t, "--dir", dir, "--save", "", "--appendonly", "no",
		"--cluster-enabled", "yes", "--cluster-config-file", filepath.Join(dir, "nodes.conf"))
	e.RedisURL = fmt.Sprintf("redis://%s?addr=%s", addr, addr)
	started := whenWaiting(e, func() {
		if err := node.ClusterAddSlotsRange(context.Background(), 0, 16383).Err(); err != nil {
			t.Error(err)
		}
	})
	s := e.Open(t)
	<-started
	if err := s.Redis.DB0.Set(t.Context(), "etu:x", 1, 0).Err(); err != nil {
		t.Error(err)
	}
}
