package keyboard

import (
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// line is a terminal whose bytes come in pieces, on a clock of its own.
type line struct {
	scanner
	now time.Time
}

func (l *line) comes(b string, after time.Duration) {
	l.pass(after)
	l.feed(l.now, []byte(b))
}

// pass lets time pass.
func (l *line) pass(d time.Duration) {
	until := l.now.Add(d)
	for {
		at, ok := l.deadline()
		if !ok || at.After(until) {
			break
		}
		l.expire(at)
	}
	l.now = until
}

// got takes the units that are ready.
func (l *line) got() []string {
	out := []string{}
	for _, u := range l.units {
		out = append(out, string(u))
	}
	l.units = nil
	return out
}

const (
	gap   = 20 * time.Millisecond // of a slow line
	pause = 2 * time.Second       // of a person
)

// pace is a time between two bytes at which u is no slow paste.
func pace(u string) time.Duration {
	return min(100*time.Millisecond, (pasteLong-time.Millisecond)/time.Duration(len(u)))
}

// whole are units that a keyboard sends, and what bubbletea is to get for them.
var whole = []string{
	"a", " ", "\r", "\t", "\x7f", "\x00", "é", "日", "😀", "\u0301", "\u200d",
	"\x1b[A", "\x1b[1;2A", "\x1b[3~", "\x1b[15~", "\x1b[Z", "\x1b[200;1~", "\x1b[7$", "\x1b[8^", "\x1b[8@", "\x1b[[A", "\x1b[OA", "\x1b[Ob",
	"\x1bOP", "\x1bOA", "\x1b[<64;10;20M", "\x1b[<0;1;1m", "\x1b[M !!", "\x1b[M\x60\xff\xfe", "\x1b[?7$y"[:4] + "~",
	"\x1b[200~abc\x1b[201~", "\x1b[200~\n\x1b[A\x03é\xff\x1b[201~", "\x1b[200~" + strings.Repeat("été ", 50) + "\x1b[201~",
}

func TestWholeUnitsComeOutHoweverTheyAreCut(t *testing.T) {
	t.Parallel()
	for _, u := range whole {
		var at1, bytewise line
		at1.comes(u, pause)
		for i := range len(u) {
			bytewise.comes(u[i:i+1], pace(u))
		}
		at1.pass(pause)
		bytewise.pass(pause)
		want := []string{u}
		if got := at1.got(); !slices.Equal(got, want) {
			t.Errorf("%q in one read gives %q", u, got)
		}
		if got := bytewise.got(); !slices.Equal(got, want) {
			t.Errorf("%q byte by byte gives %q", u, got)
		}
	}
}

func TestWhatIsUnfinishedIsDecidedInTime(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		in   string
		want []string
	}{
		"Esc":                           {"\x1b", []string{"\x1b"}},
		"Esc twice":                     {"\x1b\x1b", []string{"\x1b", "\x1b"}},
		"Esc and a letter":              {"\x1bx", []string{"\x1bx"}},
		"Esc and an accented letter":    {"\x1bé", []string{"\x1b", "é"}},
		"Esc and O":                     {"\x1bO", []string{"\x1b", "O"}},
		"Esc and a word":                {"\x1bOui", []string{"\x1b", "O", "u", "i"}},
		"Esc and a capital":             {"\x1bPar", []string{"\x1b", "P", "a", "r"}},
		"Esc and Ctrl+C":                {"\x1b\x03", []string{"\x1b", "\x03"}},
		"Esc and an arrow":              {"\x1b\x1b[A", []string{"\x1b", "\x1b[A"}},
		"Home in application mode":      {"\x1bOH", []string{"\x1b[H"}},
		"half a sequence":               {"\x1b[1;2", nil},
		"a sequence cut by Ctrl+C":      {"\x1b[1;2\x03", []string{"\x03"}},
		"a sequence cut by another":     {"\x1b[1;2\x1b[A", []string{"\x1b[A"}},
		"a sequence cut by a letter":    {"\x1b[1;2é", []string{"é"}},
		"a report cut by Ctrl+C":        {"\x1b[M \x03", []string{"\x03"}},
		"half a report":                 {"\x1b[M ", nil},
		"half a character":              {"\xe6\x97", nil},
		"half a character, then whole":  {"\xe6\x97日", []string{"日"}},
		"bytes that are no UTF-8":       {"a\xff\xc0\xafb", []string{"a", "b"}},
		"a surrogate":                   {"\xed\xa0\x80", nil},
		"C1 controls":                   {"\xc2\x9b2J", []string{"2", "J"}},
		"the replacement character":     {"\ufffd", nil},
		"a terminal's answer":           {"\x1b]11;rgb:00/00/00\x1b\\x", []string{"x"}},
		"the same ended by BEL":         {"\x1b]11;rgb:00/00/00\x07x", []string{"x"}},
		"one without its end":           {"\x1b]11;rgb", nil},
		"one cut by Ctrl+C":             {"\x1b]11;rgb\x03", []string{"\x03"}},
		"a long one":                    {"\x1bP>|" + strings.Repeat("x", 5000) + "\x1b\\y", []string{"y"}},
		"a long sequence":               {"\x1b[" + strings.Repeat("1;", 5000) + "Ay", []string{"y"}},
		"a long sequence without end":   {"\x1b[" + strings.Repeat("1;", 5000), nil},
		"an end without a paste":        {"\x1b[201~x", []string{"x"}},
		"an empty paste":                {"\x1b[200~\x1b[201~", nil},
		"a paste without its end":       {"\x1b[200~abc", []string{"\x1b[200~abc\x1b[201~"}},
		"and Ctrl+C":                    {"\x1b[200~abc\x03\x03", []string{"\x1b[200~abc\x1b[201~", "\x03"}},
		"half of its end":               {"\x1b[200~abc\x1b[20", []string{"\x1b[200~abc\x1b[20\x1b[201~"}},
		"Ctrl+C inside one with an end": {"\x1b[200~a\x03b\x1b[201~", []string{"\x1b[200~a\x03b\x1b[201~"}},
		"a paste above the bound":       {"\x1b[200~" + strings.Repeat("x", 3*maxPaste) + "\x1b[201~y", []string{"\x1b[200~" + strings.Repeat("x", maxPaste) + "\x1b[201~", "y"}},
	} {
		var l line
		l.comes(c.in, pause)
		l.pass(pause)
		if got := l.got(); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s: %q gives %.200q, want %.200q", name, c.in[:min(len(c.in), 40)], got, c.want)
		}
		if l.comes("\x03", pause); !slices.Equal(l.got(), []string{"\x03"}) {
			t.Errorf("%s: Ctrl+C is lost afterwards", name)
		}
	}
}

