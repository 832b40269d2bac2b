package protocol_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"etuservices/protocol"
)

// source gives its chunks one a read. An empty chunk is a deadline that passed.
type source struct{ chunks []string }

func (s *source) Read(b []byte) (int, error) {
	if len(s.chunks) == 0 {
		return 0, io.EOF
	}
	if s.chunks[0] == "" {
		s.chunks = s.chunks[1:]
		return 0, os.ErrDeadlineExceeded
	}
	n := copy(b, s.chunks[0])
	if s.chunks[0] = s.chunks[0][n:]; s.chunks[0] == "" {
		s.chunks = s.chunks[1:]
	}
	return n, nil
}

func from(chunks ...string) *protocol.Reader { return protocol.NewReader(&source{chunks}) }

// lines reads to the end and notes how it came: the lines, then the error.
func lines(r *protocol.Reader) string {
	var b strings.Builder
	for {
		line, err := r.ReadLine()
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			b.WriteString("~")
		case errors.Is(err, io.EOF):
			return b.String() + "EOF"
		case err != nil:
			return b.String() + err.Error()
		default:
			fmt.Fprintf(&b, "%q ", line)
		}
	}
}

const tooLong = "protocol: line too long"

func TestReaderBounds(t *testing.T) {
	x := func(n int) string { return strings.Repeat("x", n) }
	for _, end := range []string{"\n", "\r\n"} {
		for _, n := range []int{protocol.MaxLine - 1, protocol.MaxLine} {
			body := x(n - len(end))
			want := fmt.Sprintf("%q %q EOF", body, "PING")
			if got := lines(from(body + end + "PING" + end)); got != want {
				t.Errorf("%d bytes with %q: %.60s", n, end, got)
			}
		}
		if got := lines(from("PING\n" + x(protocol.MaxLine+1-len(end)) + end + "PING\n")); got != `"PING" `+tooLong {
			t.Errorf("MaxLine+1 bytes with %q: %.60s", end, got)
		}
	}
	for n, want := range map[int]string{
		protocol.MaxLine - 1: "EOF", // half a line is no request
		protocol.MaxLine:     tooLong,
		protocol.MaxLine * 9: tooLong,
	} {
		if got := lines(from(x(n))); got != want {
			t.Errorf("%d bytes without an end: %.60s", n, got)
		}
	}
}

// A line that is refused stays refused, and nothing behind it is read.
func TestReaderStaysTooLong(t *testing.T) {
	r := from(strings.Repeat("x", protocol.MaxLine), "\nPING\n")
	for range 3 {
		if line, err := r.ReadLine(); !errors.Is(err, protocol.ErrTooLong) {
			t.Fatalf("%q, %v", line, err)
		}
	}
}

// What was sent before a line that is too long has its answer first (the fault
// of a bound on raw reads).
func TestReaderGoodLinesFirst(t *testing.T) {
	long := strings.Repeat("x", 3*protocol.MaxLine)
	for _, size := range []int{1, 7, 127, 128, 2047, 2048, 4095, 4096, 99999} {
		got := lines(from(chopped("EHLO\r\nNOOP\r\n"+long, size)...))
		if got != `"EHLO" "NOOP" `+tooLong {
			t.Errorf("in chunks of %d: %.60s", size, got)
		}
	}
}

// chopped cuts s into chunks of size bytes.
func chopped(s string, size int) []string {
	var chunks []string
	for ; len(s) > size; s = s[size:] {
		chunks = append(chunks, s[:size])
	}
	if s != "" {
		chunks = append(chunks, s)
	}
	return chunks
}

const (
	ctrlC = "\xff\xf4\xff\xfd\x06"
	naws  = "\xff\xfa\x1f\x00\x0a\x00\x0d\xff\xff\x0a\xff\xf0" // a window 10 wide: its 10 is no line end
	susp  = "\xff\xed"
)

