package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"etuservices/server/internal/spawn"
)

// profile fetches the server's profiles during its turns; the last ones stay.
// A nil *profile does nothing.
type profile struct {
	socket string
	path   string // of the files, without ".cpu.pprof"
	time   time.Duration
	notes  io.Writer
	client http.Client
	busy   sync.WaitGroup
}

func newProfile(path string, d time.Duration, notes io.Writer) (*profile, error) {
	dir, _, err := spawn.TempDir()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	p := &profile{socket: filepath.Join(dir, "pprof.sock"), path: path, time: d, notes: notes}
	p.client.Transport = &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", p.socket)
	}}
	return p, nil
}

// begin profiles the CPU for the time of a turn.
func (p *profile) begin() {
	if p == nil {
		return
	}
	p.busy.Go(func() { p.fetch("profile?seconds="+strconv.Itoa(int(max(1, p.time.Seconds()))), ".cpu.pprof") })
}

// finish waits for that and fetches what was allocated since the start.
func (p *profile) finish() {
	if p == nil {
		return
	}
	p.busy.Wait()
	p.fetch("allocs", ".allocs.pprof")
	p.fetch("goroutine", ".goroutine.pprof")
}

func (p *profile) fetch(what, suffix string) {
	err := func() error {
		response, err := p.client.Get("http://server/debug/pprof/" + what)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		return writeFile(p.path+suffix, func(w io.Writer) error { _, err := io.Copy(w, response.Body); return err })
	}()
	if err != nil {
		fmt.Fprintln(p.notes, "bench : profil manqué :", err)
	}
}
