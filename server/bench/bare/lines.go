package bare

import (
	"bufio"
	"errors"
	"net"
)

// lineBuffer holds 16 requests and their replies.
const lineBuffer = 4 << 10

// Handler answers one line, without its end. It may keep the state of one
// connection.
type Handler func(line []byte) (reply string)

// Greeting is what a client reads on connecting.
const Greeting = "+OK BANC proto=1 :pilote nu\r\n"

// Serve is the bare line server: a goroutine a connection, replies flushed when
// no further request is buffered. It ends when the listener is closed.
func Serve(l net.Listener, open func() Handler) error {
	for {
		nc, err := l.Accept()
		if errors.Is(err, net.ErrClosed) {
			return nil
		}
		if err != nil {
			return err
		}
		go serve(nc, open())
	}
}

func serve(nc net.Conn, handle Handler) {
	defer nc.Close()
	if _, err := nc.Write([]byte(Greeting)); err != nil {
		return
	}
	reader, writer := bufio.NewReaderSize(nc, lineBuffer), bufio.NewWriterSize(nc, lineBuffer)
	for {
		line, err := reader.ReadSlice('\n')
		if err != nil {
			return
		}
		for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
			line = line[:len(line)-1]
		}
		_, _ = writer.WriteString(handle(line)) // its error stays for Flush
		if reader.Buffered() == 0 && writer.Flush() != nil {
			return
		}
	}
}
