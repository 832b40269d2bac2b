package testenv

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
)

// ClusterServer is a Redis Cluster of one node, on TCP because a cluster tells
// its clients hosts and ports.
type ClusterServer struct {
	*Process
	addr string
}

// Cluster starts one (redis-server 7 or newer).
func Cluster(t testing.TB) *ClusterServer {
	t.Helper()
	port, bus := freePort(t), freePort(t)
	s := &ClusterServer{addr: net.JoinHostPort("127.0.0.1", port)}
	dir := TempDir(t)
	s.Process = NewProcess(t, redisProgram(), s.join,
		"--bind", "127.0.0.1", "--port", port, "--dir", dir, "--daemonize", "no", "--save", "", "--appendonly", "no",
		"--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-config-file", filepath.Join(dir, "nodes.conf"))
	s.Start(t)
	return s
}

// Addr is the node's host:port.
func (s *ClusterServer) Addr() string { return s.addr }

// Announce makes the node tell clients another address, a proxy's.
func (s *ClusterServer) Announce(t testing.TB, addr string) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	c := s.client()
	defer func() { _ = c.Close() }()
	for key, value := range map[string]string{"cluster-announce-ip": host, "cluster-announce-port": port} {
		if err := c.ConfigSet(context.Background(), key, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func (s *ClusterServer) client() *redis.Client {
	return redis.NewClient(&redis.Options{Addr: s.addr, DisableIdentity: true, DialerRetries: 1})
}

// join gives the node all 16384 slots, and is content once it serves them.
func (s *ClusterServer) join() error {
	ctx, c := context.Background(), s.client()
	defer func() { _ = c.Close() }()
	info, err := c.ClusterInfo(ctx).Result()
	if err != nil {
		return err
	}
	if strings.Contains(info, "cluster_slots_assigned:0") {
		if err := c.ClusterAddSlotsRange(ctx, 0, 16383).Err(); err != nil {
			return err
		}
	}
	if !strings.Contains(info, "cluster_state:ok") {
		return fmt.Errorf("the cluster is not ready: %s", info)
	}
	return nil
}

// freePort is a port of loopback that nobody listens on.
func freePort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	_, port, _ := net.SplitHostPort(ln.Addr().String())
	return port
}