// Streams and their lines, whatever way the stream is cut.
var streams = map[string]struct{ stream, want string }{
	"LF and CRLF":      {"PING\nQUI\r\nNB\n", `"PING" "QUI" "NB" EOF`},
	"one CR is kept":   {"PING\r\r\nA\rB\n", `"PING" "A\rB" EOF`},
	"empty lines":      {"\n\r\n\nPING\n", `"" "" "" "PING" EOF`},
	"half a line":      {"PING\nQU", `"PING" EOF`},
	"nothing":          {"", `EOF`},
	"BOM":              {"\xef\xbb\xbfPING\n\xef\xbb\xbfPING\n", `"PING" "\ufeffPING" EOF`},
	"BOM after telnet": {"\xff\xfb\x01\xef\xbb\xbfPING\n", `"PING" EOF`},
	"half a BOM":       {"\xef\xbb\nPING\n", `"\xef\xbb" "PING" EOF`},
	"NUL":              {"A\x00B\nC\r\x00D\r\n", `"A\x00B" "C\rD" EOF`},
	"options":          {"\xff\xfb\x01P\xff\xfd\x03ING\xff\xfc\x18\r\xff\xfe\x05\n\xff\xfb\x22QUI\n", `"PING" "QUI" EOF`},
	"no option":        {"PING\xff\xfe\r\nPING\xff\xfb\n", `"PING" "PING" EOF`},
	"ctrl-C":           {"P" + ctrlC + "ING\n" + ctrlC, `"PING" EOF`},
	"susp, EOR":        {"P" + susp + "ING\xff\xef\n", `"PING" EOF`},
	"NAWS":             {"PI" + naws + "NG\n" + naws + "QUI\n", `"PING" "QUI" EOF`},
	"SE alone":         {"PI\xff\xf0NG\n", `"PING" EOF`},
	"IAC IAC":          {"\xff\xffPING\n", `"\xffPING" EOF`},
	"IAC and a letter": {"PI\xffNG\n", `"PI\xffNG" EOF`},
	"IAC, line end":    {"PING\xff\nQUI\xff\r\n", `"PING\xff" "QUI\xff" EOF`},
	"IAC at the end":   {"PING\n\xff", `"PING" EOF`},
	"SB without end":   {"PING\n\xff\xfa\x1f" + strings.Repeat("QUI\n", 3000), `"PING" ` + tooLong},
	"long SB":          {"\xff\xfa\x1f" + strings.Repeat("\n", protocol.MaxLine-3) + "\xff\xf0PING\n", `"PING" EOF`},
	"keepalives":       {strings.Repeat("\xff\xf1", 3*protocol.MaxLine) + "PING\n", `"PING" EOF`},
	"many windows":     {"PI" + strings.Repeat(naws, 500) + "NG\n", `"PING" EOF`},
	"UTF-8":            {"AUTH é 🎓\n", `"AUTH é 🎓" EOF`},
	"not UTF-8":        {"AUTH \xe9\n", `"AUTH \xe9" EOF`},
}

func TestReaderChunks(t *testing.T) {
	for name, c := range streams {
		for _, size := range []int{1, 2, 127, 128, 129, protocol.MaxLine, 1 << 20} {
			if got := lines(from(chopped(c.stream, size)...)); got != c.want {
				t.Errorf("%s, in chunks of %d:\n got %.200s\nwant %s", name, size, got, c.want)
			}
		}
	}
}

// Each cut in two, with a deadline that passes between the halves.
func TestReaderCutAtEveryByte(t *testing.T) {
	for name, c := range streams {
		if len(c.stream) > 100 {
			continue // TestReaderChunks cuts these
		}
		for i := 1; i < len(c.stream); i++ {
			got := lines(from(c.stream[:i], "", c.stream[i:]))
			if strings.Count(got, "~") != 1 || strings.Replace(got, "~", "", 1) != c.want {
				t.Errorf("%s, cut at %d:\n got %s\nwant %s", name, i, got, c.want)
			}
		}
	}
}

// A burst is read whole, however much it is.
func TestReaderBurst(t *testing.T) {
	const n = 5000
	for _, size := range []int{1, 3, 129, 1000, 4096, 1 << 20} {
		got := lines(from(chopped(strings.Repeat("PING\r\n", n), size)...))
		if want := strings.Repeat(`"PING" `, n) + "EOF"; got != want {
			t.Errorf("in chunks of %d: %d bytes of replies, want %d", size, len(got), len(want))
		}
	}
}

// both gives bytes and an error at once, as io.Reader may.
type both struct{ s string }

func (b *both) Read(p []byte) (int, error) {
	n := copy(p, b.s)
	b.s = b.s[n:]
	return n, io.ErrUnexpectedEOF
}

// An error that comes with bytes is told after the lines that they hold.
func TestReaderErrorAfterLines(t *testing.T) {
	r := protocol.NewReader(&both{"PING\nQUI\nN"})
	for _, want := range []string{"PING", "QUI"} {
		if line, err := r.ReadLine(); err != nil || string(line) != want {
			t.Fatalf("%q, %v; want %s", line, err, want)
		}
	}
	if line, err := r.ReadLine(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("%q, %v; want the source's error", line, err)
	}
}

// HasLine is true exactly when ReadLine does not read: else a reply would wait
// for a client that waits for it, or each would be sent alone.
func TestHasLine(t *testing.T) {
	for name, c := range streams {
		for _, size := range []int{1, 5, 100, protocol.MaxLine + 50, 1 << 20} {
			s := &counter{src: &source{chopped(c.stream, size)}}
			r := protocol.NewReader(s)
			for {
				had, before := r.HasLine(), s.reads
				line, err := r.ReadLine()
				if had != (s.reads == before) {
					t.Errorf("%s, in chunks of %d: HasLine was %v before %.40q, %v", name, size, had, line, err)
				}
				if err != nil {
					break
				}
			}
		}
	}
}

// counter counts the reads of a source.
type counter struct {
	src   io.Reader
	reads int
}

func (c *counter) Read(b []byte) (int, error) {
	c.reads++
	return c.src.Read(b)
}
