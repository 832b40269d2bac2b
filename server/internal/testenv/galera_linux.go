package testenv

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/go-sql-driver/mysql"
)

const (
	galeraNodes   = 3
	galeraLibrary = "/usr/lib/galera/libgalera_smm.so"
	// galeraUser has no password.
	galeraUser = "etu"
)

// Galera is a Galera cluster of three nodes on loopback.
type Galera struct {
	Nodes []*GaleraNode
}

// GaleraNode is a node of a Galera cluster: a MariaDB that also listens on TCP.
type GaleraNode struct {
	*MariaDBServer
	tcp string
}

// StartGalera starts one, set up as a file says (galera.cnf).
func StartGalera(t testing.TB, file string) *Galera {
	t.Helper()
	if _, err := os.Stat(galeraLibrary); err != nil {
		must(t, fmt.Errorf("%s %w", galeraLibrary, errMissing))
	}
	settings, err := os.ReadFile(file)
	must(t, err)
	var group []string
	for range galeraNodes {
		group = append(group, FreeAddr(t))
	}
	g := &Galera{}
	for i := range group {
		g.Nodes = append(g.Nodes, newGaleraNode(t, i, string(settings), group))
	}
	t.Cleanup(func() {
		for _, n := range g.Nodes {
			if said := n.Output(); t.Failed() {
				t.Logf("%s said:\n%s", n.tcp, said[max(0, len(said)-10_000):])
			}
		}
	})
	first := g.Nodes[0]
	first.startWith(t, "--wsrep-new-cluster")
	for _, statement := range []string{
		"CREATE USER " + galeraUser + "@" + loopback,
		"GRANT ALL ON *.* TO " + galeraUser + "@" + loopback,
		"CREATE USER haproxy@" + loopback, // of haproxy-mysql.cfg
	} {
		must(t, first.Exec(statement))
	}
	for _, n := range g.Nodes[1:] {
		n.Start(t)
	}
	return g
}

var providerOptions = regexp.MustCompile(`(?m)^(wsrep_provider_options = ".*)"$`)

func newGaleraNode(t testing.TB, i int, settings string, group []string) *GaleraNode {
	t.Helper()
	dir, port := TempDir(t), freePort(t)
	file := filepath.Join(dir, "galera.cnf")
	s, err := newMariaDB(dir,
		"--skip-networking=0", "--bind-address="+loopback, "--port="+port,
		"--wsrep-node-name=bdd-"+fmt.Sprint(i+1), "--wsrep-cluster-address=gcomm://"+strings.Join(group, ","),
		"--wsrep-node-address="+group[i], "--wsrep-sst-receive-address="+FreeAddr(t),
	)
	must(t, err)
	t.Cleanup(func() { s.end(syscall.SIGKILL) })
	s.args[0] = "--defaults-file=" + file
	n := &GaleraNode{MariaDBServer: s, tcp: net.JoinHostPort(loopback, port)}
	s.Process.ready = n.ready
	settings = providerOptions.ReplaceAllString(settings,
		"$1;gmcast.listen_addr=tcp://"+group[i]+";ist.recv_addr="+FreeAddr(t)+`"`)
	must(t, os.WriteFile(file, []byte(settings), 0o600))
	must(t, n.ownAccount(dir))
	return n
}

// ownAccount has root run the node as the account of Debian's package: the rsync that
// brings one node the data of another would give up root's rights and could not write.
func (n *GaleraNode) ownAccount(dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	account, err := user.Lookup("mysql")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(account.Uid)
	gid, err2 := strconv.Atoi(account.Gid)
	if err := cmp.Or(err, err2); err != nil {
		return err
	}
	n.attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	n.args = append(n.args, "--user=mysql")
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		return cmp.Or(err, os.Lchown(path, uid, gid))
	})
}

// startWith starts the node with one more option, this time.
func (n *GaleraNode) startWith(t testing.TB, option string) {
	t.Helper()
	usual := n.args
	n.args = append(slices.Clone(usual), option)
	n.Start(t)
	n.args = usual
}

// ready says whether the node works with the others.
func (n *GaleraNode) ready() error {
	if err := n.MariaDBServer.ready(); err != nil {
		return err
	}
	if ready := n.Status("wsrep_ready"); ready != "ON" {
		return errors.New("wsrep_ready is " + ready)
	}
	return nil
}

// TCP is the node's host:port for clients.
func (n *GaleraNode) TCP() string { return n.tcp }

// Status is one of the node's status variables, "" where it does not answer.
func (n *GaleraNode) Status(name string) (value string) {
	db, err := n.open()
	if err != nil {
		return ""
	}
	defer func() { _ = db.Close() }()
	_ = db.QueryRow("SHOW GLOBAL STATUS LIKE '"+name+"'").Scan(&name, &value)
	return value
}

// WaitReady waits until a node that runs works with the others again.
func (n *GaleraNode) WaitReady(t testing.TB) {
	t.Helper()
	Eventually(t, startTimeout, n.ready)
}

// Isolate cuts the node off from the others, which it does not notice at once, or ends
// that. Its clients still reach it.
func (n *GaleraNode) Isolate(t testing.TB, cut bool) {
	t.Helper()
	value := "0"
	if cut {
		value = "1"
	}
	must(t, n.Exec("SET GLOBAL wsrep_provider_options = 'gmcast.isolate="+value+"'"))
}

var recovered = regexp.MustCompile(`Recovered position:? (\S+)`)

// Restart starts a node that was killed: how far its data go is read from them first.
func (n *GaleraNode) Restart(t testing.TB) {
	t.Helper()
	out, err := runToEnd(n.attr, n.path, append(slices.Clone(n.args), "--wsrep-recover")...)
	must(t, err)
	found := recovered.FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no position was recovered:\n%s", out)
	}
	n.startWith(t, "--wsrep-start-position="+found[1])
}

// DSN is what ETU_MYSQL_DSN takes for an address, a node's or a balancer's.
func (g *Galera) DSN(addr, database string) string {
	cfg := mysql.NewConfig()
	cfg.User, cfg.Net, cfg.Addr, cfg.DBName = galeraUser, "tcp", addr, database
	return cfg.FormatDSN()
}
