package hashing

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/rpc"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) {
	if RunWorker(os.Args[1:]) {
		return
	}
	m.Run()
}

// patience is far more than a worker needs to start on a busy machine, race
// detector included.
const patience = 30 * time.Second

// withWorker gives a hasher with a worker, until the test ends, that may be as slow as a busy machine is.
func withWorker(t *testing.T) (h *Hasher, log *testenv.Log) {
	t.Helper()
	return withWorkerAnswering(t, time.Minute)
}

func withWorkerAnswering(t *testing.T, answer time.Duration) (h *Hasher, log *testenv.Log) {
	t.Helper()
	h, log = New(cheap, time.Minute), &testenv.Log{}
	h.answer = answer
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { h.Run(ctx, slog.New(slog.NewTextHandler(log, nil))); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	other(t, h, nil)
	return h, log
}

// other waits for a worker that is another than before.
func other(t *testing.T, h *Hasher, before *worker) *worker {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		if now := h.worker.Load(); now != nil && now != before {
			return now
		}
	}
	t.Fatal("no worker")
	return nil
}

// match compares in its turn.
func match(t *testing.T, h *Hasher, password, hash string) (ok bool, err error) {
	err = h.Turn(t.Context(), "", func() (err error) { ok, err = h.Compare(password, hash); return err })
	return ok, err
}

// works wants right answers from a hasher.
func works(t *testing.T, h *Hasher) {
	t.Helper()
	hash, err := h.Hash(t.Context(), "", "motdepasse")
	if err != nil || h.NeedsRehash(hash) {
		t.Fatalf("%q: %v", hash, err)
	}
	for _, c := range []struct {
		password, hash string
		want           bool
	}{{"motdepasse", hash, true}, {"motdepassé", hash, false}, {"motdepasse", "", false}, {"", "", false}} {
		if got, err := match(t, h, c.password, c.hash); got != c.want || err != nil {
			t.Errorf("%q, %q: %v, %v", c.password, c.hash, got, err)
		}
	}
	if ok, err := match(t, h, "motdepasse", "$argon2id$rien"); ok || err == nil {
		t.Errorf("a broken hash: %v, %v", ok, err)
	}
}

func TestHashingWithAndWithoutWorker(t *testing.T) {
	works(t, New(cheap, time.Minute))
	h, _ := withWorker(t)
	works(t, h)
	if result, ok := h.worker.Load().do(Work{Password: "x", Hash: h.dummy}, h.answer); !ok || result.Match {
		t.Error("the worker does nothing")
	}
}

// TestManyAtOnce use one worker.
func TestManyAtOnce(t *testing.T) {
	h, log := withWorker(t)
	first := h.worker.Load()
	var all sync.WaitGroup
	for i := range 100 {
		all.Go(func() {
			mine := fmt.Sprint("motdepasse", i)
			hash, err := h.Hash(t.Context(), "", mine)
			if err != nil {
				t.Error(err)
			}
			if ok, err := match(t, h, mine, hash); !ok || err != nil {
				t.Errorf("%d: %v, %v", i, ok, err)
			}
		})
	}
	all.Wait()
	if h.worker.Load() != first || log.String() != "" {
		t.Errorf("another worker: %s", log)
	}
}

// TestWorkerAway: whatever happens to a worker, passwords are answered as ever,
// and another worker comes.
func TestWorkerAway(t *testing.T) {
	for name, c := range map[string]struct {
		sig  syscall.Signal
		wait time.Duration // before the first answer
	}{
		"killed": {syscall.SIGKILL, 0},
		"hangs":  {syscall.SIGSTOP, answerTime},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, log := withWorkerAnswering(t, answerTime)
			first := other(t, h, nil)
			if err := syscall.Kill(first.pid, c.sig); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			works(t, h)
			if took := time.Since(start); took < c.wait || took > c.wait+patience {
				t.Errorf("answered after %v", took)
			}
			other(t, h, first)
			works(t, h)
			if !strings.Contains(log.String(), "level=WARN") || strings.Contains(log.String(), "motdepasse") {
				t.Errorf("logged: %s", log)
			}
		})
	}
}

// TestSilentWorker is waited for exactly so long, then killed.
func TestSilentWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		killed := false
		mute := &worker{client: rpc.NewClient(&silence{ended: make(chan struct{})}), kill: func() { killed = true }}
		defer mute.client.Close()
		h := New(cheap, time.Minute)
		h.worker.Store(mute)
		start := time.Now()
		if ok, err := match(t, h, "x", ""); ok || err != nil {
			t.Errorf("%v, %v", ok, err)
		}
		if took := time.Since(start); took != answerTime || !killed {
			t.Errorf("after %v, killed: %v", took, killed)
		}
	})
}

// TestWorkerOutlivesSignals that a terminal or systemd sends to it as well: it
// goes with its server, not before.
func TestWorkerOutlivesSignals(t *testing.T) {
	h, log := withWorker(t)
	works(t, h) // it has said that it ignores them
	first := other(t, h, nil)
	works(t, h)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if err := syscall.Kill(first.pid, sig); err != nil {
			t.Fatal(err)
		}
		works(t, h)
	}
	if h.worker.Load() != first || log.String() != "" {
		t.Errorf("it ended: %s", log)
	}
}

// TestWorkerEnds with Run.
func TestWorkerEnds(t *testing.T) {
	h := New(cheap, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	var log testenv.Log
	go func() { h.Run(ctx, slog.New(slog.NewTextHandler(&log, nil))); close(done) }()
	pid := other(t, h, nil).pid
	cancel()
	<-done
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("process %d: %v", pid, err)
	}
	if log.String() != "" {
		t.Errorf("logged: %s", &log)
	}
	works(t, h)
}

// TestWorkerKnowsNoSecrets of the server's secrets.
func TestWorkerKnowsNoSecrets(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the environment of a process is read from /proc")
	}
	t.Setenv("ETU_MYSQL_DSN", "root:secret@/etu")
	h, _ := withWorker(t)
	works(t, h) // it is past exec
	for _, of := range []string{"environ", "cmdline"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", h.worker.Load().pid, of))
		if err != nil || len(text) == 0 || bytes.Contains(text, []byte("secret")) || bytes.Contains(text, []byte("motdepasse")) {
			t.Errorf("%s: %q, %v", of, text, err)
		}
	}
}

// silence is a worker that reads and never answers.
type silence struct{ ended chan struct{} }

func (s *silence) Write(b []byte) (int, error) { return len(b), nil }
func (s *silence) Close() error                { close(s.ended); return nil }
func (s *silence) Read([]byte) (int, error)    { <-s.ended; return 0, os.ErrClosed }
