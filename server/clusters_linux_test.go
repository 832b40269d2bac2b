//go:build cluster

package main

import (
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"etuservices/server/internal/testenv"
)

// site is a whole installation on loopback, set up by the files of deploy/: a Redis
// Cluster of six nodes, three Galera nodes of which HAProxy lets one write, and HAProxy
// before the servers.
type site struct {
	redis  *testenv.RedisCluster
	galera *testenv.Galera
	env    *testenv.Env
	front  string                 // the address for clients
	sql    string                 // the address of the writing node
	own    [chaosServers][]string // the options that put a server where HAProxy looks for it
}

func openSite(t *testing.T) *site {
	t.Helper()
	s := &site{
		redis:  testenv.StartRedisCluster(t, "deploy/redis-cluster.conf"),
		galera: testenv.StartGalera(t, "deploy/galera.cnf"),
	}
	s.balanceSQL(t)
	s.balanceServers(t)
	s.env = &testenv.Env{Kind: testenv.KindReal, RedisURL: s.redis.URL(), MySQLDSN: s.galera.DSN(s.sql, "etuservices")}
	return s
}

// balanceSQL starts the HAProxy before the Galera nodes.
func (s *site) balanceSQL(t *testing.T) {
	t.Helper()
	s.sql = testenv.FreeAddr(t)
	replacements := []string{"log /dev/log local0", "", "127.0.0.1:3306", s.sql}
	for i, n := range s.galera.Nodes {
		replacements = append(replacements, fmt.Sprintf("10.0.0.2%d:3306", i+1), n.TCP())
	}
	startHAProxy(t, written(t, testenv.TempDir(t), "haproxy-mysql.cfg", replacements...), s.sql)
}

// balanceServers starts the HAProxy before the servers.
func (s *site) balanceServers(t *testing.T) {
	t.Helper()
	s.front = testenv.FreeAddr(t)
	replacements := []string{"log /dev/log local0", "", "maxconn 20000", "maxconn 2000", "bind :5890", "bind " + s.front, "bind :5891", "bind " + testenv.FreeAddr(t), "check port 9590", "check"}
	for i := range s.own {
		addr, metrics := testenv.FreeAddr(t), testenv.FreeAddr(t)
		_, port, _ := net.SplitHostPort(metrics)
		at := fmt.Sprintf("10.0.0.1%d:", i+1)
		replacements = append(replacements, at+"5890", addr+" port "+port, at+"5891", addr+" port "+port)
		s.own[i] = []string{"--addr", addr, "--metrics-addr", metrics, "--proxy-nets", "127.0.0.1"}
	}
	startHAProxy(t, written(t, testenv.TempDir(t), "haproxy.cfg", replacements...), s.front)
}

func startHAProxy(t *testing.T, file, addr string) {
	t.Helper()
	testenv.NewProcess(t, "haproxy", func() error {
		nc, err := net.Dial("tcp", addr)
		if err == nil {
			_ = nc.Close()
		}
		return err
	}, "-db", "-f", file).Start(t)
}

// sends waits until HAProxy sends clients to a server.
func (s *site) sends(t *testing.T, instance string) {
	t.Helper()
	testenv.WaitFor(t, startTime, "a client is sent to "+instance, func() bool {
		nc, err := net.Dial("tcp", s.front)
		if err != nil {
			return false
		}
		defer nc.Close()
		greeting, err := newClient(t, nc).TryRead()
		return err == nil && greeting.Fields.Get("serveur") == instance
	})
}

// TestClusterSimultaneous: the races for the last slot and the last article, through the
// balancer, with one, two and three servers.
func TestClusterSimultaneous(t *testing.T) {
	s := openSite(t)
	judge := newJudge(t, s.env)
	for i := range chaosServers {
		name := instance(i)
		start(t, s.env, slices.Concat(adminArgs, s.own[i], []string{"--instance", name})...)
		s.sends(t, name)
		t.Run(fmt.Sprintf("%d servers", i+1), func(t *testing.T) {
			raceForLogins(t, judge, name+"l", s.front, s.front)
			raceForCalls(t, judge, name+"c", s.front, s.front)
			raceForArticles(t, judge, name+"a", s.front, s.front)
		})
	}
}

// byHandVariable asks for TestClusterByHand.
const byHandVariable = "ETU_TEST_BY_HAND"

// TestClusterByHand runs a site until it is interrupted (make cluster).
func TestClusterByHand(t *testing.T) {
	if os.Getenv(byHandVariable) == "" {
		t.Skip("runs until it is interrupted")
	}
	fmt.Println("Démarrage de trois serveurs, de six Redis, de trois MariaDB et de deux HAProxy : une demi-minute.")
	s := openSite(t)
	var list strings.Builder
	row := func(what string, p *testenv.Process, look string, args ...any) {
		fmt.Fprintf(&list, "  %-12s %8d   %s\n", what, p.Pid(), fmt.Sprintf(look, args...))
	}
	for i, own := range s.own {
		name := fmt.Sprintf("etu-%d", i+1)
		server := testenv.NewProgram(t, "../bin/etuservices-server", nil,
			slices.Concat(storeFlags(s.env), own, []string{"--instance", name}, adminArgs)...)
		server.Start(t)
		row(name, server, "curl http://%s/readyz", own[slices.Index(own, "--metrics-addr")+1])
		s.sends(t, name)
	}
	for i, n := range s.galera.Nodes {
		row(fmt.Sprintf("MariaDB %d", i+1), n.Process, "mariadb -h 127.0.0.1 -P %s -u etu etuservices", portOf(n.TCP()))
	}
	for i, n := range s.redis.Nodes {
		row(fmt.Sprintf("Redis %d", i+1), n.Process, "redis-cli -c -p %s cluster nodes", portOf(n.Addr()))
	}
	fmt.Printf(`
Tout tourne, derrière HAProxy. L'écran (mot de passe : %s) :

  bin/etu --addr %s --login prof

La base, par le HAProxy qui choisit le nœud qui écrit :

  mariadb -h 127.0.0.1 -P %s -u etu etuservices

Chaque processus, son numéro, et de quoi le regarder :

%s
kill -9 NUMÉRO le tue, kill -STOP le fige, kill -CONT le réveille. Ce qui est tué ne
revient pas. Ctrl+C arrête tout.
`, password, s.front, portOf(s.sql), list.String())
	select {}
}

func portOf(addr string) string {
	_, port, _ := net.SplitHostPort(addr)
	return port
}
