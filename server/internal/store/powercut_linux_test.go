package store_test

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// salesTraced is how many sales the child acknowledges.
const salesTraced = 10

// A power cut loses nothing that was acknowledged: before each acknowledgement
// the log of SQLite was written and synced. The same test must see that a store
// without it (synchronous=OFF) would lose all.
func TestAcknowledgedSaleIsSynced(t *testing.T) {
	t.Parallel()
	for role, want := range map[string]int{"sales": 0, "sales without sync": salesTraced} {
		t.Run(role, func(t *testing.T) {
			t.Parallel()
			if acknowledged, lost := traceSales(t, role); acknowledged != salesTraced || lost != want {
				t.Errorf("%d acknowledged, %d of them not synced, want %d", acknowledged, lost, want)
			}
		})
	}
}

// traceSales runs a child under strace.
func traceSales(t *testing.T, role string) (acknowledged, lost int) {
	t.Helper()
	child := childCommand(t, role, testenv.Embedded(t))
	in, err := child.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = child.Process.Kill(); _ = child.Wait() })
	said := bufio.NewScanner(out)
	if !said.Scan() || said.Text() != "ready" {
		t.Fatalf("the child says %q", said.Text())
	}
	trace := filepath.Join(t.TempDir(), "trace")
	var attached strings.Builder
	strace := exec.Command("strace", "-f", "-y", "-s", "16", "-o", trace, "-e", "trace=write,pwrite64,fsync,fdatasync",
		"-p", strconv.Itoa(child.Process.Pid))
	errs, err := strace.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := strace.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = strace.Process.Kill() })
	for lines := bufio.NewScanner(errs); !strings.Contains(attached.String(), "attached"); {
		if !lines.Scan() {
			t.Fatalf("strace: %s", attached.String())
		}
		attached.WriteString(lines.Text() + "\n")
	}
	if _, err := in.Write([]byte("\n")); err != nil {
		t.Fatal(err)
	}
	for n := 0; n < salesTraced && said.Scan(); n++ {
	}
	_ = in.Close() // the child ends, and strace with it
	ended := time.AfterFunc(time.Minute, func() { _ = strace.Process.Kill() })
	defer ended.Stop()
	_ = strace.Wait()
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	return judgeTrace(string(text))
}

var (
	walWrite = regexp.MustCompile(`\b(?:pwrite64|write)\(\d+<[^>]*-wal>`)
	walSync  = regexp.MustCompile(`^(\d+) .*\bf(?:data)?sync\(\d+<[^>]*-wal>( <unfinished|\)\s+= 0)`)
	resumed  = regexp.MustCompile(`^(\d+) .*<\.\.\. f(?:data)?sync resumed>\)\s+= 0`)
)

// judgeTrace counts the acknowledgements, and those since the one before which
// the log was not written, and synced after that.
func judgeTrace(text string) (acknowledged, lost int) {
	written, synced := false, false
	waiting := map[string]bool{} // threads in a sync of the log
	for line := range strings.Lines(text) {
		switch found := walSync.FindStringSubmatch(line); {
		case found != nil && strings.Contains(found[2], "unfinished"):
			waiting[found[1]] = true
		case found != nil:
			synced = written
		case walWrite.MatchString(line):
			written, synced = true, false
		case strings.Contains(line, `"+OK VENTE`):
			acknowledged++
			if !written || !synced {
				lost++
			}
			written, synced = false, false
		default:
			if found := resumed.FindStringSubmatch(line); found != nil && waiting[found[1]] {
				delete(waiting, found[1])
				synced = written
			}
		}
	}
	return acknowledged, lost
}
