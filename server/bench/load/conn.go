package load

import (
	"bufio"
	"fmt"
	"net"
	"time"
)

// answerTime is the longest wait for a reply: above every time-out of the
// server, so that one that hangs ends the run instead of keeping it.
const answerTime = 30 * time.Second

// readBuffer holds the longest line that a reply has.
const readBuffer = 8 << 10

// Refused is a reply that is a failure.
type Refused struct{ Line string }

func (r *Refused) Error() string { return "load: refused: " + r.Line }

// Conn is a client's connection. It costs little, for it shares the machine
// with what it measures: replies are read, not parsed.
type Conn struct {
	nc     net.Conn
	reader *bufio.Reader
}

// Dial connects and reads the greeting.
func Dial(addr string) (*Conn, error) {
	c, err := DialSilent(addr)
	if err != nil {
		return nil, err
	}
	if err := c.Ask(nil, 1); err != nil {
		return nil, err
	}
	return c, nil
}

// DialSilent is Dial for a server that does not greet: Redis, whose inline
// commands are lines too.
func DialSilent(addr string) (*Conn, error) {
	nc, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	return &Conn{nc: nc, reader: bufio.NewReaderSize(nc, readBuffer)}, nil
}

// Close closes the connection.
func (c *Conn) Close() error { return c.nc.Close() }

// Socket is the connection itself, for whoever wants to misuse it.
func (c *Conn) Socket() net.Conn { return c.nc }

// Ask writes requests (lines with their ends) at once and reads n replies. Its
// error is a *Refused where one of them is a failure.
func (c *Conn) Ask(requests []byte, n int) error {
	_, err := c.ask(requests, n)
	return err
}

// Line sends one request, without its end, and gives the line that ends its
// reply.
func (c *Conn) Line(request string) (string, error) {
	return c.ask([]byte(request+"\r\n"), 1)
}

func (c *Conn) ask(requests []byte, n int) (last string, err error) {
	if err := c.nc.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return "", fmt.Errorf("load: %w", err)
	}
	if len(requests) > 0 {
		if _, err := c.nc.Write(requests); err != nil {
			return "", fmt.Errorf("load: %w", err)
		}
	}
	var refused error
	for n > 0 {
		line, err := c.reader.ReadSlice('\n')
		if err != nil {
			return "", fmt.Errorf("load: %w", err)
		}
		switch line[0] {
		case '-':
			refused = &Refused{Line: string(line)}
			n--
		case '+':
			if n--; n == 0 && refused == nil {
				last = string(line)
			}
		}
	}
	return last, refused
}
