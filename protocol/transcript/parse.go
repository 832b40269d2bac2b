package transcript

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ErrForm is a dialogue that is not written as the package's documentation says.
var ErrForm = errors.New("transcript: malformed")

const fence = "```"

// Blocks gives the dialogues of a Markdown file, in their order. Their names
// are the headings that they stand under, numbered where there are several.
func Blocks(md []byte) ([]Script, error) {
	var scripts []Script
	heading, seen := "", map[string]int{}
	lines := split(md)
	for i := 0; i < len(lines); i++ {
		info, opens := strings.CutPrefix(lines[i], fence)
		if !opens {
			if title, ok := strings.CutPrefix(strings.TrimLeft(lines[i], "#"), " "); ok && lines[i][0] == '#' {
				heading = title
			}
			continue
		}
		end := slices.Index(lines[i+1:], fence)
		if end < 0 {
			return nil, fmt.Errorf("%w: line %d: a block without an end", ErrForm, i+1)
		}
		first := i + 1
		i += end + 1
		if info != "transcript" {
			continue
		}
		name := heading
		if seen[heading]++; seen[heading] > 1 {
			name += " " + strconv.Itoa(seen[heading])
		}
		s, err := parse(name, lines[first:i], first)
		if err != nil {
			return nil, err
		}
		scripts = append(scripts, s)
	}
	return scripts, nil
}

// Text reads a *.txt file: one dialogue.
func Text(name string, txt []byte) (Script, error) { return parse(name, split(txt), 0) }

func split(b []byte) []string {
	return strings.Split(strings.ReplaceAll(string(b), "\r\n", "\n"), "\n")
}

// parse reads the lines of a dialogue; before is the number of those that stand
// in front of it in its file.
func parse(name string, lines []string, before int) (Script, error) {
	p := parser{Script: Script{Name: name, Line: before + 1}, conn: FirstConn}
	for i, line := range lines {
		if err := p.line(line, before+i+1); err != nil {
			return Script{}, fmt.Errorf("%w: %s, line %d: %w: %q", ErrForm, name, before+i+1, err, line)
		}
	}
	if len(p.Steps) == 0 || p.switched {
		return Script{}, fmt.Errorf("%w: %s: nothing happens at the end", ErrForm, name)
	}
	return p.Script, nil
}

type parser struct {
	Script
	conn     string
	switched bool // by an @ line that no step has followed yet
}

var (
	errLine    = errors.New("no such line")
	errAccount = errors.New("no such account, or not in the first line")
	errConn    = errors.New("no name of a connection")
)

func (p *parser) line(line string, at int) error {
	mark, rest, _ := strings.Cut(line, " ")
	step := Step{Conn: p.conn, Text: rest, Line: at}
	switch {
	case line == "" || line[0] == '#':
		return nil
	case line[0] == '@':
		if p.conn, p.switched = line[1:], true; !name.MatchString(p.conn) {
			return errConn
		}
		return nil
	case mark == "avec:":
		return p.accounts(strings.Fields(rest))
	case mark == "C:":
		step.Kind = Send
		step.Text = repeat.ReplaceAllStringFunc(rest, repeated)
	case mark == "S:":
		step.Kind = Expect
		if _, _, err := parsePattern(rest); err != nil {
			return err
		}
	case line == "X":
		step.Kind = Closed
	case mark == "~":
		var err error
		if step.Pause, err = time.ParseDuration(rest); err != nil {
			return err
		}
		step.Kind, step.Text = Pause, ""
	default:
		return errLine
	}
	p.Steps, p.switched = append(p.Steps, step), false
	return nil
}

func (p *parser) accounts(logins []string) error {
	for _, l := range logins {
		if !slices.Contains(Logins, l) || slices.Contains(p.Accounts, l) {
			return errAccount
		}
		p.Accounts = append(p.Accounts, l)
	}
	if len(p.Accounts) == 0 || len(p.Accounts) != len(logins) || len(p.Steps) > 0 || p.switched {
		return errAccount
	}
	p.conn = p.Accounts[0]
	return nil
}

var (
	name   = regexp.MustCompile(`^[a-z0-9]+$`)
	repeat = regexp.MustCompile(`\{.×[0-9]{1,5}\}`)
)

func repeated(s string) string {
	char, times, _ := strings.Cut(s[1:len(s)-1], "×")
	n, _ := strconv.Atoi(times) // repeat has only digits there
	return strings.Repeat(char, n)
}
