package tokens

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"etuservices/client/internal/statefile"
)

func TestStore(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "not", "yet")}
	if _, ok := s.Load("h:1", ""); ok {
		t.Error("a token out of nothing")
	}
	for _, k := range [][3]string{{"h:1", "alice", "j1"}, {"h:1", "Bob@ex.fr", "j2"}, {"h:2", "alice", "j3"}} {
		if err := s.Save(k[0], k[1], k[2]); err != nil {
			t.Fatal(err)
		}
	}
	for _, k := range [][3]string{
		{"h:1", "alice", "j1"},
		{"h:1", "bob@ex.fr", "j2"},
		{"h:2", "alice", "j3"},
		{"h:1", "", "j2"},
		{"h:2", "", "j3"},
		{"h:2", "bob@ex.fr", ""},
		{"h:3", "", ""},
	} {
		if got, _ := s.Load(k[0], k[1]); got != k[2] {
			t.Errorf("%q: got %q", k, got)
		}
	}
	if err := s.Delete("h:1", ""); err != nil { // the last one: Bob
		t.Error(err)
	}
	if _, ok := s.Load("h:1", ""); ok {
		t.Error("the last login is still known")
	}
	if _, ok := s.Load("h:1", "alice"); !ok {
		t.Error("the others are gone too")
	}
	if err := s.Forget("h:1"); err != nil {
		t.Error(err)
	}
	if _, ok := s.Load("h:1", "alice"); ok {
		t.Error("not forgotten")
	}
	if err := s.Delete("h:9", "nobody"); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheOwnerReads(t *testing.T) {
	s := Store{Dir: filepath.Join(t.TempDir(), "d")}
	if err := s.Save("h:1", "alice", "j"); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s: %s", path, info.Mode())
		}
		return nil
	})
	if err != nil || files != 2 {
		t.Errorf("%d files, %v", files, err)
	}
}

// What a user types as a login is no path.
func TestNamesStayInside(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	names := []string{"../../etc/passwd", "..", "", "a/b", `a\b`, "é", strings.Repeat("x", 5000), "x-1", "con:", ".cache", "a\x00b"}
	seen := map[string]bool{}
	for i, login := range names {
		if err := s.Save("../"+login, login, fmt.Sprint(i)); err != nil {
			t.Errorf("%.20q: %v", login, err)
		}
		if login != "" {
			if got, _ := s.Load("../"+login, login); got != fmt.Sprint(i) {
				t.Errorf("%.20q gives %q", login, got)
			}
		}
		seen[statefile.Name(login)] = true
	}
	if len(seen) != len(names) {
		t.Error("two logins share a file")
	}
	entries, err := os.ReadDir(filepath.Dir(s.Dir))
	if err != nil || len(entries) != 1 {
		t.Errorf("written outside: %v, %v", entries, err)
	}
}

// Several programs at once: a reader sees a whole token, always.
func TestAtOnce(t *testing.T) {
	s := Store{Dir: t.TempDir()}
	long := strings.Repeat("j", 200)
	if err := s.Save("h", "a", long); err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 50 {
				if err := s.Save("h", "a", long); err != nil {
					t.Error(err)
				}
				if got, _ := s.Load("h", "a"); got != long {
					t.Errorf("read %q", got)
				}
			}
		})
	}
	all.Wait()
}

func TestNoPlace(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (Store{Dir: file}).Save("h", "a", "j"); err == nil {
		t.Error("saved into a file's inside")
	}
}
