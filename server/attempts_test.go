package main

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// guess tries a password on a connection of its own.
func guess(t testing.TB, from, addr, name, word string) reply {
	t.Helper()
	c, _ := dialFrom(t, from, addr)
	defer c.nc.Close()
	return c.Do("AUTH %s %s", name, word)
}

// wantGuess wants n such guesses to be answered with a word.
func wantGuess(t testing.TB, from, addr, name, word string, n int, want string) (last reply) {
	t.Helper()
	for i := range n {
		if last = guess(t, from, addr, name, word); last.Word != want {
			t.Fatalf("guess %d of %d of %s from %s: %s, want %s", i+1, n, name, from, last.Line, want)
		}
	}
	return last
}

// TestFailuresOfAPair: an address has so many guesses at an account a
// minute, over all instances; what is right counts nothing, and neither another
// address nor another account is shut out.
func TestFailuresOfAPair(t *testing.T) {
	t.Parallel()
	_, servers, _ := pair(t, nobodyExempt, "--failures-minute", "4")
	register(t, servers[0].Addr, "alice", "bob")
	const here, there = "127.0.0.2", "127.0.0.3"
	wantGuess(t, here, servers[0].Addr, "alice", "mauvais-mot", 2, "ECHEC")
	wantGuess(t, here, servers[1].Addr, "Alice", "mauvais-mot", 1, "ECHEC")
	wantGuess(t, here, servers[0].Addr, "alice", password, 2, "PASSOK") // n-1: still let in
	wantGuess(t, here, servers[1].Addr, "ALICE", "mauvais-mot", 1, "ECHEC")
	for _, server := range servers {
		for _, word := range []string{"mauvais-mot", password} {
			r := wantGuess(t, here, server.Addr, "alice", word, 1, "DEBIT")
			if after := r.Fields.Int("apres"); after < 1 || after > 60 {
				t.Errorf("%s", r.Line)
			}
		}
	}
	wantGuess(t, there, servers[0].Addr, "alice", password, 1, "PASSOK")
	wantGuess(t, here, servers[1].Addr, "bob", password, 1, "PASSOK")
	// Who does not exist is limited like who does.
	wantGuess(t, here, servers[0].Addr, "personne", "mauvais-mot", 4, "ECHEC")
	wantGuess(t, here, servers[1].Addr, "personne", "mauvais-mot", 1, "DEBIT")
}

// TestFailuresOfADay: beyond so many a day, each guess of an address at an account
// waits, and none is refused: the owner, behind the same address, is let in.
func TestFailuresOfADay(t *testing.T) {
	t.Parallel()
	const delay = 3 * time.Second // far above what a busy machine takes
	server := start(t, testenv.Embedded(t), nobodyExempt, "--failures-day", "3", "--failures-minute", "1000", "--failure-delay-max", delay.String())
	register(t, server.Addr, "alice", "bob")
	const here, there = "127.0.0.2", "127.0.0.3"
	timed := func(from, name, word, want string) time.Duration {
		t.Helper()
		began := time.Now()
		wantGuess(t, from, server.Addr, name, word, 1, want)
		return time.Since(began)
	}
	wantGuess(t, here, server.Addr, "alice", "mauvais-mot", 3, "ECHEC")
	for range 2 {
		if took := timed(here, "alice", "mauvais-mot", "ECHEC"); took < delay {
			t.Errorf("one more waited %v", took)
		}
	}
	if took := timed(here, "alice", password, "PASSOK"); took < delay {
		t.Errorf("whoever it is waits, not %v", took)
	}
	for _, other := range [][2]string{{there, "alice"}, {here, "bob"}} {
		if took := timed(other[0], other[1], password, "PASSOK"); took >= delay {
			t.Errorf("%v waited %v", other, took)
		}
	}
}

// TestFailuresTellNobodysAddress: a login that is guessed much shows neither by a
// delay nor by a refusal which e-mail address is its.
func TestFailuresTellNobodysAddress(t *testing.T) {
	t.Parallel()
	const delay = 5 * time.Second // far above what a busy machine takes
	server := start(t, testenv.Embedded(t), nobodyExempt, "--failures-account", "3", "--failures-day", "3", "--failures-minute", "5",
		"--failure-delay", delay.String(), "--failure-delay-max", delay.String())
	register(t, server.Addr, "alice", "bob")
	const here = "127.0.0.2"
	wantGuess(t, here, server.Addr, "alice", "mauvais-mot", 5, "ECHEC")
	wantGuess(t, here, server.Addr, "alice", "mauvais-mot", 1, "DEBIT")
	for _, name := range []string{"alice@univ.fr", "ALICE@univ.fr", "bob@univ.fr", "personne@univ.fr", "personne"} {
		began := time.Now()
		wantGuess(t, here, server.Addr, name, "mauvais-mot", 1, "ECHEC")
		if took := time.Since(began); took >= delay {
			t.Errorf("%s waited %v", name, took)
		}
	}
}

