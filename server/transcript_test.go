package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/protocol/transcript"
	"etuservices/server/internal/testenv"
)

// specification is where the dialogues of the protocol stand.
const specification = "../protocol/PROTOCOL.md"

// TestTranscripts replays every dialogue of the specification, and those of
// testdata, against the real server over real sockets, on both kinds of stores
// : what a person can type and read is the whole protocol.
func TestTranscripts(t *testing.T) {
	scripts := append(specified(t), ours(t)...)
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		in := openInside(t, env)
		for _, s := range scripts {
			t.Run(s.Name, func(t *testing.T) { replay(t, in, s) })
		}
	})
}

func specified(t *testing.T) []transcript.Script {
	t.Helper()
	md, err := os.ReadFile(specification)
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := transcript.Blocks(md)
	if err != nil {
		t.Fatal(err)
	}
	if len(scripts) < len(protocol.Verbs) {
		t.Errorf("%s has %d dialogues", specification, len(scripts))
	}
	return scripts
}

// ours are the dialogues of testdata, in which \xff stands for a byte.
func ours(t *testing.T) (scripts []transcript.Script) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no dialogues: %v", err)
	}
	for _, file := range files {
		txt, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		s, err := transcript.Text(strings.TrimSuffix(filepath.Base(file), ".txt"), txt)
		if err != nil {
			t.Fatal(err)
		}
		for i, step := range s.Steps {
			if step.Kind == transcript.Send {
				s.Steps[i].Text = escape.ReplaceAllStringFunc(step.Text, unescape)
			}
		}
		scripts = append(scripts, s)
	}
	return scripts
}

var escape = regexp.MustCompile(`\\x[0-9a-f]{2}`)

func unescape(s string) string {
	b, _ := strconv.ParseUint(s[2:], 16, 8) // escape has two digits there
	return string([]byte{byte(b)})
}

// actor plays the client's side of a dialogue.
type actor struct {
	t      *testing.T
	in     *inside
	addr   string
	vars   transcript.Vars
	conns  map[string]*client
	closed map[string]bool
}

func replay(t *testing.T, in *inside, s transcript.Script) {
	a := &actor{
		t: t, in: in, addr: in.Serve(t), vars: transcript.Vars{},
		conns: map[string]*client{}, closed: map[string]bool{},
	}
	for _, login := range s.Accounts {
		a.account(login)
	}
	for _, step := range s.Steps {
		if step.Kind == transcript.Pause {
			in.Pass(t, step.Pause)
			continue
		}
		if err := a.play(step); err != nil {
			t.Fatalf("line %d: %v", step.Line, err)
		}
	}
	a.nothingMore()
}

func (a *actor) conn(name string) *client {
	a.t.Helper()
	if c := a.conns[name]; c != nil {
		return c
	}
	nc, err := net.Dial("tcp", a.addr)
	if err != nil {
		a.t.Fatal(err)
	}
	c := newClient(a.t, nc)
	a.conns[name] = c
	return c
}

// account makes one of the script's header, logged in on its connection.
func (a *actor) account(login string) {
	a.t.Helper()
	for _, step := range []transcript.Step{
		{Kind: transcript.Expect, Text: "+OK ETUSERVICES …"},
		{Kind: transcript.Send, Text: fmt.Sprintf("INSCRIPTION %s %s %s %s %s", login, transcript.Email(login),
			transcript.FirstName(login), transcript.LastName, transcript.Password)},
		{Kind: transcript.Expect, Text: "+OK INSCRIPTION login=" + login},
		{Kind: transcript.Send, Text: "AUTH " + login + " " + transcript.Password},
		{Kind: transcript.Expect, Text: "+OK PASSOK …"},
	} {
		step.Conn = login
		if err := a.play(step); err != nil {
			a.t.Fatal(err)
		}
		if login == transcript.Admin { // nothing to promote before there is an account
			a.in.exec(a.t, "UPDATE utilisateurs SET role = 'admin' WHERE login = '"+login+"'")
		}
	}
}

var errOpen = errors.New("the server has not closed this connection")

func (a *actor) play(step transcript.Step) error {
	c := a.conn(step.Conn)
	switch step.Kind {
	case transcript.Send:
		text, err := a.vars.Expand(step.Text)
		if err != nil {
			return err
		}
		_, err = io.WriteString(c.nc, text+"\r\n")
		return err
	case transcript.Expect:
		got, err := c.readLine()
		if err != nil {
			return err
		}
		if protocol.HasUnprintable(got) {
			return fmt.Errorf("%w: control character in %q", transcript.ErrMismatch, got)
		}
		return a.vars.Match(step.Text, got)
	case transcript.Closed:
		a.closed[step.Conn] = true
		if got, err := c.readLine(); !errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: %q, %w", errOpen, got, err)
		}
	case transcript.Pause:
	}
	return nil
}

// nothingMore wants every connection that is left to be open, and to have said
// nothing but events behind the dialogue.
func (a *actor) nothingMore() {
	a.t.Helper()
	for name, c := range a.conns {
		if a.closed[name] {
			continue
		}
		if _, err := io.WriteString(c.nc, "PING\n"); err != nil {
			a.t.Error(err)
		}
		for {
			got, err := c.readLine()
			if err != nil || !strings.HasPrefix(got, "! ") {
				if got != "+OK PONG" {
					a.t.Errorf("%s: %q, %v behind the dialogue", name, got, err)
				}
				break
			}
		}
	}
}
