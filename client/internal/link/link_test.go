package link

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"etuservices/client/internal/link/linktest"
	"etuservices/protocol"
)

const pong = "+OK PONG"

// open starts a link, whose events are dropped where opt does not want them.
func open(t *testing.T, opt Options) *Link {
	t.Helper()
	if opt.OnEvent == nil {
		opt.OnEvent = func(Event) {}
	}
	l := Open(context.Background(), opt)
	t.Cleanup(func() { _ = l.Close() })
	return l
}

func echo(c *linktest.Conn) {
	c.Say(linktest.Greeting)
	c.Answer(func(r string) []string {
		return []string{"| ligne=1 q=" + protocol.Quote(r), "! ANNONCE :entre deux", "+OK ECHO q=" + protocol.Quote(r)}
	})
}

func TestRepliesInOrderOverASocket(t *testing.T) {
	const requests = 400 // several windows full
	events := make(chan Event, 2*requests)
	l := open(t, Options{Addr: linktest.Listen(t, echo), OnEvent: func(e Event) { events <- e }})
	var all sync.WaitGroup
	for i := range requests {
		all.Go(func() {
			line := fmt.Sprintf("ARTICLES q=n%d", i)
			r, err := l.Do(t.Context(), Request{Line: line})
			if err != nil || r.Status.Fields.Get("q") != line || len(r.Rows) != 1 || len(r.Lines) != 2 {
				t.Errorf("%s: %v, %v", line, r, err)
			}
		})
	}
	all.Wait()
	if n := len(events); n != requests {
		t.Errorf("%d events", n)
	}
	if e := <-events; e.Word != "ANNONCE" || e.Text != "entre deux" {
		t.Errorf("event %v", e)
	}
}

func TestErrorByCode(t *testing.T) {
	addr := linktest.Listen(t, func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Expect("ACHAT 1", "-ERR QUOTA quota=services max=10 fenetre=600 apres=42 :Plus d'appel.")
	})
	r, err := open(t, Options{Addr: addr}).Do(t.Context(), Request{Line: "ACHAT 1"})
	var e *Error
	if !errors.As(err, &e) || e.After().Seconds() != 42 || CodeOf(fmt.Errorf("so: %w", err)) != protocol.QUOTA {
		t.Fatalf("got %v", err)
	}
	if len(r.Lines) != 1 || !strings.HasPrefix(r.Lines[0], "-ERR QUOTA ") {
		t.Errorf("lines %q", r.Lines)
	}
}

func TestLinesThatAreNone(t *testing.T) {
	l := open(t, Options{Addr: linktest.Listen(t, echo)})
	for _, line := range []string{"", "  ", "PING\nQUITTER", "PING\rPING", "A\x00", "\xff\xfb\x01", strings.Repeat("é", protocol.MaxLine/2)} {
		if _, err := l.Do(t.Context(), Request{Line: line}); !errors.Is(err, ErrLine) {
			t.Errorf("%.20q: %v", line, err)
		}
	}
}

// A reply cut at any byte: what may be repeated is, what may not is lost.
func TestCutAnywhere(t *testing.T) {
	whole := "| id=1 titre=\"a b\"\r\n! VENDU id=3\r\n| id=2\r\n+OK ARTICLES lignes=2\r\n"
	for cut := range len(whole) {
		for _, repeat := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
					c.Say(linktest.Greeting)
					c.Next()
					_, _ = c.Write([]byte(whole[:cut]))
				}, func(c *linktest.Conn) {
					c.Say(linktest.Greeting)
					if repeat {
						c.Expect("ARTICLES", strings.Split(strings.TrimSuffix(whole, "\r\n"), "\r\n")...)
					}
					c.Hold()
				})})
				r, err := l.Do(t.Context(), Request{Line: "ARTICLES", Repeat: repeat})
				switch {
				case !repeat && !errors.Is(err, ErrLost):
					t.Errorf("cut at %d: %v", cut, err)
				case repeat && (err != nil || len(r.Rows) != 2):
					t.Errorf("cut at %d: %v, %v", cut, r, err)
				}
			})
		}
	}
}

