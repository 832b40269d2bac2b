package protocol_test

import (
	"bytes"
	"testing"
	"unicode/utf8"

	"etuservices/protocol"
)

// Any line is answered without a panic, and what was read can be written and
// read again.
func FuzzRequest(f *testing.F) {
	for _, s := range []string{
		"", "PING", "up:alice:mot de passe", "SEND: 12", `AUTH alice "mot \"de\" passe"`, `AUTH alice :x`,
		`VENTE livre 4,50 ref=k7 description="d'été" E=mc2 expliqué`, `ARTICLES q="a b" n=5 tri=-prix`,
		`INSCRIPTION a a@b.c "A B" C motdepasse`, "MOTDEPASSE \"\\\\\" \xff", "ACHAT 1 ref=a ref=b", "GET / HTTP/1.1",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		v, rest, ok := protocol.SplitVerb(line)
		if v == nil || !ok {
			return
		}
		r, err := v.Parse(rest)
		if err != nil {
			return
		}
		again, name := parsed(written(r))
		for _, p := range v.Params {
			a, given := r.Lookup(p.Name)
			b, still := again.Lookup(p.Name)
			if name != v.Name || given != still || b != asked(a) {
				t.Fatalf("%q: %s was %q (%v), is %q (%v) in %q", line, p.Name, a, given, b, still, written(r))
			}
			if !utf8.ValidString(a) {
				t.Fatalf("%q: %s is not UTF-8", line, p.Name)
			}
		}
	})
}

// written is a request as a client would write it.
func written(r protocol.Request) string {
	line := r.Verb.Name
	for _, p := range r.Verb.Params {
		if v, ok := r.Lookup(p.Name); ok {
			if line += " "; p.Kind == protocol.Key {
				line += p.Name + "="
			}
			line += protocol.Quote(v)
		}
	}
	return line
}

// Any line of a server is read without a panic; what was read can be written
// and read again.
func FuzzMessage(f *testing.F) {
	for _, s := range []string{
		"+OK PONG", "+OK ETUSERVICES proto=1 serveur=a :Bienvenue…", `| id=1 titre="a \"b\" \\"`, "! ANNONCE :x",
		"-ERR QUOTA quota=services max=10 fenetre=600 apres=12 :Attendez", "| a= b=\"\"", "220 smtp", "+OK \xff",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		m, err := protocol.ParseMessage(s)
		if err != nil || m.Mark == protocol.MarkRow && len(m.Fields) == 0 {
			return
		}
		var o protocol.Writer
		var line protocol.Line
		switch m.Mark {
		case protocol.MarkOK:
			line = o.OK(m.Word)
		case protocol.MarkErr:
			line = o.Err(m.Code())
		case protocol.MarkRow:
			line = o.Row()
		case protocol.MarkEvent:
			line = o.Event(m.Word)
		}
		for _, x := range m.Fields {
			line.Str(x.Key, x.Value)
		}
		line.Text(m.Text)
		wire := bytes.TrimSuffix(o.Bytes(), []byte("\r\n"))
		if protocol.HasUnprintable(string(wire)) {
			t.Fatalf("a control character goes out: %q", wire)
		}
		again, err := protocol.ParseMessage(string(wire))
		if err != nil || again.Mark != m.Mark || again.Word != m.Word || again.Text != cleaned(m.Text) || len(again.Fields) != len(m.Fields) {
			t.Fatalf("%q is written %q and read %+v, %v", s, wire, again, err)
		}
		for i, x := range again.Fields {
			if x.Key != m.Fields[i].Key || x.Value != cleaned(m.Fields[i].Value) {
				t.Fatalf("%q: field %d is %+v", s, i, x)
			}
		}
	})
}

// A stream gives the same lines whole and split at any places. How it is split
// is in the first bytes: each is the size of a chunk, over and over.
func FuzzReader(f *testing.F) {
	for _, c := range streams {
		f.Add([]byte{1, 5, 0, 200}, []byte(c.stream))
	}
	f.Fuzz(func(t *testing.T, sizes, stream []byte) {
		var chunks []string
		for i, s := 0, string(stream); s != "" && len(sizes) > 0; i++ {
			n := min(int(sizes[i%len(sizes)])+1, len(s))
			chunks, s = append(chunks, s[:n]), s[n:]
		}
		if len(sizes) == 0 {
			return
		}
		whole, split := lines(from(chopped(string(stream), 1<<20)...)), lines(from(chunks...))
		if whole != split {
			t.Fatalf("whole %s\nsplit %s", whole, split)
		}
	})
}
