package protocol_test

import (
	"io"
	"strings"
	"testing"

	"etuservices/protocol"
)

// The hot paths allocate nothing: a thousand connections are a thousand times
// what one of them leaves behind.
func TestNoAllocations(t *testing.T) {
	ping := []byte("ping")
	var o protocol.Writer
	writeReply(&o) // grows the buffer once
	stream := &endless{line: "PING\r\n"}
	r := protocol.NewReader(stream)
	for name, f := range map[string]func(){
		"Cut and Parse": func() {
			v, rest, _ := protocol.SplitVerb(ping)
			if _, err := v.Parse(rest); err != nil {
				t.Error(err)
			}
		},
		"Out": func() { o.Reset(); writeReply(&o) },
		"Reader": func() {
			if _, err := r.ReadLine(); err != nil {
				t.Error(err)
			}
		},
	} {
		if n := testing.AllocsPerRun(1000, f); n != 0 {
			t.Errorf("%s allocates %v times a run", name, n)
		}
	}
}

func writeReply(o *protocol.Writer) {
	o.Row().Int("id", 42).Str("titre", `Le "Petit" Prince été`).Price("prix", 450).Str("vendeur", "alice").End()
	o.OK("ARTICLES").Int("lignes", 1).Text("Un article.")
}

// endless gives the same lines over and over, at most all of them a read.
type endless struct {
	line string
	at   int
}

func (e *endless) Read(b []byte) (int, error) {
	n := copy(b, e.line[e.at:])
	e.at = (e.at + n) % len(e.line)
	return n, nil
}

func BenchmarkReader(b *testing.B) {
	for name, line := range map[string]string{
		"PING":     "PING\r\n",
		"telnet":   "PI\xff\xf1NG\r\n",
		"MaxLine":  strings.Repeat("x", protocol.MaxLine-2) + "\r\n",
		"pipeline": strings.Repeat("PING\r\n", 100),
	} {
		b.Run(name, func(b *testing.B) {
			r := protocol.NewReader(&endless{line: line})
			b.SetBytes(int64(len(line) / max(1, strings.Count(line, "\n"))))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.ReadLine(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOut(b *testing.B) {
	var o protocol.Writer
	b.ReportAllocs()
	for b.Loop() {
		o.Reset()
		writeReply(&o)
		if _, err := io.Discard.Write(o.Bytes()); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(o.Len()))
}

func BenchmarkRequest(b *testing.B) {
	for name, line := range map[string]string{
		"PING":  "ping",
		"ACHAT": "ACHAT 42 ref=k7",
		"VENTE": `VENTE livre 4.50 ref=k7 description="comme neuf" Le Petit Prince`,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				v, rest, _ := protocol.SplitVerb([]byte(line))
				if _, err := v.Parse(rest); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