// TestEscAloneIsQuick: the key is there before a person notices a wait.
func TestEscAloneIsQuick(t *testing.T) {
	t.Parallel()
	var l line
	l.comes("\x1b", pause)
	l.pass(150 * time.Millisecond)
	if got := l.got(); !slices.Equal(got, []string{"\x1b"}) {
		t.Errorf("%q", got)
	}
	l.comes("[B", 150*time.Millisecond) // typed, not part of a sequence
	if got := l.got(); !slices.Equal(got, []string{"[", "B"}) {
		t.Errorf("%q", got)
	}
}

// TestPasteHoldsNobody: keys pressed at any pace get through a paste whose end
// was lost, and a slow paste stays one.
func TestPasteHoldsNobody(t *testing.T) {
	t.Parallel()
	var l line
	l.comes("\x1b[200~abc", pause)
	for range 20 { // a key held down
		l.comes("\x03", 200*time.Millisecond)
		if got := l.got(); slices.Contains(got, "\x03") {
			if l.now.Sub(l.began) > pasteLong+time.Second {
				t.Error("Ctrl+C came through late")
			}
			l.units = nil
			return
		}
	}
	t.Error("Ctrl+C does not come through")
}

func TestSlowPasteStaysOne(t *testing.T) {
	t.Parallel()
	var l line
	l.comes("\x1b[200~", pause)
	for range 50 {
		l.comes("q\xc3", 100*time.Millisecond)
		l.comes("\xa9\n", 100*time.Millisecond)
	}
	l.comes("\x1b[201~", gap)
	var text string
	for _, u := range l.got() {
		part, begins := strings.CutPrefix(u, string(pasteStart))
		part, ends := strings.CutSuffix(part, string(pasteEnd))
		if !begins || !ends {
			t.Fatalf("%q was read as a key", u)
		}
		text += part
	}
	if text != strings.Repeat("qé\n", 50) {
		t.Errorf("%q", text)
	}
}