// TestWhatWasTypedIsNoKey: who types the password in the place of the login leaves
// no digest of it that could be tried against, and none that another installation
// has too.
func TestWhatWasTypedIsNoKey(t *testing.T) {
	t.Parallel()
	const typed = "mypassword"
	digests := []string{typed}
	for _, sum := range []hash.Hash{md5.New(), sha1.New(), sha256.New(), sha512.New()} {
		sum.Write([]byte(typed))
		digests = append(digests, hex.EncodeToString(sum.Sum(nil))[:12], base64.StdEncoding.EncodeToString(sum.Sum(nil))[:12])
	}
	keysOf := func() []string {
		env := testenv.Real(t)
		server := start(t, env, nobodyExempt)
		wantGuess(t, "127.0.0.2", server.Addr, typed, "alice", 1, "ECHEC")
		keys, err := env.Open(t).Redis.DB0.Keys(t.Context(), "etu:{echecs}:*").Result()
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range keys {
			for _, digest := range digests {
				if strings.Contains(key, digest) {
					t.Errorf("%s holds %s", key, digest)
				}
			}
		}
		return slices.DeleteFunc(keys, func(key string) bool { return !strings.Contains(key, ":compte:") })
	}
	one, other := keysOf(), keysOf()
	if len(one) != 1 || len(other) != 1 || one[0] == other[0] {
		t.Errorf("%v and %v", one, other)
	}
}

// TestOwnerIsNotBehindACrowd: however many guesses of one address stand in line,
// somebody else's password is looked at in the next round.
func TestOwnerIsNotBehindACrowd(t *testing.T) {
	t.Parallel()
	in := openInside(t, testenv.Embedded(t))
	h, addr := in.run(t, nobodyExempt, "--failures-minute", "1000", "--failures-address", "100000", "--failures-account", "1000")
	register(t, addr, "alice")
	free := holdLine(t, h.Accounts.Hasher)
	defer free()
	const crowd = 60
	var answered atomic.Int64
	var all sync.WaitGroup
	defer all.Wait()
	for range crowd {
		c, _ := dialFrom(t, "127.0.0.2", addr)
		reply := c.later("AUTH alice mauvais-mot")
		all.Go(func() {
			reply()
			answered.Add(1)
		})
	}
	reached(t, h.Accounts.Hasher, crowd)
	c, _ := dialFrom(t, "127.0.0.3", addr)
	reply := c.later("AUTH alice un-autre-mot")
	reached(t, h.Accounts.Hasher, crowd+1)
	free()
	if r := reply(); r.Code() != protocol.ECHEC || answered.Load() > crowd/2 {
		t.Errorf("%s, after %d others", r.Line, answered.Load())
	}
}

// TestFailuresOfAnAddress: one guess at each of many accounts is
// bounded too; trusted networks are not.
func TestFailuresOfAnAddress(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--exempt-nets=127.0.0.9", "--failures-address", "4")
	register(t, server.Addr, "alice")
	for _, name := range []string{"alice", "bob", "carl", "dora"} {
		wantGuess(t, "127.0.0.2", server.Addr, name, "mauvais-mot", 1, "ECHEC")
	}
	wantGuess(t, "127.0.0.2", server.Addr, "emma", "mauvais-mot", 1, "DEBIT")
	wantGuess(t, "127.0.0.3", server.Addr, "alice", password, 1, "PASSOK")
	for _, name := range []string{"a1", "a2", "a3", "a4", "a5", "a6"} {
		wantGuess(t, "127.0.0.9", server.Addr, name, "mauvais-mot", 1, "ECHEC")
	}
}

// TestRegistrationsOfAnAddress: a script opens no second quota; trusted
// networks are not limited.
func TestRegistrationsOfAnAddress(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), "--exempt-nets=127.0.0.9", "--registrations", "3")
	from := func(ip, name, want string) {
		t.Helper()
		c, _ := dialFrom(t, ip, server.Addr)
		if r := c.Do("INSCRIPTION %[1]s %[1]s@univ.fr P N %[2]s", name, password); r.Word != want {
			t.Errorf("%s from %s: %s, want %s", name, ip, r.Line, want)
		}
	}
	for _, name := range []string{"alice", "bob", "carl"} {
		from("127.0.0.2", name, "INSCRIPTION")
	}
	from("127.0.0.2", "dora", "DEBIT")
	from("127.0.0.3", "dora", "INSCRIPTION")
	for _, name := range []string{"emma", "fred", "gina", "hugo", "ines"} {
		from("127.0.0.9", name, "INSCRIPTION")
	}
}

// TestMuchGuessedAccount: from wherever the guesses come, each further
// group of them waits longer; nobody is locked out, and others wait for nothing.
func TestMuchGuessedAccount(t *testing.T) {
	t.Parallel()
	const delay = 3 * time.Second // far above what a busy machine takes
	server := start(t, testenv.Embedded(t), "--failures-account", "3", "--failure-delay", delay.String(), "--failure-delay-max", delay.String())
	register(t, server.Addr, "alice", "bob")
	timed := func(name, word, want string) time.Duration {
		t.Helper()
		began := time.Now()
		if r := guess(t, "127.0.0.2", server.Addr, name, word); r.Word != want {
			t.Errorf("%s", r.Line)
		}
		return time.Since(began)
	}
	for i := range 3 {
		if took := timed("alice", "mauvais-mot", "ECHEC"); took >= delay {
			t.Errorf("guess %d waited %v", i+1, took)
		}
	}
	for range 2 {
		if took := timed("alice", "mauvais-mot", "ECHEC"); took < delay {
			t.Errorf("a 4th guess waited %v", took)
		}
	}
	if took := timed("alice", password, "PASSOK"); took < delay {
		t.Errorf("whoever it is waits, not %v", took)
	}
	if took := timed("bob", password, "PASSOK"); took >= delay {
		t.Errorf("another account waited %v", took)
	}
}
