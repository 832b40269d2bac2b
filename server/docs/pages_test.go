package docs

import (
	"cmp"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/config"
)

// pages are all documents but verifier.md that have commands; where says which place
// the commands of a section need.
var pages = []struct {
	path  string
	where func(t *testing.T) func(section string) *place
}{
	{"README.md", func(t *testing.T) func(string) *place {
		demo, stores := demonstration(t), onPrivateStores(t)
		return func(section string) *place {
			if section == "Vous notez le TP" {
				return stores
			}
			return demo
		}
	}},
	{".github/README.en.md", onDemonstration},
	{"server/docs/utiliser.md", onDemonstration},
	{"server/docs/RAPPORT.md", onEmptyStores},
	{"server/docs/exploiter.md", onEmptyStores},
}

func onDemonstration(t *testing.T) func(string) *place {
	at := demonstration(t)
	return func(string) *place { return at }
}

func onEmptyStores(t *testing.T) func(string) *place {
	at := onPrivateStores(t)
	return func(string) *place { return at }
}

// TestPages executes the commands of the documents; with -update they get what is seen.
func TestPages(t *testing.T) {
	if testing.Short() {
		t.Skip("it compiles both programs")
	}
	t.Parallel()
	for _, p := range pages {
		t.Run(filepath.Base(p.path), func(t *testing.T) {
			t.Parallel()
			document := readPage(t, p.path)
			results := document.run(t, p.where(t), func(r result) {
				if !r.ok() && !*update {
					t.Errorf("%s:%d: %s\nmust print\n%s\nand prints\n%s", p.path, r.line, r.command, cmp.Or(r.expected, "nothing"), cmp.Or(r.seen, "nothing"))
				}
			})
			if *update {
				document.rewrite(results)
				document.write(t)
			}
		})
	}
}

// documents are all pages of the repository.
func documents(t *testing.T) (all []*page) {
	t.Helper()
	must(t, filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && slices.Contains([]string{".git", ".cache", "testdata"}, entry.Name()):
			return fs.SkipDir
		case filepath.Ext(path) == ".md":
			relative, err := filepath.Rel(root, path)
			must(t, err)
			all = append(all, readPage(t, filepath.ToSlash(relative)))
		}
		return nil
	}))
	return all
}

// reasons are how many blocks of a page may be left unexecuted, each with a reason
// under it.
var reasons = map[string]int{}

// TestBlocksAreExecuted: every block with a prompt is console, every console block
// is executed or says why not, and shell blocks without output are at least shell.
func TestBlocksAreExecuted(t *testing.T) {
	t.Parallel()
	executed := []string{"server/docs/verifier.md"}
	for _, p := range pages {
		executed = append(executed, p.path)
	}
	for _, p := range documents(t) {
		left := 0
		for _, f := range p.fences() {
			text := strings.Join(p.lines[f.from:f.to], "\n")
			switch f.language {
			case "console":
				switch {
				case f.reason != "":
					left++
					t.Logf("%s:%d is not executed: %s", p.path, f.from, f.reason)
				case !slices.Contains(executed, p.path):
					t.Errorf("%s:%d: no test executes this page", p.path, f.from)
				case !strings.HasPrefix(text, prompt):
					t.Errorf("%s:%d: a console block begins with a command", p.path, f.from)
				}
			case "sh":
				if out, err := shell(text); err != nil {
					t.Errorf("%s:%d: %v: %s", p.path, f.from, err, out)
				}
			case "mermaid", "toml", "transcript", "":
				if strings.Contains("\n"+text, "\n"+prompt) {
					t.Errorf("%s:%d: a block with commands is console", p.path, f.from)
				}
			default:
				t.Errorf("%s:%d: a block of an unknown language %q", p.path, f.from, f.language)
			}
		}
		if left != reasons[p.path] {
			t.Errorf("%s: %d blocks are not executed, %d may be", p.path, left, reasons[p.path])
		}
	}
}

