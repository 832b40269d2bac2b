// Command etuservices-server is the TCP server of EtuServices: students sell
// and buy articles through two rationed services, over a line protocol that a
// person can type (protocol/PROTOCOL.md).
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"

	"etuservices/protocol"
	"etuservices/protocol/manual"
	"etuservices/server/internal/app"
	"etuservices/server/internal/cli"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
)

func main() {
	if hashing.RunWorker(os.Args[1:]) {
		return
	}
	os.Exit(program(os.Args[1:], hashing.Options{Cost: hashing.Cost, Worker: true}))
}

// program runs the server, or one of its commands, and gives the code to exit
// with: 1 after a failure, 2 where it was not asked rightly.
func program(args []string, hash hashing.Options) (code int) {
	words, options := cli.Split(args)
	if slices.Contains(options, "--version") || slices.Contains(options, "-version") || slices.Equal(words, []string{"version"}) {
		fmt.Println("etuservices-server", protocol.BuildVersion())
		return 0
	}
	if slices.Equal(words, []string{"help"}) {
		words, options = nil, []string{"--help"}
	}
	if manualOf().Write(os.Stdout, args) {
		return 0
	}
	if len(words) > 0 && !slices.Contains(options, "--help") && !slices.Contains(options, "-h") {
		if err := cli.Check(words); err != nil {
			return complain(err, 2)
		}
	}
	var help bytes.Buffer
	cfg, err := config.Load(options, os.Getenv, &help)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Printf("%s\n%s\n%s\n%s", synopsis, cli.Usage(), variables, &help)
		return 0
	}
	if err != nil {
		return complain(fmt.Errorf("%w\n(etuservices-server --help donne les commandes et les options)", err), 2)
	}
	ctx, stop := untilStopped(context.Background())
	defer stop()
	if len(words) > 0 {
		err = app.RunCommand(ctx, words, cfg, hash, os.Stdout, os.Stderr, commandLog(os.Stderr))
	} else {
		var reload <-chan struct{}
		var forget context.CancelFunc
		ctx, reload, forget = onHangup(ctx)
		defer forget()
		err = app.Run(ctx, cfg, hash, reload, os.Stdout, newLog(cfg, os.Stderr))
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) { // whatever was under way
		err = context.Cause(ctx)
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

const (
	synopsis = "Usage : etuservices-server [options]            le serveur\n" +
		"        etuservices-server COMMANDE [options]\n" +
		"        etuservices-server --version | --help\n"
	variables = "Options (chaque option --nom se lit aussi dans la variable ETU_NOM) :"
)

// manualOf is what the manual page and the completion are made of.
func manualOf() manual.Program {
	return manual.Program{
		Name: "etuservices-server", Section: 8, Summary: "le serveur d'EtuServices : ventes et achats entre étudiants, par TCP",
		Commands: cli.Commands(),
		Options:  append(config.Options(), manual.Option{Name: "version", Text: "la version et le commit"}, manual.Option{Name: "help", Text: "l'aide"}),
		Before:   synopsis, After: "Chaque option --nom se lit aussi dans la variable ETU_NOM.\nUn mot de passe est demandé, ou lu dans ETU_PASSWORD ; jamais une option.",
	}
}
