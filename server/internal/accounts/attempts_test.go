package accounts

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// TestAttemptsInLine: those who stand in line for their password have not
// failed. A classroom that logs in at once is let in, however few failures an
// address may have; and of those who guess wrong at once, exactly so many are
// answered.
func TestAttemptsInLine(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		const students, failures = 12, 3
		a := open(t, env.Open(t), life)
		for i := range students {
			enter(t, a, fmt.Sprint("e", i))
		}
		a.Attempts.PairMinute, a.Attempts.PairDay, a.Attempts.Address = failures, failures, failures
		a.preAuth = make(chan struct{}, students)
		class := Origin{Address: "192.0.2.1"}
		// all gives how many were let in, wrong and refused, of those who came
		// while the line stood still.
		all := func(password string) (in, wrong, refused int) {
			t.Helper()
			free := holdHashers(t, a)
			var mu sync.Mutex
			var everybody sync.WaitGroup
			for i := range students {
				everybody.Go(func() {
					_, err := a.Login(t.Context(), fmt.Sprint("e", i), password, class)
					var many *TooMany
					mu.Lock()
					defer mu.Unlock()
					switch {
					case err == nil:
						in++
					case errors.Is(err, ErrWrong):
						wrong++
					case errors.As(err, &many) && many.After > 0 && many.After <= time.Minute:
						refused++
					default:
						t.Error(err)
					}
				})
			}
			testenv.WaitFor(t, 30*time.Second, "they stand in line", func() bool {
				n, err := a.Stores.Redis.DB0.Keys(t.Context(), "etu:{echecs}:compte:*").Result()
				return err == nil && len(n) == students
			})
			free()
			everybody.Wait()
			return in, wrong, refused
		}
		if in, wrong, refused := all("motdepasse"); in != students {
			t.Errorf("a class at once: %d in, %d wrong, %d refused", in, wrong, refused)
		}
		if in, wrong, refused := all("mauvais-mot"); wrong != failures || refused != students-failures {
			t.Errorf("guesses at once: %d in, %d wrong, %d refused", in, wrong, refused)
		}
	})
}

// holdHashers keeps every hasher until free is called.
func holdHashers(t *testing.T, a *Accounts) (free func()) {
	t.Helper()
	held := make(chan struct{})
	release := make(chan struct{})
	var all sync.WaitGroup
	for range max(1, runtime.GOMAXPROCS(0)-1) { // as many hash at once
		all.Go(func() {
			if err := a.Hasher.Turn(t.Context(), "", func() error { held <- struct{}{}; <-release; return nil }); err != nil {
				t.Error(err)
			}
		})
		<-held
	}
	return func() { close(release); all.Wait() }
}

// TestAddressesOfOneSubscriberAreOne: who has an IPv6 /64 has one address, for
// guesses and for registrations; a neighbour has another.
func TestAddressesOfOneSubscriberAreOne(t *testing.T) {
	t.Parallel()
	a := open(t, testenv.Embedded(t).Open(t), life)
	enter(t, a, "alice")
	a.Attempts.PairMinute, a.Attempts.PairDay, a.Attempts.Address, a.Attempts.Registration = 3, 100, 5, 2
	from := func(n int) Origin { return Origin{Address: fmt.Sprintf("2001:db8:0:1:%x::%x", n, n*n)} }
	neighbour := Origin{Address: "2001:db8:0:2::1"}
	var many *TooMany
	for i := range 6 {
		_, err := a.Login(t.Context(), "alice", "mauvais-mot", from(i+1))
		if want := i >= 3; errors.As(err, &many) != want || !want && !errors.Is(err, ErrWrong) {
			t.Errorf("guess %d: %v", i+1, err)
		}
	}
	for i, name := range []string{"bob", "carl", "dora"} {
		_, err := a.Login(t.Context(), name, "mauvais-mot", from(i+10))
		if want := i >= 2; errors.As(err, &many) != want {
			t.Errorf("another account, guess %d: %v", i+1, err)
		}
	}
	if _, err := a.Login(t.Context(), "alice", "motdepasse", neighbour); err != nil {
		t.Errorf("a neighbour: %v", err)
	}
	apply := func(name string, where Origin) error {
		_, err := a.SignUp(t.Context(), where, Registration{Password: "motdepasse", User: User{
			Login: name, Email: name + "@univ.fr", FirstName: "A", LastName: "B", Role: Student,
		}, Allowed: func(context.Context, store.Conn) error { return nil }})
		return err
	}
	for i, name := range []string{"n1", "n2", "n3"} {
		if err := apply(name, from(i+20)); errors.As(err, &many) != (i >= 2) {
			t.Errorf("account %d: %v", i+1, err)
		}
	}
	if err := apply("n4", neighbour); err != nil {
		t.Errorf("a neighbour's account: %v", err)
	}
}