func TestOtherProtocols(t *testing.T) {
	long := "| a=" + strings.Repeat("x", maxLine)
	for name, first := range map[string]string{
		"ssh": "SSH-2.0-OpenSSH_9.6", "http": "HTTP/1.1 400 Bad Request", "empty": "",
		"binary": "\x16\x03\x01\x00\xff", "other": "+OK POP3 ready", "version": "+OK ETUSERVICES proto=2 serveur=x",
		"event": "! ANNONCE :a", "long": long,
	} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) { c.Say(first); c.Hold() }), Once: true})
			if _, err := l.Do(t.Context(), Request{Line: "PING"}); !errors.Is(err, ErrProtocol) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestGarbageInAnAnswer(t *testing.T) {
	for name, answer := range map[string]string{
		"words": "bonjour", "row": "| a", "fields": "+OK PONG a=\"b", "nothing": "",
		"long": "| a=" + strings.Repeat("x", maxLine), "two": pong + "\r\n" + pong,
	} {
		synctest.Test(t, func(t *testing.T) {
			l := open(t, Options{Dial: linktest.Pipe(t, func(c *linktest.Conn) {
				c.Say(linktest.Greeting)
				c.Expect("PING", answer)
				c.Hold()
			}, linktest.Refuse)})
			_, err := l.Do(t.Context(), Request{Line: "PING", Repeat: true})
			if name == "two" {
				synctest.Wait()
				err = l.State().Err
			}
			if !errors.Is(err, ErrProtocol) {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

func TestOnceEndsWithTheReason(t *testing.T) {
	l := open(t, Options{Dial: func(context.Context) (net.Conn, error) { return nil, linktest.ErrRefused }, Once: true})
	_, err := l.Do(t.Context(), Request{Line: "PING"})
	if !errors.Is(err, ErrClosed) || !errors.Is(err, ErrUnreachable) || !errors.Is(err, linktest.ErrRefused) {
		t.Error(err)
	}
	_ = l.Close()
	if s := l.State(); s.Phase != Closed || !errors.Is(s.Err, ErrUnreachable) {
		t.Error(s)
	}
}

func TestGivenUpWaiting(t *testing.T) {
	asked, gone := make(chan bool), make(chan bool)
	l := open(t, Options{Addr: linktest.Listen(t, func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		c.Expect("QUI")
		asked <- true
		<-gone
		c.Say("+OK QUI login=a")
		c.Expect("NB", "+OK NB connexions=1")
		c.Hold()
	})})
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-asked; cancel() }()
	if _, err := l.Do(ctx, Request{Line: "QUI"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(gone)
	if r, err := l.Do(t.Context(), Request{Line: "NB"}); err != nil || r.Status.Word != "NB" {
		t.Errorf("the next one got %v, %v", r, err)
	}
}

// Whatever a server says, a request ends, with a reply or a typed error.
func FuzzServer(f *testing.F) {
	for _, s := range []string{
		pong + "\r\n", "| a=1\r\n+OK X\n", "-ERR EC :x\r\n", "! ARRET apres=0\r\n" + pong + "\r\n", "+OK",
		"-ERR INACTIF\r\n", "\xff\xfb\x01", "| a=\"\\\r\n", "! A\r\n! B\r\n",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, said []byte) {
		l := open(t, Options{Once: true, Dial: linktest.Pipe(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			c.Next()
			go c.Hold() // read on: a pipe has no buffer
			_, _ = c.Write(said)
		})})
		_, err := l.Do(t.Context(), Request{Line: "PING"})
		var e *Error
		known := err == nil || errors.As(err, &e) || errors.Is(err, ErrClosed) || errors.Is(err, ErrLost)
		if !known {
			t.Errorf("%q: %v", said, err)
		}
	})
}

// A reply has its bounds in fields and in bytes: a server beyond them is none.
func TestReplyIsBounded(t *testing.T) {
	t.Parallel()
	for name, reply := range map[string]func(c *linktest.Conn){
		"fields": func(c *linktest.Conn) { c.Say("| " + strings.Repeat("a=b ", 4000)) },
		"bytes": func(c *linktest.Conn) {
			row := "| a=" + strings.Repeat("x", 10_000)
			for range 19_000 {
				if _, err := c.Write([]byte(row + "\r\n")); err != nil {
					return
				}
			}
			c.Say("+OK ECHO")
		},
	} {
		l := open(t, Options{Once: true, Addr: linktest.Listen(t, func(c *linktest.Conn) {
			c.Say(linktest.Greeting)
			c.Next()
			reply(c)
		})})
		if _, err := l.Do(t.Context(), Request{Line: "PING"}); !errors.Is(err, ErrProtocol) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
