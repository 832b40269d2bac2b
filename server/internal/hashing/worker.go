package hashing

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/rpc"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"syscall"
	"time"
)

const (
	// answerTime is far more than a hash takes, and less than the 5 s in which a
	// reply must be said: a helper that is silent for so long hangs.
	answerTime = 2 * time.Second
	// againAfter is when a helper that ended is followed by another; where none
	// can run, the pause doubles up to againMost.
	againAfter = time.Second
	againMost  = time.Minute
)

// worker is the process that hashes, at a lower priority than those who are
// logged in. No thread of this process could be given one: argon2 hands its work
// from goroutine to goroutine, and Go runs those on any thread. Here, a storm of
// AUTH made the p99 of those who are logged in 2.6 times as long on two cores;
// with it, 1.5 times.
type worker struct {
	client *rpc.Client
	pid    int
	kill   context.CancelFunc
}

// Run keeps a helper until ctx ends. Without one nobody waits: the work is done
// here.
func (h *Hasher) Run(ctx context.Context, log *slog.Logger) {
	pause := againAfter
	for ctx.Err() == nil {
		began := time.Now()
		err := h.keep(ctx, log)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > againMost {
			pause = againAfter
		}
		log.Warn("le processus qui hache les mots de passe s'est arrêté ; le serveur les hache lui-même",
			"erreur", err, "nouvel essai dans", pause)
		select {
		case <-time.After(pause):
		case <-ctx.Done():
		}
		pause = min(2*pause, againMost)
	}
}

// keep starts a helper and waits until it ends.
func (h *Hasher) keep(ctx context.Context, log *slog.Logger) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("hashing: %w", err)
	}
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	cmd := exec.CommandContext(ctx, self)
	cmd.Args[0] = "etuservices-server (mots de passe)"
	cmd.Env = []string{helperVariable + "=" + fmt.Sprint(cap(h.here.turns))} // and none of our secrets
	cmd.Stderr = slog.NewLogLogger(log.Handler(), slog.LevelWarn).Writer()
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return fmt.Errorf("hashing: helper: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("hashing: helper: %w", err)
	}
	client := rpc.NewClient(pipes{out, in})
	h.worker.Store(&worker{client, cmd.Process.Pid, kill})
	err = cmd.Wait()
	h.worker.Store(nil)
	_ = client.Close() // whoever waits for it is told
	return fmt.Errorf("hashing: helper: %w", err)
}

// do has work done by the helper, or here where there is none that answers.
func do[T any](h *Hasher, method string, w Work, here func(*Argon, Work, *T) error) (T, error) {
	if help := h.worker.Load(); help != nil {
		var reply T
		if help.does(method, w, &reply, h.answer) {
			return reply, nil
		}
	}
	var reply T // the helper may still write into the other one
	err := here(h.here, w, &reply)
	return reply, err
}

// does says whether reply holds the answer. A helper that is silent for so long is
// killed.
func (h *worker) does(method string, w Work, reply any, within time.Duration) bool {
	call := h.client.Go(method, w, reply, make(chan *rpc.Call, 1))
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-call.Done:
		return call.Error == nil
	case <-timer.C:
		h.kill()
		return false
	}
}

// pipes are two ends as one.
type pipes struct {
	io.Reader
	io.WriteCloser
}

// helperVariable makes a process of this program a helper; its value is how
// many hashes it makes at once.
const helperVariable = "ETU_HASHERS"

// RunWorker turns a process that Run started into a helper, and says so once it is
// over; in any other it does nothing. A program that has a Hasher calls it first.
func RunWorker() (helped bool) {
	hashers, err := strconv.Atoi(os.Getenv(helperVariable))
	if err != nil {
		return false
	}
	// What ends the server on a terminal must not end its helper first: it goes
	// when the pipe ends.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	lowerPriority()
	runtime.GOMAXPROCS(hashers)
	server := rpc.NewServer()
	if err := server.Register(newArgon(hashers)); err != nil {
		panic(err) // the methods of Argon are what they are
	}
	// A read that blocks a thread would keep its turn at running Go code from the
	// hash for up to 10 ms; one that Go waits for does not.
	_ = syscall.SetNonblock(syscall.Stdin, true)
	in := os.NewFile(uintptr(syscall.Stdin), "stdin")
	server.ServeConn(pipes{in, os.Stdout})
	return true
}
