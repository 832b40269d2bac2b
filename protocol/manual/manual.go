// Package manual writes what is installed beside a program from the tables of its
// commands and options: the man page, and completion for bash, zsh and fish. It also
// finds the name that a mistyped one means.
package manual

import (
	"fmt"
	"io"
	"strings"
)

// Program is what people may type after a program's name.
type Program struct {
	Name     string
	Section  int // of the manual
	Summary  string
	English  bool // the headings of the page are French otherwise
	Commands []Command
	Options  []Option
	// Before and After are shown as they are, before the commands and behind the
	// options.
	Before, After string
}

// Command is one of a program's.
type Command struct {
	Words string // its name, of one or two words
	Args  string // what follows it
	Text  string
	Flags []Option // its own
}

// Option is written --Name.
type Option struct {
	Name   string
	Arg    string // what its value is called; "" for a switch
	Text   string
	Values []string // all that it takes; nil: anything, perhaps a file
}

// Usage is how an option is written.
func (o Option) Usage() string { return strings.TrimSpace("--" + o.Name + " " + o.Arg) }

// Usage is how a command is written.
func (c Command) Usage() string {
	words := c.Words
	if c.Args != "" {
		words += " " + c.Args
	}
	for _, flag := range c.Flags {
		words += " [" + flag.Usage() + "]"
	}
	return words
}

// Help is what a command does, with its own options.
func (c Command) Help() string {
	var flags []string
	for _, flag := range c.Flags {
		flags = append(flags, "--"+flag.Name+" : "+flag.Text)
	}
	return strings.Join(append([]string{c.Text}, flags...), " ; ")
}

// Write does "completion bash", "completion zsh", "completion fish" and "man"; ok is
// false for other words, and nothing is written.
func (p Program) Write(w io.Writer, words []string) (ok bool) {
	write := map[string]func() string{
		"completion bash": p.bash, "completion zsh": p.zsh, "completion fish": p.fish, "man": p.page,
	}[strings.Join(words, " ")]
	if write != nil {
		fmt.Fprint(w, write())
	}
	return write != nil
}

// Row is one of a List.
type Row struct{ Usage, Text string }

const (
	listIndent = 2
	listWidth  = 80
)

// List writes rows in two columns; the texts begin at a column, or in the next line.
func List(column int, rows []Row) string {
	var out strings.Builder
	for _, row := range rows {
		line := strings.Repeat(" ", listIndent) + row.Usage
		if length(line)+1 > column {
			out.WriteString(line + "\n")
			line = ""
		}
		line += strings.Repeat(" ", column-length(line)-1)
		for word := range strings.SplitSeq(glue(row.Text), " ") {
			if length(line)+1+length(word) > listWidth && strings.TrimSpace(line) != "" {
				out.WriteString(line + "\n")
				line = strings.Repeat(" ", column-1)
			}
			line += " " + word
		}
		out.WriteString(line + "\n")
	}
	return out.String()
}

// glue puts no-break spaces where French has no end of a line.
var glue = strings.NewReplacer(" ;", "\u00a0;", " :", "\u00a0:", " ?", "\u00a0?").Replace

func length(s string) int { return len([]rune(s)) }

// page is the manual page, for man.
func (p Program) page() string {
	headings := []string{"NOM", "COMMANDES", "NOTES"}
	if p.English {
		headings = []string{"NAME", "COMMANDS", "NOTES"}
	}
	var out strings.Builder
	fmt.Fprintf(&out, ".TH %s %d \"\" EtuServices\n.SH %s\n%s \\- %s\n", strings.ToUpper(p.Name), p.Section, headings[0], roff(p.Name), roff(p.Summary))
	asIs := func(heading, text string) {
		if text != "" {
			fmt.Fprintf(&out, ".SH %s\n.nf\n%s\n.fi\n", heading, roff(strings.TrimSpace(text)))
		}
	}
	entry := func(usage, text string) { fmt.Fprintf(&out, ".TP\n.B %s\n%s\n", roff(usage), roff(text)) }
	asIs("DESCRIPTION", p.Before)
	if len(p.Commands) > 0 {
		fmt.Fprintf(&out, ".SH %s\n", headings[1])
		for _, c := range p.Commands {
			entry(c.Usage(), c.Help())
		}
	}
	out.WriteString(".SH OPTIONS\n")
	for _, o := range p.Options {
		entry(o.Usage(), o.Text)
	}
	asIs(headings[2], p.After)
	return out.String()
}

// roff writes a text so that troff shows it as it is.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`, `"`, `\(dq`).Replace(text)
	var out strings.Builder
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			out.WriteString(`\&`)
		}
		out.WriteString(line)
	}
	return out.String()
}
