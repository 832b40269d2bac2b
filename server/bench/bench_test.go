package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/testenv"
)

// openRate is the load a second of what is measured in an open loop.
const openRate = 200

// stormRounds even out what else the machine does meanwhile.
const stormRounds = 3

// side is one of those that do the same work in turn.
type side struct {
	name    string
	process *testenv.Process // nil: this process
	steps   []load.Step
	depth   int // requests of one step
	stock   *place
	know    func(*testing.B)
}

// run has every step repeat in a goroutine of its own until b.N requests are
// answered. The others' processes are paused meanwhile: a server compares its
// boards with the ledger every 2 s, which must not slow the other side down.
func (s side) run(b *testing.B) {
	b.Run("side="+s.name, func(b *testing.B) {
		pid := os.Getpid()
		if s.process != nil {
			s.process.Resume(b)
			defer s.process.Pause(b)
			pid = s.process.Pid()
		}
		if s.stock != nil {
			s.stock.restock(b, b.N+len(s.steps))
		}
		if s.know != nil {
			s.know(b)
		}
		measure(b, pid, max(1, s.depth), s.steps)
	})
}

// workers stands for processes whose CPU time measure cannot tell.
const workers = 0

func measure(b *testing.B, pid, depth int, steps []load.Step) {
	var left atomic.Int64
	left.Store(int64(b.N))
	var all sync.WaitGroup
	latencies := make([]*load.Latencies, len(steps))
	for i := range latencies {
		latencies[i] = load.NewLatencies()
	}
	cpu := testenv.CPUTime(pid)
	b.ResetTimer()
	for i, step := range steps {
		all.Go(func() {
			for left.Add(-int64(depth)) > -int64(depth) {
				began := time.Now()
				n, err := step()
				if err != nil {
					b.Error(err)
					return
				}
				latencies[i].Record(time.Since(began), n)
			}
		})
	}
	all.Wait()
	b.StopTimer()
	cpu = testenv.CPUTime(pid) - cpu
	for _, l := range latencies[1:] {
		latencies[0].Merge(l)
	}
	b.ReportMetric(float64(latencies[0].At(50).Nanoseconds()), "p50-ns")
	b.ReportMetric(float64(latencies[0].At(99).Nanoseconds()), "p99-ns")
	if cpu > 0 {
		b.ReportMetric(float64(cpu.Nanoseconds())/float64(b.N), "cpu-ns/op")
	}
}

// repeat has each connection send the same request, depth of them at once.
func repeat(list []*load.Conn, request string, depth int) []load.Step {
	requests := bytes.Repeat([]byte(request+"\r\n"), depth)
	return each(list, func(_ int, c *load.Conn) load.Step {
		return func() (int, error) { return depth, c.Ask(requests, depth) }
	})
}

func each[T any](list []T, step func(i int, of T) load.Step) []load.Step {
	steps := make([]load.Step, len(list))
	for i, of := range list {
		steps[i] = step(i, of)
	}
	return steps
}

// peer is a process with its connections.
type peer struct {
	name    string
	process *testenv.Process
	conns   []*load.Conn
	know    func(*testing.B) // makes the bare drivers' windows known, as a user's first call does
}

func (p peer) side(steps []load.Step) side {
	return side{name: p.name, process: p.process, steps: steps, know: p.know}
}

// peers starts the server, and the bare drivers behind the bare line server in
// both forms: each asks alone, or they share round trips as the server's callers
// do.
func (p *place) peers(b *testing.B, server *testenv.Process, window string) []peer {
	b.Helper()
	rule := readRule
	if window == "call" {
		rule = callRule
	}
	driver, err := bare.New(b.Context(), p.stores, rule, false)
	check(b, err)
	know := func(b *testing.B) { check(b, driver.Know(b.Context(), p.users[:*conns])) }
	list := []peer{{name: "server", process: server, conns: p.dial(b, server.Addr(), authLine)}}
	for _, form := range []struct{ name, grouped string }{{"bare", ""}, {"grouped", "1"}} {
		process := p.startBare(b, rule, form.grouped)
		list = append(list, peer{form.name, process, p.dial(b, process.Addr(), userLine), know})
	}
	return list
}

func pauseAll(b *testing.B, peers []peer) {
	for _, p := range peers {
		p.process.Pause(b)
	}
}

