package transcript_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"etuservices/protocol/transcript"
)

const page = "# Le protocole\n" +
	"```transcript\nS: +OK ETUSERVICES proto=1 serveur=* :Bienvenue\nC: \nC: PING {é×3}\n```\n" +
	"```\nS: -ERR PLEIN :no dialogue\n```\n" +
	"## AUTH (UP)\n#hashtag\n```transcript\r\n" +
	"avec: bob alice\n# bob parle\n\nC: NB \nS: +OK NB connexions=* …\n@alice\nS: ! VENDU id=1\n~ 10m\nX\n```\n" +
	"texte\n```transcript\nX\n```\n"

func TestBlocks(t *testing.T) {
	const first, alice, bob = transcript.FirstConn, "alice", "bob"
	want := []transcript.Script{
		{Name: "Le protocole", Line: 3, Steps: []transcript.Step{
			{Kind: transcript.Expect, Conn: first, Text: "+OK ETUSERVICES proto=1 serveur=* :Bienvenue", Line: 3},
			{Kind: transcript.Send, Conn: first, Text: "", Line: 4},
			{Kind: transcript.Send, Conn: first, Text: "PING ééé", Line: 5},
		}},
		{Name: "AUTH (UP)", Line: 13, Accounts: []string{bob, alice}, Steps: []transcript.Step{
			{Kind: transcript.Send, Conn: bob, Text: "NB ", Line: 16},
			{Kind: transcript.Expect, Conn: bob, Text: "+OK NB connexions=* …", Line: 17},
			{Kind: transcript.Expect, Conn: alice, Text: "! VENDU id=1", Line: 19},
			{Kind: transcript.Pause, Conn: alice, Pause: 10 * time.Minute, Line: 20},
			{Kind: transcript.Closed, Conn: alice, Line: 21},
		}},
		{Name: "AUTH (UP) 2", Line: 25, Steps: []transcript.Step{{Kind: transcript.Closed, Conn: first, Line: 25}}},
	}
	got, err := transcript.Blocks([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !reflect.DeepEqual(got[i], want[i]) {
			t.Fatalf("script %d:\n got %+v\nwant %+v", i, got, want)
		}
	}
}

func TestText(t *testing.T) {
	got, err := transcript.Text("ping", []byte("C: PING\nS: +OK PONG\n"))
	want := transcript.Script{Name: "ping", Line: 1, Steps: []transcript.Step{
		{Kind: transcript.Send, Conn: transcript.FirstConn, Text: "PING", Line: 1},
		{Kind: transcript.Expect, Conn: transcript.FirstConn, Text: "+OK PONG", Line: 2},
	}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestMalformed(t *testing.T) {
	for _, txt := range []string{
		"", "# rien", "PING", "c: PING", "S: PONG", "S: +OK", "S:", "S: +OK PONG x",
		"@", "@Bob\nX", "@a b\nX", "C: PING\n@bob", "~ dix minutes", "~", "X ", "X fin",
		"avec:\nX", "avec: dave\nX", "avec: bob bob\nX", "C: PING\navec: bob\nX", "@bob\navec: bob\nX",
		"avec: bob\navec: alice\nX", "avec: bob",
	} {
		if s, err := transcript.Text("x", []byte(txt)); !errors.Is(err, transcript.ErrForm) {
			t.Errorf("%q: %+v, %v; want ErrForm", txt, s, err)
		}
		if s, err := transcript.Blocks([]byte("```transcript\n" + txt + "\n```\n")); !errors.Is(err, transcript.ErrForm) {
			t.Errorf("block %q: %+v, %v; want ErrForm", txt, s, err)
		}
	}
	for _, md := range []string{"```transcript\nX\n", "```\nX", "texte\n```transcript\nX\n ```"} {
		if s, err := transcript.Blocks([]byte(md)); !errors.Is(err, transcript.ErrForm) {
			t.Errorf("%q: %+v, %v; want ErrForm", md, s, err)
		}
	}
	if _, err := transcript.Text("x", []byte("X\n\nPING")); err == nil || !strings.Contains(err.Error(), "line 3") {
		t.Errorf("where it is: %v", err)
	}
}

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, line string
		ok            bool
	}{
		{`+OK PONG`, `+OK PONG`, true},
		{`+OK PONG`, `+OK PONG :bonjour`, true},
		{`+OK PONG :salut`, `+OK PONG`, true},
		{`+OK PONG`, `-ERR PONG`, false},
		{`+OK PONG`, `+OK PING`, false},
		{`+OK PONG`, `PONG`, false},
		{`| id=1 prix=*`, `| id=1 prix=4.50`, true},
		{`| id=1 titre=*`, `| id=1 titre="a b"`, true},
		{`| id=1 titre=a`, `| id=1 titre="a"`, true}, // the same value in another spelling
		{`| id=1 prix=*`, `| id=2 prix=4.50`, false},
		{`| id=1 prix=*`, `| prix=4.50 id=1`, false},
		{`| id=1 prix=*`, `| id=1`, false},
		{`| id=1`, `| id=1 prix=4.50`, false},
		{`| id=1 …`, `| id=1 prix=4.50`, true},
		{`| id=1 …`, `| id=1`, true},
		{`| id=1 prix=2 …`, `| id=1`, false},
		{`! STATS …`, `! STATS a=1 b=2`, true},
		{`| a=<x> b=<x>`, `| a=1 b=1`, true},
		{`| a=<x> b=<x>`, `| a=1 b=2`, false},
		{`PONG`, `+OK PONG`, false},
	} {
		err := transcript.Match(c.pattern, c.line)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, transcript.ErrMismatch) && !errors.Is(err, transcript.ErrForm) {
			t.Errorf("%s, %s: %v", c.pattern, c.line, err)
		}
	}
}

func TestVars(t *testing.T) {
	v := transcript.Vars{}
	if err := v.Match(`+OK PASSOK jeton=<jeton>`, `+OK PASSOK jeton=k7`); err != nil {
		t.Fatal(err)
	}
	if got, err := v.Expand(`REPRENDRE <jeton> <3`); err != nil || got != `REPRENDRE k7 <3` {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := v.Expand(`REPRENDRE <autre>`); !errors.Is(err, transcript.ErrForm) {
		t.Errorf("%q, %v; want ErrForm", got, err)
	}
	if err := v.Match(`+OK REPRENDRE jeton=<jeton>`, `+OK REPRENDRE jeton=k8`); !errors.Is(err, transcript.ErrMismatch) {
		t.Errorf("another token passes: %v", err)
	}
}

func TestAccounts(t *testing.T) {
	if transcript.Email("alice") != "alice@univ.fr" || transcript.FirstName("alice") != "Alice" {
		t.Errorf("%s %s", transcript.Email("alice"), transcript.FirstName("alice"))
	}
}
