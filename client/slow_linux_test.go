package main

import (
	"io"
	"net"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// delayed is a line to a server that takes half of delay in each direction; it
// gives the address of its near end.
func delayed(t *testing.T, addr string, delay time.Duration) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	type part struct {
		due  time.Time
		text []byte
	}
	carry := func(to io.WriteCloser, from io.Reader) {
		under := make(chan part, 1024) // what is under way
		go func() {
			defer func() { _ = to.Close() }()
			for p := range under {
				<-time.After(time.Until(p.due))
				if _, err := to.Write(p.text); err != nil {
					return
				}
			}
		}()
		defer close(under)
		for {
			text := make([]byte, 4096)
			n, err := from.Read(text)
			if err != nil {
				return
			}
			under <- part{time.Now().Add(delay / 2), text[:n]}
		}
	}
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", addr)
			if err != nil {
				_ = near.Close()
				continue
			}
			go carry(near, far)
			go carry(far, near)
		}
	}()
	return ln.Addr().String()
}

// TestSlowLine: with a second between a request and its answer, keys that need no answer
// are shown at once, and a purchase takes one such second.
func TestSlowLine(t *testing.T) {
	t.Parallel()
	const delay = time.Second // far above what a busy machine takes for a key
	s := startServer(t)
	etu, err := exec.LookPath("etu")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	x := openTerminal(t, []string{
		"XDG_STATE_HOME=" + home, "XDG_CONFIG_HOME=" + home, "LC_ALL=C.UTF-8", "ETU_PASSWORD=motdepasse",
	}, etu, "--addr", delayed(t, s.addr, delay), "--login", "alice", "--lang", "fr")
	x.Shows("Bonjour Alice")
	x.Press("2")
	x.Shows("Âge") // the list, which home has not
	took := func(key string, shown func(screen string) bool) time.Duration {
		t.Helper()
		began := time.Now()
		x.Press(key)
		for !shown(x.tmux("capture-pane", "-p")) {
			if time.Since(began) > 4*delay {
				t.Fatalf("after %s:\n%s", key, x.tmux("capture-pane", "-p"))
			}
		}
		return time.Since(began)
	}
	contains := func(text string) func(screen string) bool {
		return func(screen string) bool { return strings.Contains(screen, text) }
	}
	for _, local := range []struct{ key, shows string }{
		{"Down", "2 sur "},
		{"F4", "Aperçu"},
		{"F3", "2 sur "},
		{"/", "▸ Chercher"},
		{"g", "│ g "},
		{"Escape", "Blouse et lunettes"},
		{"a", "Confirmer l'achat"},
	} {
		d := took(local.key, contains(local.shows))
		if t.Logf("%s: %v", local.key, d); d >= delay {
			t.Errorf("%s: its frame came after %v", local.key, d)
		}
	}
	x.Shows("● en vente")
	d := took("o", contains("est à vous"))
	if t.Logf("purchase: %v", d); d >= 2*delay {
		t.Errorf("the purchase took %v, more than one exchange", d)
	}
}
