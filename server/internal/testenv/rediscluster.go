package testenv

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

const loopback = "127.0.0.1"

// RedisNode is a node of a Redis Cluster, on TCP because a cluster tells its clients
// hosts and ports.
type RedisNode struct {
	*Process
	addr, bus string // the bus is between the nodes
}

// newRedisNode prepares a node (redis-server 7 or newer). options are further ones of
// redis-server, the first may be a file of them; they win over those that stand here.
func newRedisNode(t testing.TB, options ...string) *RedisNode {
	t.Helper()
	port := freePort(t)
	n := &RedisNode{addr: net.JoinHostPort(loopback, port), bus: freePort(t)}
	dir := TempDir(t)
	var args []string
	if len(options) > 0 && !strings.HasPrefix(options[0], "--") {
		args, options = options[:1], options[1:]
	}
	args = append(args,
		"--bind", loopback, "--port", port, "--dir", dir, "--daemonize", "no", "--save", "", "--appendonly", "no",
		"--cluster-enabled", "yes", "--cluster-port", n.bus, "--cluster-config-file", filepath.Join(dir, "nodes.conf"))
	n.Process = NewProcess(t, redisProgram(), n.answers, append(args, options...)...)
	return n
}

// nodeTimeout is for a node that a test may have paused.
const nodeTimeout = 500 * time.Millisecond

// Cluster starts a Cluster of one node, which has all slots.
func Cluster(t testing.TB) *RedisNode {
	t.Helper()
	n := newRedisNode(t)
	n.Start(t)
	must(t, n.do("CLUSTER", "ADDSLOTSRANGE", 0, lastSlot))
	n.waitServing(t)
	return n
}

// Addr is the node's host:port.
func (n *RedisNode) Addr() string { return n.addr }

// ID is the node's name in the cluster.
func (n *RedisNode) ID() string { return n.info("CLUSTER", "MYID") }

// Announce makes the node tell clients another address, a proxy's.
func (n *RedisNode) Announce(t testing.TB, addr string) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	must(t, err)
	must(t, n.do("CONFIG", "SET", "cluster-announce-ip", host, "cluster-announce-port", port))
}

// Client is a plain client of this node, closed with the test.
func (n *RedisNode) Client(t testing.TB) *redis.Client {
	t.Helper()
	c := n.client()
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func (n *RedisNode) client() *redis.Client {
	return redis.NewClient(&redis.Options{
		Addr: n.addr, DisableIdentity: true, DialerRetries: 1, MaxRetries: -1, ReadTimeout: nodeTimeout, ContextTimeoutEnabled: true,
	})
}

func (n *RedisNode) do(command ...any) error {
	c := n.client()
	defer func() { _ = c.Close() }()
	return c.Do(context.Background(), command...).Err()
}

func (n *RedisNode) answers() error { return n.do("PING") }

// info asks for a text, as "CLUSTER INFO"; "" where the node does not answer.
func (n *RedisNode) info(command ...any) string {
	c := n.client()
	defer func() { _ = c.Close() }()
	text, _ := c.Do(context.Background(), command...).Text()
	return text
}

// waitServing waits until all slots are served, as this node sees it.
func (n *RedisNode) waitServing(t testing.TB) {
	t.Helper()
	Eventually(t, startTimeout, func() error {
		if info := n.info("CLUSTER", "INFO"); !strings.Contains(info, "cluster_state:ok") {
			return fmt.Errorf("the cluster is not ready: %s", info)
		}
		return nil
	})
}

const (
	lastSlot       = 16383
	clusterMasters = 3 // each with one replica
)

// RedisCluster is a Redis Cluster of three masters and their replicas.
type RedisCluster struct {
	Nodes []*RedisNode
}

// StartRedisCluster starts one. options are as those of NewRedis; the first may be a
// file.
func StartRedisCluster(t testing.TB, options ...string) *RedisCluster {
	t.Helper()
	c := &RedisCluster{}
	for range 2 * clusterMasters {
		n := newRedisNode(t, options...)
		n.Start(t)
		c.Nodes = append(c.Nodes, n)
	}
	const share = (lastSlot + 1) / clusterMasters
	for i, n := range c.Nodes {
		must(t, n.do("CLUSTER", "SET-CONFIG-EPOCH", i+1))
		switch {
		case i < clusterMasters-1:
			must(t, n.do("CLUSTER", "ADDSLOTSRANGE", i*share, (i+1)*share-1))
		case i == clusterMasters-1:
			must(t, n.do("CLUSTER", "ADDSLOTSRANGE", i*share, lastSlot))
		}
		if i > 0 {
			host, port, _ := net.SplitHostPort(c.Nodes[0].addr)
			must(t, n.do("CLUSTER", "MEET", host, port, c.Nodes[0].bus))
		}
	}
	for i, n := range c.Nodes {
		n.waitServing(t)
		if i >= clusterMasters {
			id := c.Nodes[i-clusterMasters].ID()
			Eventually(t, startTimeout, func() error { return n.do("CLUSTER", "REPLICATE", id) })
		}
	}
	c.WaitWhole(t)
	return c
}

// WaitWhole waits until all slots are served and each master has a replica that follows.
func (c *RedisCluster) WaitWhole(t testing.TB) {
	t.Helper()
	Eventually(t, startTimeout, func() error {
		following := 0
		for _, n := range c.Nodes {
			if !strings.Contains(n.info("CLUSTER", "INFO"), "cluster_state:ok") {
				return errors.New("a node of the cluster is not ready")
			}
			if strings.Contains(n.info("INFO", "replication"), "master_link_status:up") {
				following++
			}
		}
		if following != clusterMasters {
			return fmt.Errorf("%d replicas follow", following)
		}
		return nil
	})
}

// URL is what ETU_REDIS_URL takes.
func (c *RedisCluster) URL() string {
	u := url.URL{Scheme: "redis", Host: c.Nodes[0].addr}
	query := url.Values{}
	for _, n := range c.Nodes[1:] {
		query.Add("addr", n.addr)
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// Master gives the node that serves a key, nil while none does.
func (c *RedisCluster) Master(key string) *RedisNode {
	for _, n := range c.Nodes {
		if n.do("EXISTS", key) == nil { // a replica says MOVED
			return n
		}
	}
	return nil
}

// ReplicaOf gives the replica of a master.
func (c *RedisCluster) ReplicaOf(t testing.TB, master *RedisNode) (replica *RedisNode) {
	t.Helper()
	_, port, _ := net.SplitHostPort(master.addr)
	for _, n := range c.Nodes {
		if strings.Contains(n.info("INFO", "replication"), "master_port:"+port+"\r\n") {
			replica = n
		}
	}
	if replica == nil {
		t.Fatalf("nobody follows %s", master.addr)
	}
	return replica
}

// FreeAddr is a host:port of loopback that nobody listens on.
func FreeAddr(t testing.TB) string { return net.JoinHostPort(loopback, freePort(t)) }

// freePort is a port of loopback that nobody listens on: one of those that the kernel gives
// to no connection by itself, so that it is still free when a program comes to listen on it.
func freePort(t testing.TB) string {
	t.Helper()
	const lowest, end = 10_000, 32_768 // ip_local_port_range of Linux begins at the latter
	for range 100 {
		port := strconv.Itoa(lowest + rand.IntN(end-lowest))
		if ln, err := net.Listen("tcp", net.JoinHostPort(loopback, port)); err == nil {
			must(t, ln.Close())
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}
