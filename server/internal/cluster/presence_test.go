package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// silent is a connection that takes what it gets.
type silent struct{}

func (silent) Send(string, func()) {}

// alone stands for the other parts of a server, of which these tests need nothing.
type alone struct{}

func (alone) Count() int64                                  { return 7 }
func (alone) EndSessions(context.Context, []string, string) {}
func (alone) Revalidate(context.Context) error              { return nil }
func (alone) PendingNotices(context.Context, ...int64) ([]Notice, error) {
	return nil, nil
}
func (alone) AckNotice(int64)              {}
func (alone) Report() string               { return "1 2 3" }
func (alone) ReceiveFeed(string, int, int) {}

func alive() bool { return false }

func newHub(stores *store.Stores, name string) *Hub {
	return New(Options{
		DB: stores.Redis.DB0, Channel: stores.Redis.Channel(), Instance: name, Health: &store.Health{},
		Sockets: alone{}, Registry: alone{}, Notices: alone{}, Local: alone{}, Log: slog.New(slog.DiscardHandler),
	})
}

// Whoever comes, goes, and whatever Redis forgets, after a beat it holds exactly
// who is there: told by differences, and whole where it must be.
func TestPresenceIsExact(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stores := env.Open(t)
		hubs := []*Hub{newHub(stores, "un"), newHub(stores, "deux")}
		type seat struct {
			h *Hub
			m *Subscriber
		}
		var seats []seat
		random := rand.New(rand.NewPCG(1, 2))
		beats := 0
		for step := range 600 {
			switch n := random.IntN(100); {
			case n < 45:
				h := hubs[random.IntN(2)]
				id := random.Int64N(12)
				m := h.Join(User{ID: id, Login: fmt.Sprint("l", id), Address: "192.0.2.1", Since: time.UnixMilli(1)}, silent{}, alive)
				seats = append(seats, seat{h, m})
			case n < 85 && len(seats) > 0:
				i := random.IntN(len(seats))
				seats[i].h.Leave(seats[i].m)
				seats[i].h.Leave(seats[i].m) // twice does nothing
				seats = append(seats[:i], seats[i+1:]...)
			case n < 88:
				if err := stores.Redis.DB0.FlushAll(t.Context()).Err(); err != nil {
					t.Fatal(err)
				}
			case n < 90: // a key is evicted
				keys := hubs[0].keys()
				if err := stores.Redis.DB0.Del(t.Context(), keys[1+random.IntN(4)]).Err(); err != nil {
					t.Fatal(err)
				}
			default:
				beats++
				for _, h := range hubs {
					if _, err := h.heartbeat(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				s, err := hubs[0].ReadSnapshot(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				logins := map[string]bool{}
				for _, x := range seats {
					logins[x.m.Login] = true
				}
				all, err := hubs[1].Sessions(t.Context())
				if err != nil || len(all) != len(seats) || s.Users != len(logins) || s.Servers() != 2 || s.Sockets() != 14 {
					t.Fatalf("step %d: %d sessions, %d users, %d servers, want %d, %d, 2 (%v)",
						step, len(all), s.Users, s.Servers(), len(seats), len(logins), err)
				}
			}
		}
		if beats < 20 {
			t.Errorf("only %d beats", beats)
		}
	})
}

// All keys of presence end by themselves.
func TestPresenceEnds(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stores := env.Open(t)
		h := newHub(stores, "un")
		h.Join(User{ID: 1, Login: "alice", Address: "192.0.2.1"}, silent{}, alive)
		if _, err := h.heartbeat(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, key := range h.keys() {
			if ttl := stores.Redis.DB0.PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > keyLife {
				t.Errorf("%s ends in %v", key, ttl)
			}
		}
		h.depart(context.Background())
		s, err := newHub(stores, "deux").ReadSnapshot(t.Context())
		if err != nil || s.Servers() != 1 {
			t.Errorf("%v, %v", s, err)
		}
	})
}

// The users of a process that died, stopped or stood still leave the count with it, and
// those who are on another one too stay.
func TestUsersLeaveWithTheirProcess(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		stores := env.Open(t)
		first, second := newHub(stores, "un"), newHub(stores, "deux")
		join := func(h *Hub, id int64) {
			h.Join(User{ID: id, Login: fmt.Sprint("l", id), Address: "192.0.2.1"}, silent{}, alive)
		}
		want := func(when string, users int) {
			t.Helper()
			if s, err := first.ReadSnapshot(t.Context()); err != nil || s.Users != users {
				t.Errorf("%s: %v users, want %d (%v)", when, s.Users, users, err)
			}
		}
		beat := func(h *Hub) {
			t.Helper()
			if _, err := h.heartbeat(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		join(first, 1)
		join(second, 1)
		join(second, 2)
		beat(second)
		want("both live", 2)
		last := redis.Z{Score: float64(time.Now().Add(-life - time.Second).UnixMilli()), Member: second.proc}
		if err := stores.Redis.DB0.ZAdd(t.Context(), keyProcs, last).Err(); err != nil {
			t.Fatal(err)
		}
		want("the second stands still", 1)
		join(second, 3)
		beat(second)
		want("the second goes on", 3)
		second.depart(t.Context())
		want("the second stopped", 1)
	})
}

// However many ask, Redis is read once a second.
func TestOneReadingHoweverManyAsk(t *testing.T) {
	t.Parallel()
	h := newHub(testenv.Embedded(t).Open(t), "un")
	first, err := h.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.reading.at = time.Now().Add(time.Hour) // fresh, however slow the machine
	for range 1000 {
		if s, err := h.Snapshot(t.Context()); err != nil || s != first {
			t.Fatalf("another reading (%v)", err)
		}
	}
	h.reading.at = time.Now().Add(-2 * fresh)
	if s, _ := h.Snapshot(t.Context()); s == first {
		t.Error("an old reading")
	}
}

// What a process reports comes back, whatever an instance of another version adds.
func TestProcessRoundTrip(t *testing.T) {
	t.Parallel()
	p := Process{Instance: "un", Age: time.Hour, Sockets: 3, Report: "2 12 34"}
	if got := parseProcess("un", p.encode()); got != p {
		t.Errorf("%+v", got)
	}
	if got := parseProcess("un", "1 2"); got.Age != 1 || got.Sockets != 2 || got.Report != "" {
		t.Errorf("%+v", got) // of an instance that reports less
	}
}