// TestCutsChangeNothing: any keys, cut anywhere, at any pace below the
// time-outs, are the keys that they are in one piece.
func TestCutsChangeNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		units := rapid.SliceOfN(rapid.SampledFrom(whole), 1, 20).Draw(t, "units")
		all := strings.Join(units, "")
		most := 100 * time.Millisecond
		for _, u := range units {
			most = min(most, pace(u))
		}
		var l line
		for len(all) > 0 {
			n := rapid.IntRange(1, min(len(all), 300)).Draw(t, "cut")
			l.comes(all[:n], time.Duration(rapid.IntRange(0, int(most)).Draw(t, "after")))
			all = all[n:]
		}
		l.pass(pause)
		if got := l.got(); !slices.Equal(got, units) {
			t.Fatalf("%q became %q", units, got)
		}
	})
}

// FuzzTerminal: any bytes, cut anywhere. Whatever comes out is whole (the same
// unit again when read alone), cuts change nothing, and Ctrl+C is never lost.
func FuzzTerminal(f *testing.F) {
	for _, u := range whole {
		f.Add([]byte(u), []byte{1, 2, 3})
	}
	f.Add([]byte("\x1b[200~abc\x03\x03"), []byte{5, 1})
	f.Add([]byte("\xe9t\xe9"), []byte{1})
	f.Fuzz(func(t *testing.T, b, cuts []byte) {
		var one, cut line
		one.feed(one.now, b)
		rest := b
		for i := 0; len(rest) > 0; i++ {
			n := len(rest)
			if len(cuts) > 0 {
				n = min(n, 1+int(cuts[i%len(cuts)]))
			}
			cut.comes(string(rest[:n]), 0)
			rest = rest[n:]
		}
		one.pass(pause)
		cut.pass(pause)
		got := one.got()
		if again := cut.got(); !slices.Equal(got, again) {
			t.Fatalf("%q gives %q, cut %q", b, got, again)
		}
		for _, u := range got {
			var alone line
			alone.comes(u, 0)
			alone.pass(pause)
			if again := alone.got(); !slices.Equal(again, []string{u}) {
				t.Fatalf("%q gives %q, which alone gives %q", b, u, again)
			}
			if !utf8.ValidString(u) && !strings.HasPrefix(u, "\x1b[M") && !strings.HasPrefix(u, "\x1b[200~") {
				t.Fatalf("%q is no text", u)
			}
		}
		if one.comes("\x03", 0); !slices.Equal(one.got(), []string{"\x03"}) {
			t.Fatalf("after %q Ctrl+C is lost", b)
		}
	})
}

// TestRepliesAreNoKeys: what the terminal answers goes to who asked, keys typed
// meanwhile to Read, in their order.
func TestRepliesAreNoKeys(t *testing.T) {
	terminal, program := io.Pipe()
	defer func() { _ = program.Close() }()
	var replies []string
	r := New(terminal, func(sequence []byte) { replies = append(replies, string(sequence)) })
	go func() { // in pieces
		for _, piece := range []string{"a", "\x1b]11;rgb:00", "00/0000/0000\x1b", "\\b\x1bP1$r", "\x1b\\cd"} {
			_, _ = io.WriteString(program, piece)
		}
	}()
	for _, want := range []string{"a", "b", "c", "d"} {
		b := make([]byte, 16)
		if n, err := r.Read(b); err != nil || string(b[:n]) != want {
			t.Errorf("%q, %v, want %q", b[:n], err, want)
		}
	}
	if want := []string{"\x1b]11;rgb:0000/0000/0000", "\x1bP1$r"}; !slices.Equal(replies, want) {
		t.Errorf("replies %q, want %q", replies, want)
	}
}