// BenchmarkRead is what counts nothing: behind the same TCP connection, the
// server and the bare drivers; for PING also Redis itself.
func BenchmarkRead(b *testing.B) {
	p := newPlace(b, testenv.RealTCP(b), max(*users, 2**conns))
	server := startServer(b, p.env, readRule)
	peers := p.peers(b, server, "read")
	for i, c := range peers[0].conns { // half a quota stands in every window, as usual
		for range 5 {
			_, err := c.Line(sale(i))
			check(b, err)
		}
	}
	cache := make([]*load.Conn, *conns)
	for i := range cache {
		c, err := load.DialSilent(strings.TrimPrefix(p.env.RedisURL, "redis://"))
		check(b, err)
		cache[i] = c
	}
	tokens := p.tokens(b, p.users[*conns:2**conns])
	pauseAll(b, peers)
	for _, r := range []struct {
		name, request string
		depth         int
	}{{"PING", "PING", 1}, {"PING16", "PING", 16}, {"QUOTA", "QUOTA", 1}, {"STATS", "STATS", 1}} {
		b.Run(r.name, func(b *testing.B) {
			for _, peer := range peers {
				if r.request == "PING" && peer.name == "grouped" {
					continue // nothing to share
				}
				s := peer.side(repeat(peer.conns, r.request, r.depth))
				s.depth = r.depth
				s.run(b)
			}
			if r.request == "PING" {
				side{name: "redis", process: p.env.Redis().Process, steps: repeat(cache, "PING", r.depth), depth: r.depth}.runBusy(b)
			}
		})
	}
	b.Run("AUTH", func(b *testing.B) {
		// Only who is not logged in may log in. One write: the login begins as soon
		// as the logout has ended.
		peers[0].side(each(peers[0].conns, func(i int, c *load.Conn) load.Step {
			pair := []byte("DECONNEXION\r\n" + authLine(p.users[i]) + "\r\n")
			return func() (int, error) { return 1, c.Ask(pair, 2) }
		})).run(b)
		side{name: "hash", steps: each(peers[0].conns, hashStep(b))}.run(b)
	})
	b.Run("Resume", func(b *testing.B) { // those who connect anew for each request
		peers[0].side(comeBack(server.Addr(), tokens, "REPRENDRE %s\r\nQUI\r\n")).run(b)
		peers[1].side(comeBack(peers[1].process.Addr(), tokens, "USER 1 %.6s\r\nPING\r\n")).run(b)
	})
	flask(b, p)
}

// runBusy is run for a process that the others need: it is not paused.
func (s side) runBusy(b *testing.B) {
	b.Run("side="+s.name, func(b *testing.B) { measure(b, s.process.Pid(), s.depth, s.steps) })
}

// comeBack has each user connect, send two requests and leave.
func comeBack(addr string, tokens []string, format string) []load.Step {
	return each(tokens, func(_ int, token string) load.Step {
		requests := fmt.Appendf(nil, format, token)
		return func() (int, error) {
			c, err := load.Dial(addr)
			if err != nil {
				return 0, err
			}
			defer c.Close()
			return 1, c.Ask(requests, 2)
		}
	})
}

// hashStep is what argon2id alone allows, with as many at once as the server has.
func hashStep(b *testing.B) func(int, *load.Conn) load.Step {
	hash, err := argon2id.CreateHash(password, &hashing.Cost)
	check(b, err)
	slots := make(chan struct{}, max(1, runtime.GOMAXPROCS(0)-1))
	return func(int, *load.Conn) load.Step {
		return func() (int, error) {
			slots <- struct{}{}
			defer func() { <-slots }()
			_, err := argon2id.ComparePasswordAndHash(password, hash)
			return 1, err
		}
	}
}

// flask measures a page of a Flask site whose sessions are in the same Redis:
// what QUOTA and Resume stand beside. It is left out where Flask is missing.
func flask(b *testing.B, p *place) {
	b.Run("Flask", func(b *testing.B) {
		script := "./flask.py"
		program := testenv.NewProgram(b, script, []string{"ETU_REDIS_URL=" + p.env.RedisURL}, "serve")
		if err := program.TryStart(); err != nil {
			b.Skip("no Flask here: ", err)
		}
		visitors := make([]struct{}, *conns)
		steps := each(visitors, func(i int, _ struct{}) load.Step {
			client := &http.Client{Transport: &http.Transport{}}
			response, err := client.Get(program.Addr() + "/login/" + p.users[i].Login)
			check(b, err)
			cookies := response.Cookies()
			_ = response.Body.Close()
			request, err := http.NewRequest(http.MethodGet, program.Addr()+"/quota", http.NoBody)
			check(b, err)
			for _, c := range cookies {
				request.AddCookie(c)
			}
			return func() (int, error) { return 1, page(client, request) }
		})
		b.Run("side=flask", func(b *testing.B) { measure(b, workers, 1, steps) })
	})
}

