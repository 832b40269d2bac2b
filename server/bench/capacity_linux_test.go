package main

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/internal/testenv"
)

// BenchmarkCapacity gives the CPU time that each command of a student's day takes of a
// server on one core, its password worker, Redis and MariaDB: asked one at a time, where
// Redis is woken for each, and four at a time, where MariaDB's threads share its caches.
// Then that of the whole day mixed, asked by many of one server and of several, which the
// sum of its commands must predict. Where many ask the same the server sends several in
// one: the last rows are QUOTA from many, and how much of that one server on a core of its
// own answers at most.
func BenchmarkCapacity(b *testing.B) {
	c := newCapacity(b)
	c.measureRest(b)
	for n := 1; n <= mostServers; n++ {
		b.Run(fmt.Sprintf("Day/servers=%d", n), func(b *testing.B) { c.visits(b, *conns, n, shuffledDay()) })
	}
	for _, use := range load.StudentDay {
		always := func() string { return use.Command }
		for _, n := range []int{1, 4} {
			b.Run(fmt.Sprintf("%s/conns=%d", use.Command, n), func(b *testing.B) { c.visits(b, n, 1, always) })
		}
	}
	b.Run("Crowd", func(b *testing.B) { c.crowd(b, *conns) })
	c.pin(b)
	for n := 1; n <= *conns; n *= 4 {
		b.Run(fmt.Sprintf("Knee/conns=%d", n), func(b *testing.B) { c.crowd(b, n) })
	}
}

// shuffledDay gives the commands of a student's day in a random order, day after day, so
// that each comes as often as it must: two in 411 are logins, which cost the most.
func shuffledDay() func() string {
	var day []string
	for _, use := range load.StudentDay {
		day = append(day, slices.Repeat([]string{use.Command}, use.Times)...)
	}
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a mix, not a secret
	random.Shuffle(len(day), func(i, j int) { day[i], day[j] = day[j], day[i] })
	var given atomic.Int64
	return func() string { return day[int(given.Add(1))%len(day)] }
}

// mostServers run at once.
const mostServers = 3

// capacity is a place with servers that may use one core each.
type capacity struct {
	place   *place
	servers []*testenv.Process
	tokens  []string
	atRest  usage // in a second in which nobody asks for anything
}

func newCapacity(b *testing.B) *capacity {
	c := &capacity{place: newPlace(b, testenv.RealTCP(b), max(*users, 2**conns))}
	for range mostServers {
		c.servers = append(c.servers, startServer(b, c.place.env, callRule, "GOMAXPROCS=1"))
	}
	c.tokens = c.place.tokens(b, c.place.users[:*conns])
	return c
}

// processes are those whose CPU time is counted.
var processes = [...]string{"server", "worker", "redis", "mariadb"}

// usage is CPU time, in nanoseconds, in the order of processes.
type usage [len(processes)]float64

func (c *capacity) usage() (u usage) {
	for _, s := range c.servers {
		u[0] += float64(testenv.CPUTime(s.Pid()))
		for _, worker := range testenv.Children(s.Pid()) {
			u[1] += float64(testenv.CPUTime(worker))
		}
	}
	u[2] = float64(testenv.CPUTime(c.place.env.Redis().Pid()))
	u[3] = float64(testenv.CPUTime(c.place.env.MariaDB().Pid()))
	return u
}

// measureRest measures what servers take that nobody asks for anything: they beat, and
// compare their boards with the ledger.
func (c *capacity) measureRest(b *testing.B) {
	before := c.usage()
	time.Sleep(*settle)
	after := c.usage()
	b.Run(fmt.Sprintf("Rest/servers=%d", mostServers), func(b *testing.B) {
		b.ReportMetric(0, "ns/op") // says nothing here
		for i, name := range processes {
			c.atRest[i] = (after[i] - before[i]) / max(settle.Seconds(), 1)
			b.ReportMetric(c.atRest[i], name+"-ns/s")
		}
	})
}

// visits has visitors of the first servers do what next gives.
func (c *capacity) visits(b *testing.B, visitors, servers int, next func() string) {
	c.place.restock(b, b.N+visitors)
	c.measure(b, 1, each(c.visit(b, visitors, servers), func(_ int, v *visitor) load.Step {
		return func() (int, error) { return 1, v.do(next()) }
	}))
}

