package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// followVariable makes this test binary a crowd that follows: "address token
// followers deaf period", of whom deaf never read. It works until its standard
// input ends, then says how many states it was sent.
const followVariable = "ETU_TEST_FOLLOW"

const (
	// readTurn and readTurns: each follower reads once a second, some of them
	// each turn.
	readTurn  = 10 * time.Millisecond
	readTurns = 100
	// deafBuffer is a small receive buffer, in bytes: the network holds little
	// for who does not read.
	deafBuffer = 4096
)

// A crowd shares the machine with the server that is measured, so it costs as
// little as one can: bare sockets that nothing polls, looked at in turn.
func init() {
	order := os.Getenv(followVariable)
	if order == "" {
		return
	}
	states, err := follow(order)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(states)
	os.Exit(0)
}

func follow(order string) (states int, err error) {
	var addr, token string
	var followers, deaf, period int
	if _, err := fmt.Sscan(order, &addr, &token, &followers, &deaf, &period); err != nil {
		return 0, err
	}
	fds := make([]int, followers)
	hello := fmt.Appendf(nil, "REPRENDRE %s\nSUIVRE periode=%d\n", token, period)
	for i := range fds {
		if fds[i], err = connect(addr, i < deaf); err != nil {
			return 0, err
		}
		if _, err := syscall.Write(fds[i], hello); err != nil {
			return 0, err
		}
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	buf := make([]byte, 64<<10)
	tick := time.NewTicker(readTurn)
	for turn := 0; ; turn++ {
		select {
		case <-ended:
			return states, nil
		case <-tick.C:
		}
		for i := deaf + turn%readTurns; i < followers; i += readTurns {
			n, err := syscall.Read(fds[i], buf)
			if errors.Is(err, syscall.EAGAIN) {
				continue
			}
			if err != nil || n == 0 {
				return states, fmt.Errorf("follower %d: %d, %w", i, n, err)
			}
			states += bytes.Count(buf[:n], []byte("! STATS "))
		}
	}
}

// connect gives a socket that never waits.
func connect(addr string, deaf bool) (int, error) {
	to, err := netip.ParseAddrPort(addr)
	if err != nil {
		return 0, err
	}
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, err
	}
	if deaf {
		if err := syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, deafBuffer); err != nil {
			return 0, err
		}
	}
	if err := syscall.Connect(fd, &syscall.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().As4()}); err != nil {
		return 0, err
	}
	return fd, syscall.SetNonblock(fd, true)
}

// crowd is a running one.
type crowd struct {
	b   testing.TB
	cmd *exec.Cmd
	in  io.Closer
	out bytes.Buffer
}

func followBy(b testing.TB, addr, token string, followers, deaf, period int) *crowd {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	c := &crowd{b: b, cmd: exec.Command(self)}
	c.cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d %d %d", followVariable, addr, token, followers, deaf, period))
	c.cmd.Stdout, c.cmd.Stderr = &c.out, os.Stderr
	if c.in, err = c.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.cmd.Process.Kill() })
	return c
}

// end sends the crowd home and gives the states that its readers were sent.
func (c *crowd) end() (states int) {
	c.b.Helper()
	_ = c.in.Close()
	if err := c.cmd.Wait(); err != nil {
		c.b.Fatal("followers: ", err)
	}
	states, err := strconv.Atoi(strings.TrimSpace(c.out.String()))
	if err != nil {
		c.b.Fatal(err)
	}
	return states
}