func page(client *http.Client, request *http.Request) error {
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return &load.Refused{Line: response.Status}
	}
	_, err = new(bytes.Buffer).ReadFrom(response.Body)
	return err
}

// BenchmarkCall is what is counted: the server, the bare drivers behind the same
// TCP connection, and called directly.
func BenchmarkCall(b *testing.B) {
	p := newPlace(b, testenv.RealTCP(b), max(*users, 2**conns))
	peers := p.peers(b, startServer(b, p.env, callRule), "call")
	pauseAll(b, peers)
	driver, err := bare.New(b.Context(), p.stores, callRule, false)
	check(b, err)
	buyers, offer, ctx := p.users[:*conns], eachOffer(), b.Context()
	b.Run("VENTE", func(b *testing.B) {
		for _, peer := range peers {
			peer.side(p.sales(peer.conns)).run(b)
		}
		side{name: "direct", know: peers[1].know, steps: each(buyers, func(_ int, u bare.User) load.Step {
			return func() (int, error) { return 1, driver.Sell(ctx, u, offer()) }
		})}.run(b)
	})
	b.Run("ACHAT", func(b *testing.B) {
		for _, peer := range peers {
			s := peer.side(each(peer.conns, func(_ int, c *load.Conn) load.Step {
				return p.purchase(func(id int64) error {
					return c.Ask(append(strconv.AppendInt([]byte("ACHAT "), id, 10), "\r\n"...), 1)
				})
			}))
			s.stock = p
			s.run(b)
		}
		side{name: "direct", know: peers[1].know, stock: p, steps: each(buyers, func(_ int, u bare.User) load.Step {
			return p.purchase(func(id int64) error { return driver.Buy(ctx, u, id) })
		})}.run(b)
	})
}

func (p *place) sales(list []*load.Conn) []load.Step {
	return each(list, func(i int, c *load.Conn) load.Step {
		n := i
		return func() (int, error) { n++; return 1, c.Ask([]byte(sale(n)+"\r\n"), 1) }
	})
}

func (p *place) purchase(buy func(id int64) error) load.Step {
	return func() (int, error) {
		id, err := p.article()
		if err != nil {
			return 0, err
		}
		return 1, buy(id)
	}
}

// BenchmarkEmbedded is VENTE on the embedded stores beside the same statements
// and the same sync at each commit in SQLite alone, one by one or grouped.
func BenchmarkEmbedded(b *testing.B) {
	n := max(*users, 2**conns)
	ours := newPlace(b, testenv.Embedded(b), n)
	check(b, ours.stores.Close()) // one process at a time
	server := startServer(b, ours.env, callRule)
	list := ours.dial(b, server.Addr(), authLine)
	server.Pause(b)
	b.Run("VENTE", func(b *testing.B) {
		side{name: "server", process: server, steps: ours.sales(list)}.run(b)
		theirs := newPlace(b, testenv.Embedded(b), n)
		offer, ctx := eachOffer(), b.Context()
		for _, name := range []string{"bare", "grouped"} {
			driver, err := bare.New(ctx, theirs.stores, callRule, name == "grouped")
			check(b, err)
			side{name: name, steps: each(theirs.users[:*conns], func(_ int, u bare.User) load.Step {
				return func() (int, error) { return 1, driver.SellInSQL(ctx, u, offer()) }
			})}.run(b)
		}
	})
}

// BenchmarkFloor is what no implementation avoids: a write that the disk has
// confirmed, a round trip over loopback, one to Redis, a password's hash.
func BenchmarkFloor(b *testing.B) {
	b.Run("fsync", func(b *testing.B) {
		f, err := os.Create(filepath.Join(testenv.TempDir(b), "sync"))
		check(b, err)
		defer f.Close()
		for block := make([]byte, 512); b.Loop(); {
			_, err := f.Write(block)
			check(b, err)
			check(b, f.Sync())
		}
	})
	p := newPlace(b, testenv.RealTCP(b), 2)
	echo := p.startBare(b, readRule, "")
	b.Run("roundtrip", func(b *testing.B) { pingLoop(b, load.Dial, echo.Addr()) })
	b.Run("redis", func(b *testing.B) { pingLoop(b, load.DialSilent, strings.TrimPrefix(p.env.RedisURL, "redis://")) })
	b.Run("hash", func(b *testing.B) {
		step := hashStep(b)(0, nil)
		for b.Loop() {
			_, err := step()
			check(b, err)
		}
	})
}

