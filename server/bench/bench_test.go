package main

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"etuservices/server/bench/report"
	"etuservices/server/internal/testenv"
)

// TestBenchRuns does the whole of it in small, on the real server: every
// measure gives figures on both sides, and none is refused.
func TestBenchRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the server and starts it for every measure")
	}
	testenv.Real(t) // skips where MariaDB or Redis is missing
	var out bytes.Buffer
	o := options{
		verbs: slices.DeleteFunc(verbNames(), func(v string) bool { return v == screenVerb }), // go test in go test
		conns: 2, time: 500 * time.Millisecond, rounds: 1, rate: 100, json: "-",
		users: 50, ledger: 1000,
	}
	if err := bench(t.Context(), o, &out, silent); err != nil {
		t.Fatal(err)
	}
	result, err := report.ReadJSON(&out)
	if err != nil {
		t.Fatal(err)
	}
	if len(result.Rows) != len(measures) || len(result.Allocs) != 2 {
		t.Errorf("%d rows, %d counts", len(result.Rows), len(result.Allocs))
	}
	for i, row := range result.Rows {
		round := row.Rounds[0]
		if round.Server.Ops == 0 || round.Server.P99 == 0 {
			t.Errorf("%s: the server did nothing", row.Name)
		}
		if (round.Bare == nil) != (measures[i].side == nothing) || round.Bare != nil && round.Bare.Ops == 0 {
			t.Errorf("%s: the bare driver did nothing", row.Name)
		}
	}
	if m := result.Machine; m.FlushAtCommit != 1 || m.Cores == 0 || m.Redis == "" || m.MariaDB == "" {
		t.Errorf("machine: %+v", m)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, args := range [][]string{
		{"-verbs", "PING,NIX"}, {"-conns", "0"}, {"-time", "-1s"}, {"-rounds", "0"}, {"-nix"}, {"PING"},
	} {
		if _, err := parse(args, silent); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	o, err := parse([]string{"-verbs", "ping, achat"}, silent)
	if err != nil || !o.wants("PING") || !o.wants("ACHAT") || o.wants("VENTE") {
		t.Errorf("%+v, %v", o, err)
	}
}

func TestStudentsDoAllTheirHabits(t *testing.T) {
	sum := 0
	for _, h := range habits {
		sum += h.share
	}
	if sum != 100 {
		t.Errorf("the shares are %d of a hundred", sum)
	}
}
