// Command bench puts a running server under load, for whoever wants to look at
// it meanwhile: students register at the servers of -drive and work there, in an
// open loop that rises and falls during -time.
//
// The measures of BENCHMARKS.md are the Go benchmarks of this package's tests;
// `make bench` runs them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, out, notes io.Writer) int {
	o, err := parse(args, notes)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(notes, "bench :", err)
		return 2
	}
	if err := drive(ctx, o, out, notes); err != nil {
		fmt.Fprintln(notes, "bench :", err)
		return 1
	}
	return 0
}

// options are the command line's.
type options struct {
	addrs    []string
	students int
	time     time.Duration
	rate     float64
}

var errOptions = errors.New("option invalide")

func parse(args []string, notes io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(notes)
	addrs := fs.String("drive", "", "adresses de serveurs qui tournent déjà, séparées par des virgules : des étudiants s’y inscrivent et y travaillent (pour mesurer : make bench)")
	fs.IntVar(&o.students, "students", 200, "étudiants")
	fs.DurationVar(&o.time, "time", 3*time.Minute, "durée, avec des creux et des bosses")
	fs.Float64Var(&o.rate, "rate", 200, "commandes par seconde, au plus haut")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	for addr := range strings.SplitSeq(*addrs, ",") {
		if addr = strings.TrimSpace(addr); addr != "" {
			o.addrs = append(o.addrs, addr)
		}
	}
	if len(o.addrs) == 0 || o.students < 1 || o.time <= 0 || o.rate <= 0 || fs.NArg() > 0 {
		return o, fmt.Errorf("%w : -drive ADRESSE, des nombres positifs, et rien derrière les options", errOptions)
	}
	return o, nil
}
