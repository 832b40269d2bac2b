package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"etuservices/server/bench/bare"
	"etuservices/server/bench/load"
	"etuservices/server/internal/testenv"
)

// BenchmarkCapacity gives the CPU time that each command of a student's day takes of the
// servers, their password workers, Redis and MariaDB, with one server and with several
// that have a core each; then that of the whole day mixed, which the sum of its commands
// must predict; and what one server on a core of its own answers at most.
func BenchmarkCapacity(b *testing.B) {
	c := newCapacity(b)
	c.measureRest(b)
	var day []string
	for _, use := range load.StudentDay {
		for range use.Times {
			day = append(day, use.Command)
		}
	}
	b.Run("Day", func(b *testing.B) {
		c.eachNumber(b, func(v *visitor) string { return day[v.random.IntN(len(day))] })
	})
	for _, use := range load.StudentDay {
		b.Run(use.Command, func(b *testing.B) {
			c.eachNumber(b, func(v *visitor) string { return use.Command })
		})
	}
	c.pin(b)
	for _, command := range []string{"QUOTA", "STATS"} {
		for n := 1; n <= *conns; n *= 4 {
			b.Run(fmt.Sprintf("Knee/%s/conns=%d", command, n), func(b *testing.B) {
				c.measure(b, c.visit(b, 1)[:n], func(*visitor) string { return command })
			})
		}
	}
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

// eachNumber has visitors repeat what next gives, on one server and on several.
func (c *capacity) eachNumber(b *testing.B, next func(*visitor) string) {
	for n := 1; n <= mostServers; n++ {
		b.Run(fmt.Sprintf("servers=%d", n), func(b *testing.B) { c.measure(b, c.visit(b, n), next) })
	}
}

func (c *capacity) measure(b *testing.B, visitors []*visitor, next func(*visitor) string) {
	c.place.restock(b, b.N+len(visitors))
	steps := each(visitors, func(_ int, v *visitor) load.Step {
		return func() (int, error) { return 1, v.do(next(v)) }
	})
	before, began := c.usage(), time.Now()
	measure(b, workers, 1, steps)
	after, elapsed := c.usage(), time.Since(began).Seconds()
	for i, name := range processes {
		b.ReportMetric(max(0, after[i]-before[i]-c.atRest[i]*elapsed)/float64(b.N), name+"-ns/op")
	}
}

// visit opens a connection for each of the first users, in turn on the first n servers.
func (c *capacity) visit(b *testing.B, n int) []*visitor {
	b.Helper()
	visitors := make([]*visitor, *conns)
	for i := range visitors {
		v := &visitor{
			place: c.place, addr: c.servers[i%n].Addr(), user: c.place.users[i], token: c.tokens[i],
			random: rand.New(rand.NewPCG(uint64(i), uint64(n))), //nolint:gosec // a mix, not a secret
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
