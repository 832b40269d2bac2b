package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// pictures are words that stood for something else in older versions of this code.
// Neither identifiers nor comments use them.
var pictures = map[string]string{
	"house": "app", "door": "limiter", "doors": "limiters", "lane": "batch", "lanes": "batches",
	"twin": "the same call in progress", "twins": "the same calls in progress",
	"phantom": "orphan", "phantoms": "orphans", "certify": "confirm", "stranger": "unauthenticated",
	"strangers": "unauthenticated", "deed": "action", "deeds": "actions", "ghost": "deleted account",
	"audience": "followers", "he": "the user", "him": "the user", "his": "their",
}

// notInRepository are documents that a reader of the repository does not have.
var notInRepository = regexp.MustCompile(`(?i)\b(contract|design) section|\bissue [0-9]+\b|\(T[0-9]+[,)]`)

// document is a document of the repository, and perhaps a section of it.
var document = regexp.MustCompile(`\b([A-Za-z_]+\.md)(?: §([0-9]+(?:\.[0-9]+)?))?`)

// TestCommentsArePlain: what the code says can be understood with this repository
// alone, and in the terms of the field.
func TestCommentsArePlain(t *testing.T) {
	t.Parallel()
	documents := map[string]string{} // by name: the text
	root := os.DirFS("..")
	walk := func(do func(path string)) {
		t.Helper()
		err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && (d.Name() == ".git" || d.Name() == ".cache") {
				return fs.SkipDir
			}
			if err == nil && !d.IsDir() {
				do(path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	walk(func(path string) {
		if filepath.Ext(path) == ".md" {
			text, err := fs.ReadFile(root, path)
			if err != nil {
				t.Fatal(err)
			}
			documents[filepath.Base(path)] += string(text)
		}
	})
	walk(func(path string) {
		if filepath.Ext(path) != ".go" {
			return
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, filepath.Join("..", path), nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, group := range file.Comments {
			text := group.Text()
			at := set.Position(group.Pos())
			if cited := notInRepository.FindString(text); cited != "" {
				t.Errorf("%s: %q is not in this repository", at, cited)
			}
			for _, cited := range document.FindAllStringSubmatch(text, -1) {
				body, found := documents[cited[1]]
				if !found {
					t.Errorf("%s: there is no %s", at, cited[1])
				} else if s := cited[2]; s != "" && !regexp.MustCompile(`(?m)^#+ `+regexp.QuoteMeta(s)+`\.? `).MatchString(body) {
					t.Errorf("%s: %s has no section %s", at, cited[1], s)
				}
			}
			if ours := strings.HasPrefix(path, "server/") || strings.HasPrefix(path, "protocol/"); ours && !strings.HasSuffix(path, "_test.go") {
				for _, word := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && r != '-' && r != '\'' }) {
					plainly(t, at, word)
				}
			}
		}
		if strings.HasPrefix(path, "client/") || strings.HasSuffix(path, "_test.go") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if name, ok := n.(*ast.Ident); ok {
				for _, word := range parts.FindAllString(name.Name, -1) {
					plainly(t, set.Position(name.Pos()), word)
				}
			}
			return true
		})
	})
}

// parts are the words of an identifier, but for those in capitals alone.
var parts = regexp.MustCompile(`[A-Z]?[a-z]+`)

func plainly(t *testing.T, at token.Position, word string) {
	t.Helper()
	if plain, picture := pictures[strings.ToLower(word)]; picture {
		t.Errorf("%s: %q: say %s", at, word, plain)
	}
}
