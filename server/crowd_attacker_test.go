//go:build chaos

package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// attacker is a process of its own that attacks when it is told so.
type attacker struct {
	t    testing.TB
	name string
	in   io.Writer
	out  *bufio.Scanner
}

// launchAttacker starts one of attacks against an address.
func launchAttacker(t testing.TB, name, addr string) *attacker {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, addr)
	cmd.Env = append(os.Environ(), attackVariable+"="+name)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // which ends it
		_ = cmd.Wait()
	})
	return &attacker{t, name, in, bufio.NewScanner(out)}
}

// On begins the attack, Off ends it; what it says of itself is logged.
func (a *attacker) On()  { a.t.Helper(); a.tell("on") }
func (a *attacker) Off() { a.t.Helper(); a.tell("off") }

func (a *attacker) tell(word string) {
	a.t.Helper()
	if _, err := fmt.Fprintln(a.in, word); err != nil {
		a.t.Fatalf("%s: %v", a.name, err)
	}
	if !a.out.Scan() {
		a.t.Fatalf("%s ended", a.name)
	}
	said, failed := strings.CutPrefix(a.out.Text(), "MAL ")
	if failed {
		a.t.Fatalf("%s: %s", a.name, said)
	}
	if said != "" {
		a.t.Logf("%s: %s", a.name, said)
	}
}

// attack is one that goes on until ctx ends, and then says how it went. begun
// is called once it is at its full strength.
type attack func(ctx context.Context, addr string, begun func()) (said string, err error)

// obeying makes an attack one that is told on and off through the process's
// input, and answers each with a line.
func obeying(a attack) func(args []string) error {
	return func(args []string) error {
		answer := func(said string, err error) {
			if err != nil {
				said = "MAL " + err.Error()
			}
			fmt.Println(said)
		}
		orders := bufio.NewScanner(os.Stdin)
		for orders.Scan() { // on
			ctx, stop := context.WithCancel(context.Background())
			began, ended := make(chan struct{}), make(chan struct{})
			var said string
			var err error
			go func() {
				defer close(ended)
				said, err = a(ctx, args[0], func() { close(began) })
			}()
			select {
			case <-began:
				answer("", nil)
				orders.Scan() // off, or the end
			case <-ended:
			}
			stop()
			<-ended
			answer(said, err)
		}
		return orders.Err()
	}
}
