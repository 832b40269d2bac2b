package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"etuservices/server/internal/testenv"
)

// judgeHistory judges what everybody was answered, and that everybody was, after
// the last fault.
func (a *arena) judgeHistory(last time.Duration) {
	h := a.rec.History(chaosQuota, chaosWindow)
	began := time.Now()
	faults := append(h.Judge(), h.Late(last, answerWithin)...)
	a.t.Logf("%d calls judged in %v", len(h.Calls), time.Since(began).Round(time.Millisecond))
	for _, f := range faults {
		a.t.Error(f)
	}
}

// judge compares what everybody was told with the ledger.
func (a *arena) judge(crowd []*chaosUser) {
	j := newJudge(a.t, a.env)
	calls := 0
	for _, u := range crowd {
		for _, line := range u.bad {
			a.t.Errorf("%s was answered %s", u.name, line)
		}
		calls += len(u.done)
		a.acknowledged(j, u)
		for _, table := range []string{"connexions", "appels"} {
			if u.wasReset() {
				continue
			}
			stamps := j.Stamps(table, u.name)
			if n := mostInWindow(a.unmoved(stamps), chaosWindow); n > chaosQuota {
				a.t.Errorf("%s has %d rows of %s in one window: %d; the clock was moved %d", u.name, n, table, stamps, a.moved)
			}
		}
		if n := j.Used("connexions", u.name); n < u.logins {
			a.t.Errorf("%s was let in %d times, the ledger has %d", u.name, u.logins, n)
		}
	}
	if calls < 2*len(crowd) {
		a.t.Errorf("only %d calls were made", calls)
	}
	for what, query := range map[string]string{
		"calls beyond those acknowledged": `SELECT COUNT(*) - ` + fmt.Sprint(calls) + ` FROM appels`,
		"refs written twice":              `SELECT COUNT(*) FROM (SELECT 1 AS x FROM appels GROUP BY utilisateur_id, ref HAVING COUNT(*) > 1) d`,
		"articles bought twice":           `SELECT COUNT(*) FROM (SELECT 1 AS x FROM appels WHERE service = 'achat' AND resultat = 'ok' GROUP BY article_id HAVING COUNT(*) > 1) d`,
		"sold articles that nobody bought": `SELECT COUNT(*) FROM articles x WHERE x.etat = 'vendu' AND NOT EXISTS (
			SELECT 1 FROM appels c WHERE c.service = 'achat' AND c.resultat = 'ok' AND c.article_id = x.id AND c.utilisateur_id = x.acheteur_id)`,
		"purchases without an article": `SELECT COUNT(*) FROM appels c WHERE c.service = 'achat' AND c.resultat = 'ok' AND NOT EXISTS (
			SELECT 1 FROM articles x WHERE x.id = c.article_id AND x.etat = 'vendu' AND x.acheteur_id = c.utilisateur_id)`,
		"articles that nobody offered": `SELECT COUNT(*) FROM articles x WHERE NOT EXISTS (
			SELECT 1 FROM appels c WHERE c.service = 'vente' AND c.article_id = x.id AND c.utilisateur_id = x.vendeur_id)`,
	} {
		if n := j.Count(query); n != 0 {
			a.t.Errorf("%d %s", n, what)
		}
	}
	c := dial(a.t, a.addr(0))
	defer c.nc.Close()
	testenv.Eventually(a.t, 2*chaosWindow, func() error { // its quota may be full
		if r := c.Do("AUTH h0 %s", password); !r.OK() {
			return fmt.Errorf("%s", r.Line)
		}
		return nil
	})
	j.SameBoards(c)
}

// unmoved are the stamps of when Redis's clock was that of everybody.
func (a *arena) unmoved(stamps []int64) []int64 {
	return slices.DeleteFunc(stamps, func(s int64) bool {
		return slices.ContainsFunc(a.moved, func(m [2]int64) bool { return m[0] <= s && s <= m[1] })
	})
}