// shell says whether text can be read by a shell.
func shell(text string) (string, error) {
	cmd := exec.Command("bash", "-n")
	cmd.Stdin = strings.NewReader(text)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

var (
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	inlineMake = regexp.MustCompile("`make ([a-z][a-z-]*)")
	blockMake  = regexp.MustCompile("(?m)^make ([a-z][a-z-]*)")
	setting    = regexp.MustCompile(`\bETU_[A-Z_]+[A-Z]\b`)
	notInTitle = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// placeholders stand for any setting.
var placeholders = []string{"ETU_NOM", "ETU_NAME"}

// anchor is how a heading is linked to.
func anchor(heading string) string {
	heading = notInTitle.ReplaceAllString(strings.ToLower(heading), "")
	return strings.ReplaceAll(strings.TrimSpace(heading), " ", "-")
}

// anchors are all headings of a page as links name them.
func (p *page) anchors() (all []string) {
	open := false
	for _, line := range p.lines {
		if strings.HasPrefix(line, "```") {
			open = !open
		}
		if title := strings.TrimLeft(line, "#"); !open && title != line {
			all = append(all, anchor(title))
		}
	}
	return all
}

// TestPagesNameWhatIsThere: the links of a page lead somewhere, its targets are in
// the Makefile, its settings are known to the server or the client.
func TestPagesNameWhatIsThere(t *testing.T) {
	t.Parallel()
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	must(t, err)
	for _, p := range documents(t) {
		text := strings.Join(p.lines, "\n")
		for _, l := range link.FindAllStringSubmatch(text, -1) {
			path, section, _ := strings.Cut(l[1], "#")
			if strings.Contains(path, "://") {
				continue
			}
			to := p.path
			if path != "" {
				to = filepath.Join(filepath.Dir(p.path), path)
			}
			if _, err := os.Stat(filepath.Join(root, to)); err != nil {
				t.Errorf("%s: the link %s leads nowhere: %v", p.path, l[1], err)
			} else if section != "" && !slices.Contains(readPage(t, to).anchors(), section) {
				t.Errorf("%s: %s has no heading %q", p.path, to, section)
			}
		}
		targets := inlineMake.FindAllStringSubmatch(text, -1)
		for _, f := range p.fences() {
			if f.language == "sh" {
				targets = append(targets, blockMake.FindAllStringSubmatch(strings.Join(p.lines[f.from:f.to], "\n"), -1)...)
			}
		}
		for _, name := range targets {
			if !strings.Contains(string(makefile), "\n"+name[1]+":") {
				t.Errorf("%s: the Makefile has no %q", p.path, name[1])
			}
		}
		for _, name := range setting.FindAllString(text, -1) {
			if slices.Contains(placeholders, name) {
				continue
			}
			for _, unknown := range config.Unknown([]string{name + "="}) {
				t.Errorf("%s: no setting is called %s", p.path, unknown)
			}
		}
	}
}

// TestVerbsOfTheReadme: its table has every verb, as the language has it.
func TestVerbsOfTheReadme(t *testing.T) {
	t.Parallel()
	who := map[protocol.Access]string{
		protocol.Anyone: "tous", protocol.Anonymous: "non connecté", protocol.LoggedIn: "connecté", protocol.Admin: "administrateur",
	}
	want := []string{"| verbe | qui | |", "|---|---|---|"}
	for _, v := range protocol.Verbs {
		usage := "`" + v.Usage + "`"
		if len(v.Aliases) > 0 {
			usage += " (`" + strings.Join(v.Aliases, "`, `") + "`)"
		}
		want = append(want, "| "+usage+" | "+who[v.Access]+" | "+v.Help+" |")
	}
	equal := func(a, b string) bool { return a == b }
	readPage(t, "README.md").keep(t, "<!-- verbes", "<!-- fin des verbes", want, equal)
}

// TestServerReadmeIsWhole: it names every package of the server and every table.
func TestServerReadmeIsWhole(t *testing.T) {
	t.Parallel()
	readme := strings.Join(readPage(t, "server/README.md").lines, "\n")
	names, err := filepath.Glob("../internal/*")
	must(t, err)
	for i, name := range names {
		names[i] = "`internal/" + filepath.Base(name) + "`"
	}
	migrations, err := filepath.Glob("../internal/store/migrations/mysql/*.up.sql")
	must(t, err)
	for _, path := range migrations {
		text, err := os.ReadFile(path)
		must(t, err)
		for _, table := range createTable.FindAllStringSubmatch(string(text), -1) {
			names = append(names, "`"+table[1]+"`")
		}
	}
	for _, name := range names {
		if !strings.Contains(readme, name) {
			t.Errorf("server/README.md does not name %s", name)
		}
	}
	if len(names) < 30 {
		t.Errorf("only %d packages and tables were found", len(names))
	}
}

var createTable = regexp.MustCompile(`CREATE TABLE IF NOT EXISTS (\w+)`)
