package cluster

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// silent is a connection that keeps what it is told.
type silent struct {
	lines  atomic.Int64
	feed   atomic.Int64
	states atomic.Int64
}

func (s *silent) Send(string, func()) { s.lines.Add(1) }
func (s *silent) SendFeed(_ string, n, _ int, state func(int) string) {
	s.feed.Add(int64(n))
	if state != nil {
		state(0)
		s.states.Add(1)
	}
}
func (s *silent) ClearFeed() {}

func alive() bool { return false }

func newHub(stores *store.Stores, name string) *Hub {
	return New(Options{
		DB: stores.Redis.DB0, Channel: stores.Redis.Channel(), Instance: name, Sockets: func() int64 { return 7 }, Log: slog.New(slog.DiscardHandler),
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
				m := h.Join(User{ID: id, Login: fmt.Sprint("l", id), Address: "192.0.2.1", Since: time.UnixMilli(1)}, &silent{}, alive)
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
				if err := stores.Redis.DB0.Del(t.Context(), keys[1+random.IntN(3)]).Err(); err != nil {
					t.Fatal(err)
				}
			default:
				beats++
				for _, h := range hubs {
					if _, err := h.heartbeat(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				s, err := hubs[0].read(t.Context())
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
		h.Join(User{ID: 1, Login: "alice", Address: "192.0.2.1"}, &silent{}, alive)
		if _, err := h.heartbeat(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, key := range h.keys() {
			if ttl := stores.Redis.DB0.PTTL(t.Context(), key).Val(); ttl <= 0 || ttl > keyLife {
				t.Errorf("%s ends in %v", key, ttl)
			}
		}
		h.depart(context.Background())
		s, err := newHub(stores, "deux").read(t.Context())
		if err != nil || s.Servers() != 1 {
			t.Errorf("%v, %v", s, err)
		}
	})
}

// However many ask, Redis is read once a second.
func TestOneReadingHoweverManyAsk(t *testing.T) {
	t.Parallel()
	h := newHub(testenv.Embedded(t).Open(t), "un")
	first, err := h.snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	h.reading.at = time.Now().Add(time.Hour) // fresh, however slow the machine
	for range 1000 {
		if s, err := h.snapshot(t.Context()); err != nil || s != first {
			t.Fatalf("another reading (%v)", err)
		}
	}
	h.reading.at = time.Now().Add(-2 * fresh)
	if s, _ := h.snapshot(t.Context()); s == first {
		t.Error("an old reading")
	}
}
