package session

import (
	"strings"

	"etuservices/protocol"
	"etuservices/server/internal/ledger"
)

// encode gives the line that write writes, without its end.
func encode(write func(*protocol.Writer)) string {
	var out protocol.Writer
	write(&out)
	return strings.TrimSuffix(string(out.Bytes()), "\r\n")
}

// send writes the reply of a counted call, by write; a replayed one says so, before
// its text.
func send(out *protocol.Writer, r ledger.Replay, write func(*protocol.Writer)) {
	line := r.Line
	if line == "" {
		line = encode(write)
	}
	if r.Replayed {
		end := textStart(line)
		line = line[:end] + " rejoue=1" + line[end:]
	}
	out.Raw(line)
}

// textStart is where " :text" begins in a line of ours, its end where there is
// none. Inside quotes a colon is part of a value.
func textStart(line string) int {
	quoted := false
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && quoted:
			i++
		case line[i] == '"':
			quoted = !quoted
		case !quoted && strings.HasPrefix(line[i:], " :"):
			return i
		}
	}
	return len(line)
}
