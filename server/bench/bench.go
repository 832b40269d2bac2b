package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
)

// The kept result, beside this file.
const (
	keptTable = "BENCHMARKS.md"
	keptJSON  = "benchmarks.json"
)

// errSlower is a measure that fell behind the kept one.
var errSlower = errors.New("plus lent que la mesure gardée")

func bench(ctx context.Context, o options, out, notes io.Writer) error {
	folder, err := site.Folder()
	if err != nil {
		return err
	}
	fmt.Fprintln(notes, "bench : compilation du serveur, démarrage de MariaDB et de Redis…")
	server, err := site.Build(o.profiles != "")
	if err != nil {
		return err
	}
	stores, err := site.StartStores()
	if err != nil {
		return err
	}
	machine, err := stores.Machine(ctx)
	if err != nil {
		return err
	}
	result := report.Result{Machine: machine, Conns: o.conns, Time: o.time, Rounds: o.rounds}
	b := &banc{options: o, server: server, stores: stores, notes: notes}
	for _, m := range measures {
		if !o.wants(m.verb) {
			continue
		}
		row, err := b.measure(ctx, m)
		if err != nil {
			return fmt.Errorf("%s : %w", m.name, err)
		}
		result.Rows = append(result.Rows, row)
	}
	if o.wants(allocVerb) {
		if result.Allocs, err = b.allocations(ctx); err != nil {
			return fmt.Errorf("%s : %w", allocVerb, err)
		}
	}
	for _, s := range singles {
		if !o.wants(s.verb) {
			continue
		}
		figures, err := s.run(b, ctx)
		if err != nil {
			return fmt.Errorf("%s : %w", s.verb, err)
		}
		for _, f := range figures {
			fmt.Fprintln(notes, "bench :", f)
		}
		result.Figures = append(result.Figures, figures...)
	}
	return finish(o, result, folder, out, notes)
}

// finish prints the result, and keeps it or compares it with the kept one.
func finish(o options, result report.Result, folder string, out, notes io.Writer) error {
	table := out
	if o.json == "-" {
		table = notes
		if err := report.WriteJSON(out, result); err != nil {
			return err
		}
	}
	report.WriteTable(table, result)
	if o.json != "" && o.json != "-" {
		if err := writeFile(o.json, func(w io.Writer) error { return report.WriteJSON(w, result) }); err != nil {
			return err
		}
	}
	if o.check {
		return check(result, filepath.Join(folder, keptJSON), table)
	}
	if len(o.verbs) > 0 {
		return nil // a part of the table does not replace the whole
	}
	err := writeFile(filepath.Join(folder, keptTable), func(w io.Writer) error { report.WriteMarkdown(w, result); return nil })
	return errors.Join(err,
		writeFile(filepath.Join(folder, keptJSON), func(w io.Writer) error { return report.WriteJSON(w, result) }))
}

func check(result report.Result, path string, out io.Writer) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	kept, err := report.ReadJSON(f)
	if err != nil {
		return fmt.Errorf("%s : %w", path, err)
	}
	if worse := report.Compare(out, kept, result); worse > 0 {
		return fmt.Errorf("%w : %d mesures", errSlower, worse)
	}
	return nil
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
