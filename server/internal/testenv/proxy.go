package testenv

import "net"

// Proxy stands before a server: it accepts connections until the listener is closed
// and gives each to handle, with one of its own to the server. It returns at once.
func Proxy(ln net.Listener, network, addr string, handle func(client, server net.Conn)) {
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial(network, addr)
			if err != nil {
				_ = client.Close()
				continue
			}
			handle(client, server)
		}
	}()
}

// Pass copies from one connection to another until either ends, then closes both.
// keep sees each piece before it goes on; where it says false, all ends there.
func Pass(to, from net.Conn, keep func(piece []byte) bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if !keep(buf[:n]) {
				return
			}
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}
