package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"etuservices/server/bench/load"
	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
)

const (
	// idleMost is what an idle logged-in connection may cost the server's
	// process, in KiB, and idleSlower how much longer the slowest sales may take
	// beside them (issue 5).
	idleMost   = 10
	idleSlower = 1.3
	// settle is how long the process has to give back what logging in needed.
	settle = 20 * time.Second
)

// rest holds many logged-in connections that say nothing: what each costs, and
// what they cost those who work, at a rate that the machine bears.
func (b *banc) rest(ctx context.Context) (list []report.Figure, err error) {
	if b.idle == 0 {
		return nil, nil
	}
	place, err := b.stores.Open(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, place.Close()) }()
	if err := place.Fill(ctx, b.conns+b.idle, site.CheapHash); err != nil {
		return nil, err
	}
	m := measure{verb: "VENTE", rule: callRule}
	server, err := b.startServer(place, m)
	if err != nil {
		return nil, err
	}
	defer server.program.End(syscall.SIGTERM)
	sell := func() (load.Summary, error) {
		result, err := load.Run(ctx, server.steps(), load.Plan{Warmup: warmup, Time: max(b.time, restTime), Rate: b.rate})
		return result.Summary(), errors.Join(err, ctx.Err())
	}
	alone, err := sell()
	if err != nil {
		return nil, err
	}
	before := resident(server.pid())
	tokens, err := place.Tokens(ctx, place.Users[b.conns:])
	if err != nil {
		return nil, err
	}
	quiet, err := b.hold(tokens, server.program.Addr())
	defer func() {
		for _, c := range quiet {
			_ = c.Close()
		}
	}()
	if err != nil {
		return nil, err
	}
	least := resident(server.pid())
	for end := time.Now().Add(settle); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(settle / 20) {
		least = min(least, resident(server.pid()))
	}
	beside, err := sell()
	if err != nil {
		return nil, err
	}
	return []report.Figure{
		{
			Name: "mémoire d'une connexion au repos", Unit: "Kio", Wanted: idleMost,
			Value:  float64(least-before) / float64(b.idle),
			Detail: fmt.Sprintf("%d connexions : %d → %d Mio résidents", b.idle, before>>10, least>>10),
		},
		{
			Name: "VENTE à débit donné, p99 à côté d'elles", Unit: "×", Wanted: idleSlower,
			Value:  float64(beside.P99) / float64(alone.P99),
			Detail: fmt.Sprintf("%g/s, p99 %d µs → %d µs", b.rate, alone.P99, beside.P99),
		},
	}, nil
}

// restTime: at 200 a second, 20 sales lie above the p99.
const restTime = 10 * time.Second

// hold opens the idle connections, as many at a time as work elsewhere.
func (b *banc) hold(tokens []string, addr string) ([]*load.Conn, error) {
	each := make([][]*load.Conn, b.conns)
	failed := make([]error, b.conns)
	var all sync.WaitGroup
	for worker := range each {
		all.Go(func() {
			for i := worker; i < len(tokens) && failed[worker] == nil; i += b.conns {
				c, err := load.Dial(addr)
				if err == nil {
					each[worker] = append(each[worker], c)
					_, err = c.Line("REPRENDRE " + tokens[i])
				}
				failed[worker] = err
			}
		})
	}
	all.Wait()
	return slices.Concat(each...), errors.Join(failed...)
}

// resident is a process's memory in KiB; 0 where there is no /proc.
func resident(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, line, _ := bytes.Cut(status, []byte("VmRSS:"))
	var kib int64
	_, _ = fmt.Sscan(string(line), &kib)
	return kib
}
