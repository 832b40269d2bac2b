package testenv

import (
	"encoding/binary"
	"io"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// Refuser stands between a server and MariaDB. It answers the statements that it
// is told to refuse by itself, with an error of MySQL's; MariaDB never sees them.
type Refuser struct {
	mu      sync.Mutex
	refused map[string]uint16 // beginning of a statement → error number
	count   int
}

// Refuse leads the connections of an Env that are opened from now on through a
// Refuser, which lets everything pass at first.
func (e *Env) Refuse(t testing.TB) *Refuser {
	t.Helper()
	listener, err := net.Listen("unix", filepath.Join(TempDir(t), "r"))
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() })
	r := &Refuser{refused: map[string]uint16{}}
	server := e.MariaDB().Addr()
	Proxy(listener, "unix", server, func(client, mariadb net.Conn) {
		go func() {
			defer client.Close()
			_, _ = io.Copy(client, mariadb)
		}()
		go func() {
			defer mariadb.Close()
			r.forward(client, mariadb)
		}()
	})
	cfg, err := mysql.ParseDSN(e.MySQLDSN)
	must(t, err)
	cfg.Addr = listener.Addr().String()
	e.MySQLDSN = cfg.FormatDSN()
	return r
}

// Answer refuses statements that begin so, without regard to case, with an error
// number from now on; and with one of them all that were sent together with it.
func (r *Refuser) Answer(number uint16, beginnings ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, beginning := range beginnings {
		r.refused[strings.ToUpper(beginning)] = number
	}
}

// Pass lets everything pass again.
func (r *Refuser) Pass() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.refused)
}

// Count is how many statements were refused so far.
func (r *Refuser) Count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.count
}

const (
	packetHeader = 4    // three bytes of length, one of sequence
	comQuery     = 0x03 // the command that carries a statement
	errorPacket  = 0xff
)

// forward passes packets on, one by one. A command has the sequence number 0;
// its answer begins with 1.
func (r *Refuser) forward(client, mariadb net.Conn) {
	for {
		packet := make([]byte, packetHeader)
		if _, err := io.ReadFull(client, packet); err != nil {
			return
		}
		length := int(packet[0]) | int(packet[1])<<8 | int(packet[2])<<16
		packet = append(packet, make([]byte, length)...)
		if _, err := io.ReadFull(client, packet[packetHeader:]); err != nil {
			return
		}
		var err error
		if number := r.refuses(packet); number != 0 {
			_, err = client.Write(refusal(number))
		} else {
			_, err = mariadb.Write(packet)
		}
		if err != nil {
			return
		}
	}
}

func (r *Refuser) refuses(packet []byte) uint16 {
	if len(packet) <= packetHeader || packet[3] != 0 || packet[packetHeader] != comQuery {
		return 0
	}
	statement := strings.ToUpper(strings.TrimSpace(string(packet[packetHeader+1:])))
	r.mu.Lock()
	defer r.mu.Unlock()
	for beginning, number := range r.refused {
		if strings.HasPrefix(statement, beginning) || strings.Contains(statement, "; "+beginning) {
			r.count++
			return number
		}
	}
	return 0
}

func refusal(number uint16) []byte {
	body := binary.LittleEndian.AppendUint16([]byte{errorPacket}, number)
	body = append(body, "#08S01refused by a test"...)
	return append([]byte{byte(len(body)), 0, 0, 1}, body...)
}
