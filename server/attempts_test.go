package main

import (
	"testing"
	"time"

	"etuservices/server/testenv"
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

// TestFailuresOfAPair (T4, T12): an address has so many guesses at an account a
// minute, over all instances; what is right counts nothing, and neither another
// address nor another account is shut out.
func TestFailuresOfAPair(t *testing.T) {
	t.Parallel()
	_, servers, _ := pair(t, nobodyExempt, "--failures-minute", "4")
	register(t, servers[0].Addr, "alice", "bob")
	const here, there = "127.0.0.2", "127.0.0.3"
	wantGuess(t, here, servers[0].Addr, "alice", "mauvais-mot", 2, "ECHEC")
	wantGuess(t, here, servers[1].Addr, "alice@univ.fr", "mauvais-mot", 1, "ECHEC")
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

// TestFailuresOfADay (T4): those who are patient have so many a day.
func TestFailuresOfADay(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t), nobodyExempt, "--failures-day", "3")
	register(t, server.Addr, "alice")
	wantGuess(t, "127.0.0.2", server.Addr, "alice", "mauvais-mot", 3, "ECHEC")
	r := wantGuess(t, "127.0.0.2", server.Addr, "alice", "mauvais-mot", 1, "DEBIT")
	if after := r.Fields.Int("apres"); after < 23*3600 || after > 24*3600 {
		t.Errorf("%s", r.Line)
	}
	wantGuess(t, "127.0.0.3", server.Addr, "alice", password, 1, "PASSOK")
}

// TestFailuresOfAnAddress (T4, T12): one guess at each of many accounts is
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

// TestRegistrationsOfAnAddress (T4): a script opens no second quota; trusted
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

// TestMuchGuessedAccount (T4): from wherever the guesses come, each further
// group of them waits longer; nobody is locked out, and others wait for nothing.
func TestMuchGuessedAccount(t *testing.T) {
	t.Parallel()
	const delay = time.Second
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
