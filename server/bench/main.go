// Command bench measures the server beside bare drivers that do the same Redis
// and SQL work (package bare), in turn, on private stores, and gives ratios:
// absolute figures mean nothing but on one machine in one run. `make bench`
// runs it; -help lists its options.
//
// With -drive it measures nothing of the kind: students come to servers that run
// already and work there, for who wants to look at a server under load.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"etuservices/server/bench/site"
	"etuservices/server/internal/spawn"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	spawn.CleanUp()
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, out, notes io.Writer) int {
	if os.Getenv(site.BareVariable) != "" {
		if err := site.ServeBare(ctx, out); err != nil {
			fmt.Fprintln(notes, "pilote nu :", err)
			return 1
		}
		return 0
	}
	o, err := parse(args, notes)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(notes, "bench :", err)
		return 2
	}
	work := bench
	if len(o.drive) > 0 {
		work = drive
	}
	if err := work(ctx, o, out, notes); err != nil {
		fmt.Fprintln(notes, "bench :", err)
		return 1
	}
	return 0
}
