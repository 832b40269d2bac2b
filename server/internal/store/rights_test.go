package store_test

import (
	"errors"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// as gives the Env's stores to an account of Redis with these rights.
func as(t *testing.T, e *testenv.Env, rights ...string) store.Options {
	t.Helper()
	args := []any{"ACL", "SETUSER", "etu", "reset", "on", ">x"}
	for _, r := range rights {
		args = append(args, r)
	}
	if err := e.Redis().Client(t, 0).Do(t.Context(), args...).Err(); err != nil {
		t.Fatalf("%v: %v", args, err)
	}
	u, err := url.Parse(e.RedisURL)
	if err != nil {
		t.Fatal(err)
	}
	u.User = url.UserPassword("etu", "x")
	o := e.Options()
	o.RedisURL = u.String()
	return o
}

// usual are the rights that server/docs/exploiter.md gives.
var usual = []string{"~etu:*", "&etu:*", "+@all", "-@admin", "-@dangerous"}

// An account of Redis without all rights is refused at the start, with what it
// lacks and the line that gives it.
func TestOpenSaysWhichRightsAreMissing(t *testing.T) {
	t.Parallel()
	e := testenv.Real(t)
	for _, c := range []struct {
		name   string
		rights []string
		says   []string
	}{
		{"no channels", []string{"~etu:*", "resetchannels", "+@all", "-@admin", "-@dangerous"}, []string{"SUBSCRIBE", "PUBLISH"}},
		{"other channels", []string{"~etu:*", "resetchannels", "&autre:*", "+@all"}, []string{"SUBSCRIBE", "PUBLISH"}},
		{"no publishing", append(usual[:5:5], "-publish"), []string{"PUBLISH"}},
		{"no keys", []string{"&etu:*", "+@all"}, []string{"ZADD", "GET"}},
		{"other keys", []string{"~autre:*", "&etu:*", "+@all"}, []string{"ZADD", "GET"}},
		{"reading only", []string{"%R~etu:*", "&etu:*", "+@all"}, []string{"ZADD", "SET"}},
		{"no scripts", append(usual[:5:5], "-@scripting"), []string{"EVAL, EVALSHA"}},
		{"one command of a script", append(usual[:5:5], "-zmscore"), []string{"ZMSCORE"}},
		{"no clock", append(usual[:5:5], "-time"), []string{"TIME"}},
		{"no other database", append(usual[:5:5], "-select"), []string{"select"}},
	} {
		_, err := open(t, as(t, e, c.rights...))
		if !errors.Is(err, store.ErrRedisRights) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		for _, says := range append(c.says, "ACL SETUSER etu ~etu:* &etu:* +@all -@admin -@dangerous +info") {
			if !strings.Contains(err.Error(), says) {
				t.Errorf("%s: the error does not say %q: %v", c.name, says, err)
			}
		}
	}
	s, err := open(t, as(t, e, usual...))
	if err != nil {
		t.Fatalf("with the usual rights: %v", err)
	}
	_ = s.Close()
}

var (
	called  = regexp.MustCompile(`redis\.p?call\('([A-Z]+)'`)
	inSteps = regexp.MustCompile(`\d, '([A-Z]+)', KEYS`)
)

// What the probe does not try is found missing by a user.
func TestRightsCoverEveryScript(t *testing.T) {
	t.Parallel()
	probed := store.ProbedCommands()
	n := 0
	files, err := filepath.Glob("../*/*.lua")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range append(called.FindAllStringSubmatch(string(text), -1), inSteps.FindAllStringSubmatch(string(text), -1)...) {
			n++
			if !probed[m[1]] {
				t.Errorf("%s calls %s, which redisCommands does not try", file, m[1])
			}
		}
	}
	if n < 50 {
		t.Errorf("only %d calls found", n)
	}
}
