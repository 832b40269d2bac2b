package store

import (
	"bufio"
	"crypto/subtle"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const (
	// Before AUTH: no command that logs in has more words, or longer ones.
	loginWords, loginWordBytes = 8, 256
	// loginTries and loginTime are for a person who types in redis-cli.
	loginTries, loginTime = 10, time.Minute
	// After AUTH: Redis's own bound on words, and more bytes than a word of ours
	// has.
	redisWords, redisWordBytes = 1 << 20, 64 << 20
	// portConns at once: redis-cli and a script or two.
	portConns = 64
)

// errRedisProtocol ends a connection whose bytes are no Redis command.
var errRedisProtocol = errors.New("not a Redis command within bounds")

// portConn stands between the embedded Redis's port and miniredis, whose
// reader allocates whatever length a client announces and panics on some. Nothing
// reaches it before the right password, and no length out of bounds afterwards.
type portConn struct {
	net.Conn
	in       *bufio.Reader
	password string
	known    bool   // the password was right
	checked  []byte // to hand out
	body     int    // bytes of a word that follow as they are
	words    int    // of the command under way, still to come
}

func guardRedis(c net.Conn, password string) net.Conn {
	return &portConn{Conn: c, in: bufio.NewReader(c), password: password}
}

// Read is called by miniredis, from one goroutine.
func (g *portConn) Read(p []byte) (n int, err error) {
	if !g.known {
		if err := g.login(); err != nil {
			return 0, err
		}
	}
	for len(g.checked) == 0 && g.body == 0 {
		if err := g.next(); err != nil {
			return 0, err
		}
	}
	if len(g.checked) > 0 {
		n = copy(p, g.checked)
		g.checked = g.checked[n:]
		return n, nil
	}
	n, err = g.in.Read(p[:min(len(p), g.body)])
	g.body -= n
	return n, err
}

// next checks one line: how many words a command has, or how long the next is.
func (g *portConn) next() error {
	mark, least, most := byte('$'), 0, redisWordBytes
	if g.words == 0 {
		mark, least, most = '*', 1, redisWords
	}
	n, line, err := readLength(g.in, mark, least, most)
	if err != nil {
		return err
	}
	if g.words == 0 {
		g.words = n
	} else {
		g.words--
		g.body = n + len("\r\n")
	}
	g.checked = append(g.checked[:0], line...)
	return nil
}

// login answers by itself until the password is given, then lets miniredis read
// that command.
func (g *portConn) login() error {
	if err := g.SetDeadline(time.Now().Add(loginTime)); err != nil {
		return err
	}
	for range loginTries {
		words, raw, err := readCommand(g.in)
		if err != nil {
			return err
		}
		password, given := passwordOf(words)
		if given && subtle.ConstantTimeCompare([]byte(password), []byte(g.password)) == 1 {
			g.known, g.checked = true, raw
			return g.SetDeadline(time.Time{})
		}
		answer := "-NOAUTH Authentication required.\r\n"
		if given {
			answer = "-WRONGPASS invalid username-password pair or user is disabled.\r\n"
		}
		if _, err := io.WriteString(g, answer); err != nil {
			return err
		}
	}
	return errRedisProtocol
}

// passwordOf finds the password in AUTH [default] P or HELLO V AUTH default P.
func passwordOf(words []string) (password string, given bool) {
	switch verb := strings.ToUpper(words[0]); {
	case verb == "AUTH" && len(words) == 2:
		return words[1], true
	case verb == "AUTH" && len(words) == 3 && words[1] == "default":
		return words[2], true
	case verb == "HELLO" && len(words) >= 5 && strings.EqualFold(words[2], "AUTH") && words[3] == "default":
		return words[4], true
	}
	return "", false
}

// readCommand reads a whole command, within the bounds of before AUTH.
func readCommand(in *bufio.Reader) (words []string, raw []byte, err error) {
	n, line, err := readLength(in, '*', 1, loginWords)
	if err != nil {
		return nil, nil, err
	}
	raw = append(raw, line...)
	for range n {
		size, line, err := readLength(in, '$', 0, loginWordBytes)
		if err != nil {
			return nil, nil, err
		}
		raw = append(raw, line...)
		word := make([]byte, size+len("\r\n"))
		if _, err := io.ReadFull(in, word); err != nil {
			return nil, nil, err
		}
		raw = append(raw, word...)
		words = append(words, string(word[:size]))
	}
	return words, raw, nil
}

// readLength reads a line as "*3" or "$12"; line is valid until the next read.
func readLength(in *bufio.Reader, mark byte, least, most int) (n int, line []byte, err error) {
	line, err = in.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) { // which miniredis's own reader would take for its own
		err = errRedisProtocol
	}
	if err != nil {
		return 0, nil, err
	}
	text, whole := strings.CutSuffix(string(line), "\r\n")
	if !whole || text == "" || text[0] != mark {
		return 0, nil, errRedisProtocol
	}
	if n, err = strconv.Atoi(text[1:]); err != nil || n < least || n > most {
		return 0, nil, errRedisProtocol
	}
	return n, line, nil
}