func pingLoop(b *testing.B, dial func(string) (*load.Conn, error), addr string) {
	c, err := dial(addr)
	check(b, err)
	defer c.Close()
	for ping := []byte("PING\r\n"); b.Loop(); {
		check(b, c.Ask(ping, 1))
	}
}

// BenchmarkStart is the time from the start of the program to "listening" on
// embedded stores whose ledger has many rows, with its boards rebuilt.
func BenchmarkStart(b *testing.B) {
	p := newPlace(b, testenv.Embedded(b), max(*users, 10))
	p.addLedger(b, *rowsOfLedger)
	check(b, p.stores.Close())
	for b.Loop() {
		server := startServer(b, p.env, readRule)
		b.StopTimer()
		c, err := load.Dial(server.Addr())
		check(b, err)
		_, err = c.Line(authLine(p.users[0]))
		check(b, err)
		if line, err := c.Line("STATS"); err != nil || !strings.HasSuffix(line, " lignes=25\r\n") {
			b.Fatalf("the boards are not rebuilt: %q, %v", line, err)
		}
		_ = c.Close()
		server.Stop(b)
		b.StartTimer()
	}
}

// BenchmarkIdle holds logged-in connections that say nothing: what each costs the
// server in memory, and what they cost those who sell at a given rate.
func BenchmarkIdle(b *testing.B) {
	p := newPlace(b, testenv.RealTCP(b), *conns+*idle)
	server := startServer(b, p.env, callRule)
	steps := p.sales(p.dial(b, server.Addr(), authLine))
	alone := openLoop(b, steps)
	before := testenv.Resident(server.Pid())
	for _, token := range p.tokens(b, p.users[*conns:]) {
		c, err := load.Dial(server.Addr())
		check(b, err)
		defer c.Close()
		_, err = c.Line("REPRENDRE " + token)
		check(b, err)
	}
	least := testenv.Resident(server.Pid())
	for end := time.Now().Add(*settle); time.Now().Before(end); time.Sleep(*settle / 20) {
		least = min(least, testenv.Resident(server.Pid()))
	}
	beside := openLoop(b, steps)
	b.ReportMetric(float64(least-before)*1024/float64(*idle), "B/conn")
	reportBeside(b, alone.Latencies, beside.Latencies)
}

// BenchmarkAuthStorm is what one who asks for QUOTA waits while as many as there
// are connections log in without pause, in turns with nobody logging in.
func BenchmarkAuthStorm(b *testing.B) {
	p := newPlace(b, testenv.RealTCP(b), 2**conns)
	server := startServer(b, p.env, readRule)
	steps := repeat(p.dial(b, server.Addr(), authLine)[:1], "QUOTA", 1)
	var logins []func()
	for _, u := range p.users[*conns:] {
		c, err := load.Dial(server.Addr())
		check(b, err)
		defer c.Close()
		logins = append(logins, func() { // one that is turned away (INDISPONIBLE) is part of a storm
			_, _ = c.Line(authLine(u))
			_, _ = c.Line("DECONNEXION")
		})
		logins[len(logins)-1]() // the hash of a new account is a cheap one, made anew now
	}
	alone, beside := load.NewLatencies(), load.NewLatencies()
	for range stormRounds {
		alone.Merge(openLoop(b, steps).Latencies)
		storm, stop := context.WithCancel(b.Context())
		var all sync.WaitGroup
		for _, login := range logins {
			all.Go(func() {
				for storm.Err() == nil {
					login()
				}
			})
		}
		beside.Merge(openLoop(b, steps).Latencies)
		stop()
		all.Wait()
	}
	reportBeside(b, alone, beside)
}

// openLoop sends at a given rate, long enough that some twenty lie above the p99.
func openLoop(b *testing.B, steps []load.Step) load.Result {
	b.Helper()
	length := 10 * time.Second
	if *settle == 0 {
		length = 200 * time.Millisecond
	}
	result, err := load.Run(b.Context(), steps, load.Plan{Warmup: length / 20, Time: length, Rate: openRate})
	check(b, err)
	if result.Refused > 0 {
		b.Fatal(result.Refusal)
	}
	return result
}

func reportBeside(b *testing.B, alone, beside *load.Latencies) {
	b.ReportMetric(0, "ns/op") // says nothing here
	b.ReportMetric(float64(alone.At(99).Nanoseconds()), "p99-alone-ns")
	b.ReportMetric(float64(beside.At(99).Nanoseconds()), "p99-beside-ns")
}
