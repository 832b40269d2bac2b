package transcript

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"etuservices/protocol"
)

// ErrMismatch is a server's line that is not the one expected.
var ErrMismatch = errors.New("transcript: not the line expected")

// Vars holds what patterns gave a name.
type Vars map[string]string

// Match says whether a server's line is the one that a pattern describes: the
// same mark, the same word, the same keys in the same order with the same
// values. The value * is any, <name> is any that stays the same; after a last
// " …" more keys may follow. The text for people is not compared.
func Match(pattern, line string) error { return Vars{}.Match(pattern, line) }

// Match is Match, and remembers what a value <name> was: wherever the name
// stands again, the value must be the same.
func (v Vars) Match(pattern, line string) error {
	want, open, err := parsePattern(pattern)
	if err != nil {
		return err
	}
	got, err := protocol.ParseMessage(line)
	if err != nil {
		return fmt.Errorf("%w: %w: %q", ErrMismatch, err, line)
	}
	fits := got.Mark == want.Mark && got.Word == want.Word &&
		(len(got.Fields) == len(want.Fields) || open && len(got.Fields) > len(want.Fields))
	for i := 0; fits && i < len(want.Fields); i++ {
		fits = got.Fields[i].Key == want.Fields[i].Key && v.fits(want.Fields[i].Value, got.Fields[i].Value)
	}
	if !fits {
		return fmt.Errorf("%w:\n got %s\nwant %s", ErrMismatch, line, pattern)
	}
	return nil
}

func (v Vars) fits(want, got string) bool {
	if want == "*" {
		return true
	}
	if !variable.MatchString(want) {
		return want == got
	}
	if known, ok := v[want]; ok {
		return known == got
	}
	v[want] = got
	return true
}

// Expand puts what was remembered into a line to be sent. Its error is ErrForm
// where a name stands for nothing yet.
func (v Vars) Expand(line string) (string, error) {
	var unknown string
	line = inner.ReplaceAllStringFunc(line, func(name string) string {
		value, ok := v[name]
		if !ok {
			unknown = name
		}
		return value
	})
	if unknown != "" {
		return "", fmt.Errorf("%w: %s stands for nothing yet", ErrForm, unknown)
	}
	return line, nil
}

var (
	variable = regexp.MustCompile(`^<[a-z0-9_]+>$`)
	inner    = regexp.MustCompile(`<[a-z0-9_]+>`)
)

// parsePattern reads a pattern; open says that more keys may follow.
func parsePattern(pattern string) (m protocol.Message, open bool, err error) {
	pattern, open = strings.CutSuffix(pattern, " …")
	if m, err = protocol.ParseMessage(pattern); err != nil {
		return m, open, fmt.Errorf("%w: pattern %q: %w", ErrForm, pattern, err)
	}
	return m, open, nil
}
