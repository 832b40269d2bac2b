// Command etuservices-server is the TCP server of EtuServices: students sell
// and buy articles through two rationed services, over a line protocol that a
// person can type (protocol/PROTOCOL.md).
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"etuservices/server/accounts"
	"etuservices/server/config"
)

func main() {
	cfg, err := config.Load(os.Args[1:], os.Getenv, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "etuservices-server :", err)
		os.Exit(2)
	}
	ctx, stop := untilStopped(context.Background())
	defer stop()
	if err := run(ctx, cfg, accounts.HashCost, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "etuservices-server :", err)
		os.Exit(1) //nolint:gocritic // nothing is left to stop
	}
}