// crowd has visitors of the first server ask for their quotas, four times in one sending:
// so the server is at its limit before those who ask are.
func (c *capacity) crowd(b *testing.B, visitors int) {
	const depth = 4
	request := bytes.Repeat([]byte("QUOTA\r\n"), depth)
	c.measure(b, depth, each(c.visit(b, visitors, 1), func(_ int, v *visitor) load.Step {
		return func() (int, error) { return depth, v.conn.Ask(request, depth) }
	}))
}

func (c *capacity) measure(b *testing.B, depth int, steps []load.Step) {
	before, began := c.usage(), time.Now()
	measure(b, workers, depth, steps)
	after, elapsed := c.usage(), time.Since(began).Seconds()
	for i, name := range processes {
		b.ReportMetric(max(0, after[i]-before[i]-c.atRest[i]*elapsed)/float64(b.N), name+"-ns/op")
	}
}

// visit opens a connection for each of the first users, in turn on the first servers.
func (c *capacity) visit(b *testing.B, users, servers int) []*visitor {
	b.Helper()
	visitors := make([]*visitor, users)
	for i := range visitors {
		v := &visitor{
			place: c.place, addr: c.servers[i%servers].Addr(), user: c.place.users[i], token: c.tokens[i],
			random: rand.New(rand.NewPCG(uint64(i), uint64(servers))), //nolint:gosec // a mix, not a secret
		}
		var err error
		v.conn, err = load.Dial(v.addr)
		check(b, err)
		b.Cleanup(func() { _ = v.conn.Close() })
		check(b, v.ask("REPRENDRE "+v.token))
		visitors[i] = v
	}
	return visitors
}

// visitor is a student with a connection.
type visitor struct {
	place  *place
	addr   string
	user   bare.User
	token  string
	conn   *load.Conn
	random *rand.Rand
	titles int
}

func (v *visitor) ask(request string) error { return v.conn.Ask([]byte(request+"\r\n"), 1) }

func (v *visitor) do(command string) error {
	switch command {
	case load.Login:
		return v.arrive(authLine(v.user))
	case load.Resume:
		return v.arrive("REPRENDRE " + v.token)
	case load.Search: // an eighth of what was there from the beginning
		return v.ask("ARTICLES q=miserables")
	case "ARTICLE":
		return v.ask("ARTICLE " + strconv.Itoa(1+v.random.IntN(len(v.place.users))))
	case "VENTE":
		v.titles++
		return v.ask(fmt.Sprintf("VENTE livre 4.50 Réseaux, tome %d", v.titles))
	case "ACHAT":
		id, err := v.place.article()
		if err != nil {
			return err
		}
		return v.ask("ACHAT " + strconv.FormatInt(id, 10))
	default:
		return v.ask(command)
	}
}

// arrive connects, sends a request and leaves.
func (v *visitor) arrive(request string) error {
	c, err := load.Dial(v.addr)
	if err != nil {
		return err
	}
	defer c.Close()
	return c.Ask([]byte(request+"\r\n"), 1)
}

// pin leaves one server, on the last core, and everything else to the others, so that
// only the server is at its limit.
func (c *capacity) pin(b *testing.B) {
	for _, s := range c.servers[1:] {
		s.Stop(b)
	}
	c.servers = c.servers[:1]
	var all, others, last unix.CPUSet
	check(b, unix.SchedGetaffinity(0, &all))
	for core, left := 0, all.Count(); left > 0; core++ {
		switch {
		case !all.IsSet(core):
			continue
		case left == 1:
			last.Set(core)
		default:
			others.Set(core)
		}
		left--
	}
	if others.Count() == 0 {
		b.Skip("it needs two cores")
	}
	setAffinity(b, c.servers[0].Pid(), last)
	for _, pid := range []int{os.Getpid(), c.place.env.Redis().Pid(), c.place.env.MariaDB().Pid()} {
		setAffinity(b, pid, others)
	}
	b.Cleanup(func() { setAffinity(b, os.Getpid(), all) })
}

// setAffinity sets where all threads of a process run; new ones inherit it.
func setAffinity(b *testing.B, pid int, cores unix.CPUSet) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", pid))
	check(b, err)
	for _, task := range tasks {
		tid, err := strconv.Atoi(filepath.Base(task))
		check(b, err)
		_ = unix.SchedSetaffinity(tid, &cores) // the thread may have ended
	}
}
