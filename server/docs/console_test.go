package docs

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// update rewrites what a page shows from what is seen.
var update = flag.Bool("update", false, "rewrite the pages from what their commands print")

// root is the top of the repository.
const root = "../.."

// page is one document, as lines.
type page struct {
	path  string // from root
	lines []string
}

func readPage(t *testing.T, path string) *page {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	must(t, err)
	return &page{path: path, lines: strings.Split(string(text), "\n")}
}

func (p *page) write(t *testing.T) {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(root, p.path), []byte(strings.Join(p.lines, "\n")), 0o644))
}

// fence is a fenced block: its language, the lines between its marks
// (page.lines[from:to]), and the last heading of the second level above it.
type fence struct {
	language, section string
	from, to          int
	reason            string // why it is not executed, as the line under it says
}

// notExecuted begins the line under a block that the tests cannot execute.
const notExecuted = "*Non exécuté par les tests : "

// fences are the fenced blocks of a page. Its headings are looked for outside them.
func (p *page) fences() (all []fence) {
	var section string
	open := false
	for i, line := range p.lines {
		language, isMark := strings.CutPrefix(strings.TrimSpace(line), "```")
		switch {
		case isMark && !open:
			all = append(all, fence{language: language, section: section, from: i + 1})
			open = true
		case isMark:
			f := &all[len(all)-1]
			f.to, open = i, false
			for _, below := range p.lines[i+1 : min(i+3, len(p.lines))] {
				if reason, found := strings.CutPrefix(below, notExecuted); found {
					f.reason = strings.TrimSuffix(reason, "*")
				}
			}
		case !open && strings.HasPrefix(line, "## "):
			section = strings.TrimPrefix(line, "## ")
		}
	}
	return all
}

// step is one command of a console block, and the lines that it must print
// (page.lines[from:to]), in which a * stands for whatever varies.
type step struct {
	section, command string
	line             int // of the command, from 1
	from, to         int
}

const prompt, continuation = "$ ", "> "

// steps are the commands of the page's console blocks that are executed, in their order.
func (p *page) steps() (all []step) {
	for _, f := range p.fences() {
		if f.language != "console" || f.reason != "" {
			continue
		}
		commanding := false
		for i := f.from; i < f.to; i++ {
			command, begins := strings.CutPrefix(p.lines[i], prompt)
			more, goesOn := strings.CutPrefix(p.lines[i], continuation)
			switch {
			case begins:
				all = append(all, step{section: f.section, command: command, line: i + 1, from: i + 1, to: i + 1})
			case commanding && goesOn:
				s := &all[len(all)-1]
				s.command += "\n" + more
				s.from, s.to = i+1, i+1
			default:
				all[len(all)-1].to = i + 1
			}
			commanding = begins || commanding && goesOn
		}
	}
	return all
}

// matches compares lines with what is expected.
func matches(expected, seen string) bool {
	pattern := strings.ReplaceAll(regexp.QuoteMeta(expected), `\*`, ".*")
	return regexp.MustCompile("^" + pattern + "$").MatchString(seen)
}

// tidy removes the CR of the server's lines and the blanks at their ends.
func tidy(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, " \t\r\n"))
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// result is what a step should have printed, and what it did.
type result struct {
	step
	expected, seen string
}

func (r result) ok() bool { return matches(r.expected, r.seen) }

// run executes the steps of a page one after the other; where tells in which place each
// is. report is called after each.
func (p *page) run(t *testing.T, where func(section string) *place, report func(result)) (results []result) {
	t.Helper()
	for _, s := range p.steps() {
		at := where(s.section)
		cmd := exec.Command("bash", "-o", "pipefail", "-c", at.functions+s.command)
		cmd.Env, cmd.Dir = at.env, at.dir
		out, err := cmd.CombinedOutput()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		r := result{step: s, expected: tidy(strings.Join(p.lines[s.from:s.to], "\n")), seen: tidy(string(out))}
		report(r)
		results = append(results, r)
	}
	if len(results) == 0 {
		t.Fatalf("%s has no command", p.path)
	}
	return results
}

// rewrite puts what was seen under the commands; lines that say the same with a *
// stay as they are.
func (p *page) rewrite(results []result) {
	for _, r := range slices.Backward(results) {
		var lines []string
		for line := range strings.Lines(r.seen) {
			line = strings.TrimRight(line, "\n")
			for _, old := range p.lines[r.from:r.to] {
				if matches(old, line) {
					line = old
					break
				}
			}
			lines = append(lines, line)
		}
		p.lines = slices.Replace(p.lines, r.from, r.to, lines...)
	}
}

// between gives the lines between two marks of the page, without them.
func (p *page) between(t *testing.T, begin, end string) (from, to int) {
	t.Helper()
	starts := func(mark string) func(string) bool {
		return func(line string) bool { return strings.HasPrefix(line, mark) }
	}
	from, to = slices.IndexFunc(p.lines, starts(begin))+1, slices.IndexFunc(p.lines, starts(end))
	if from == 0 || to < from {
		t.Fatalf("%s: no lines between %q and %q", p.path, begin, end)
	}
	return from, to
}

// keep compares the lines between two marks with what they must be, or rewrites them;
// equal says when two lines are the same.
func (p *page) keep(t *testing.T, begin, end string, want []string, equal func(a, b string) bool) {
	t.Helper()
	from, to := p.between(t, begin, end)
	if have := p.lines[from:to]; slices.EqualFunc(have, want, equal) {
		return
	} else if !*update {
		t.Errorf("%s: between %q and %q stands\n%s\nand not\n%s\n(-update writes it)",
			p.path, begin, end, strings.Join(have, "\n"), strings.Join(want, "\n"))
		return
	}
	p.lines = slices.Replace(p.lines, from, to, want...)
	p.write(t)
}
