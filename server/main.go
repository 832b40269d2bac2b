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

	"github.com/alexedwards/argon2id"

	"etuservices/server/config"
	"etuservices/server/hashing"
	"etuservices/server/shell"
)

func main() {
	if hashing.Help() {
		return
	}
	os.Exit(program(os.Args[1:], hashing.Cost))
}

// program runs the server, or one of its commands, and gives the code to exit
// with: 1 after a failure, 2 where it was not asked rightly.
func program(args []string, cost argon2id.Params) (code int) {
	words, options := shell.Split(args)
	if len(words) > 0 {
		if err := shell.Check(words); err != nil {
			return complain(err, 2)
		}
	}
	cfg, err := config.Load(options, os.Getenv, os.Stderr)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return complain(err, 2)
	}
	ctx, stop := untilStopped(context.Background())
	defer stop()
	if len(words) > 0 {
		err = runCommand(ctx, words, cfg, cost, os.Stdout, os.Stderr)
	} else {
		err = run(ctx, cfg, cost, os.Stdout, os.Stderr)
	}
	if err != nil {
		return complain(err, 1)
	}
	return 0
}

func complain(err error, code int) int {
	fmt.Fprintln(os.Stderr, "etuservices-server :", err)
	return code
}