// acknowledged fails unless each call stands in the ledger once, as it was
// answered.
func (a *arena) acknowledged(j *judge, u *chaosUser) {
	rows, err := j.sql.Query(`SELECT l.ref, l.resultat, COALESCE(l.article_id, 0) FROM appels l
		JOIN utilisateurs u ON u.id = l.utilisateur_id WHERE u.login = ?`, u.name)
	if err != nil {
		a.t.Fatal(err)
	}
	defer rows.Close()
	ledger := map[string]string{}
	for rows.Next() {
		var ref, result, id string
		if err := rows.Scan(&ref, &result, &id); err != nil {
			a.t.Fatal(err)
		}
		ledger[ref] = result
		if o, known := u.done[ref]; known && o.id != "" && o.id != id {
			a.t.Errorf("%s: %s was answered with article %s, the ledger has %s", u.name, o.line, o.id, id)
		}
	}
	if err := rows.Err(); err != nil {
		a.t.Fatal(err)
	}
	for ref, o := range u.done {
		if ledger[ref] != o.word {
			a.t.Errorf("%s: %s was answered %s, the ledger has %q", u.name, o.line, o.word, ledger[ref])
		}
	}
}

const (
	// spareFiles is what a server may have open beside its connections to the
	// stores: three standard ones, the listener, epoll, a pipe or two.
	spareFiles = 16
	// spareGoroutines is what a server and its drivers may run without clients.
	// A connection that is left over shows by its own frames, not by this.
	spareGoroutines = 100
)

// nothingLeft fails when a server still holds something of a client that is
// gone. The stacks that SIGQUIT prints are its goroutines.
func (a *arena) nothingLeft() {
	for n := range chaosServers {
		p := a.server(n)
		testenv.Eventually(a.t, 15*time.Second, func() error {
			if left := socketsOn(p.Addr); left != 0 {
				return fmt.Errorf("%d connections are left on server %d", left, n)
			}
			return nil
		})
		files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", p.cmd.Process.Pid))
		if err == nil && len(files) > spareFiles+poolSize() {
			a.t.Errorf("server %d has %d open files", n, len(files))
		}
		p.signal(syscall.SIGQUIT)
		_ = p.wait()
		stacks := p.logs.String()
		goroutines := strings.Count(stacks, "\ngoroutine ")
		if goroutines == 0 || goroutines > spareGoroutines {
			a.t.Errorf("server %d has %d goroutines", n, goroutines)
		}
		for _, frame := range []string{"tcp.(*Conn).serve", "tcp.(*Server).hold", "market.(*Market).do", "accounts.(*Accounts).Login"} {
			if left := strings.Count(stacks, frame); left > 0 {
				a.t.Errorf("server %d: %d goroutines in %s", n, left, frame)
			}
		}
		a.t.Logf("server %d: %d files, %d goroutines", n, len(files), goroutines)
	}
	a.noIncident()
}

// noIncident fails when a server met what it did not expect.
func (a *arena) noIncident() {
	for _, p := range a.all {
		if logs := p.logs.String(); strings.Contains(logs, "incident=") || strings.Contains(logs, "panique") {
			a.t.Errorf("a fault of ours:\n%s", logs)
		}
	}
}

// socketsOn counts the established or half-closed connections that a server
// still holds.
func socketsOn(addr string) (n int) {
	_, port, _ := net.SplitHostPort(addr)
	var number int
	_, _ = fmt.Sscan(port, &number)
	f, err := os.Open("/proc/net/tcp")
	if err != nil {
		return 0 // not Linux: the stacks tell
	}
	defer f.Close()
	suffix := fmt.Sprintf(":%04X", number)
	for lines := bufio.NewScanner(f); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) > 9 && strings.HasSuffix(fields[1], suffix) && fields[9] != "0" && fields[3] != "0A" {
			n++
		}
	}
	return n
}

// poolSize is the most connections that a server keeps to its stores: SQL's
// pool and one of each Redis database.
func poolSize() int { return 40 * runtime.GOMAXPROCS(0) }
