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
	"strconv"
	"syscall"
	"time"

	"etuservices/server/internal/wait"
)

const (
	// answerTime is far more than a hash takes, and less than the 5 s in which a
	// request must be answered: a worker that is silent for so long hangs.
	answerTime = 2 * time.Second
	// againAfter is when a worker that ended is followed by another; where none
	// can run, the pause doubles up to againMost.
	againAfter = time.Second
	againMost  = time.Minute
	// niceness of a worker: p99 is 1.9 times at 5, 1.3 to 1.8 at 8, 1.5 at 10. More
	// would leave too little to those who log in where all cores are busy: at 10 it
	// is some 4 hashes a second of two cores.
	niceness = 10
)

// worker is the process that hashes, at a lower priority than those who are
// logged in. No thread of this process could be given one: argon2 hands its work
// from goroutine to goroutine, and Go runs those on any thread. In this process, a
// storm of AUTH made the p99 of those who are logged in 2.6 times as long on two
// cores; in a worker, 1.5 times.
type worker struct {
	client *rpc.Client
	pid    int
	kill   context.CancelFunc
}

// Run keeps a worker until ctx ends. Without one nobody waits: the work is done
// in this process.
func (h *Hasher) Run(ctx context.Context, log *slog.Logger) {
	pause := againAfter
	for ctx.Err() == nil {
		began := time.Now()
		err := h.runWorker(ctx, log)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > againMost {
			pause = againAfter
		}
		log.Warn("le processus qui hache les mots de passe s'est arrêté ; le serveur les hache lui-même",
			"erreur", err, "nouvel essai dans", pause)
		_ = wait.For(ctx, pause)
		pause = min(2*pause, againMost)
	}
}

// runWorker starts a worker and waits until it ends.
func (h *Hasher) runWorker(ctx context.Context, log *slog.Logger) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("hashing: %w", err)
	}
	command := []string{self, WorkerCommand}
	if nice, err := exec.LookPath("nice"); err == nil {
		command = append([]string{nice, "-n", strconv.Itoa(niceness)}, command...)
	}
	ctx, kill := context.WithCancel(ctx)
	defer kill()
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Env = []string{"GOMAXPROCS=" + strconv.Itoa(h.atOnce)} // and none of our secrets
	cmd.Stderr = slog.NewLogLogger(log.Handler(), slog.LevelWarn).Writer()
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if err := errors.Join(errIn, errOut); err != nil {
		return fmt.Errorf("hashing: worker: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("hashing: worker: %w", err)
	}
	client := rpc.NewClient(pipes{out, in})
	h.worker.Store(&worker{client, cmd.Process.Pid, kill})
	err = cmd.Wait()
	h.worker.Store(nil)
	_ = client.Close() // whoever waits for it is told
	return fmt.Errorf("hashing: worker: %w", err)
}

// do has work done by the worker, or in this process where there is none that answers.
func (h *Hasher) do(w Work) (Result, error) {
	if worker := h.worker.Load(); worker != nil {
		if result, ok := worker.do(w, h.answer); ok {
			return result, nil
		}
	}
	var result Result
	err := Argon{}.Do(w, &result)
	return result, err
}

// do says whether the worker gave a result. One that is silent for so long is killed.
func (w *worker) do(work Work, within time.Duration) (result Result, ok bool) {
	call := w.client.Go("Argon.Do", work, new(Result), make(chan *rpc.Call, 1))
	timer := time.NewTimer(within)
	defer timer.Stop()
	select {
	case <-call.Done:
		return *call.Reply.(*Result), call.Error == nil
	case <-timer.C:
		w.kill()
		return Result{}, false
	}
}

// pipes are two ends as one.
type pipes struct {
	io.Reader
	io.WriteCloser
}

// WorkerCommand is the subcommand by which a server starts its worker. The help does
// not show it: nobody types it.
const WorkerCommand = "hash-worker"

// RunWorker is the worker's whole life where args are its command, and says so when
// it is over; with any others it does nothing. A program with a Hasher calls it first.
func RunWorker(args []string) (ran bool) {
	if len(args) != 1 || args[0] != WorkerCommand {
		return false
	}
	// What ends the server on a terminal must not end its worker first: it goes
	// when the pipe ends.
	signal.Ignore(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	server := rpc.NewServer()
	if err := server.Register(Argon{}); err != nil {
		panic(err) // the method of Argon is what it is
	}
	// A read that blocks a thread would keep its turn at running Go code from the
	// hash for up to 10 ms; one that Go waits for does not.
	_ = syscall.SetNonblock(syscall.Stdin, true)
	in := os.NewFile(uintptr(syscall.Stdin), "stdin")
	server.ServeConn(pipes{in, os.Stdout})
	return true
}
