package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strconv"
	"strings"

	"etuservices/server/bench/report"
)

// The student's screen (issue 5), measured by package client/tui's own
// benchmarks on the real program: milliseconds from its start to its first frame
// and from a key to its frame, and percent of a core while nobody does anything.
const (
	frameMost = 150
	keyMost   = 16
	idleShare = 1
)

// screenVerb is the measure's name.
const screenVerb = "ECRAN"

const screenBenchmarks = "^Benchmark(FirstFrame|KeyInCatalogue|KeyToTerminal|IdleSecond)$"

func (b *banc) screen(ctx context.Context) ([]report.Figure, error) {
	cmd := exec.CommandContext(ctx, "go", "test", "etuservices/client/tui", "-run", "^$",
		"-bench", screenBenchmarks, "-benchtime", "100x")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("go test -bench : %w\n%s", err, out)
	}
	took := benchmarks(out)
	const ms, second = 1e6, 1e9 // nanoseconds
	key := 0.0
	for _, what := range []string{"move", "page", "search"} {
		key = max(key, took["KeyInCatalogue/"+what]["ns/op"]/ms)
	}
	var list []report.Figure
	for _, f := range []report.Figure{
		{Name: "écran : première image", Value: took["FirstFrame"]["ms/frame"], Unit: "ms", Wanted: frameMost, Detail: "terminal muet, programme entier"},
		{Name: "écran : d'une touche à son image", Value: key, Unit: "ms", Wanted: keyMost, Detail: fmt.Sprintf(
			"100 000 articles, la plus lente de trois ; au terminal %.1f ms, pire %.1f", took["KeyToTerminal"]["ns/op"]/ms, took["KeyToTerminal"]["ms-worst"])},
		{Name: "écran : au repos", Value: 100 * took["IdleSecond"]["ns/op"] / second, Unit: "% d'un cœur", Wanted: idleShare, Detail: "accueil ouvert"},
	} {
		if f.Value > 0 { // not where the benchmarks do not build
			list = append(list, f)
		}
	}
	return list, nil
}

// benchmarks reads what `go test -bench` prints: by name, the values by unit.
func benchmarks(out []byte) map[string]map[string]float64 {
	all := map[string]map[string]float64{}
	for line := range bytes.Lines(out) {
		fields := strings.Fields(string(line))
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := strings.TrimPrefix(fields[0], "Benchmark")
		if i := strings.LastIndexByte(name, '-'); i > 0 { // the number of cores
			name = name[:i]
		}
		all[name] = map[string]float64{}
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err == nil {
				all[name][fields[i+1]] = v
			}
		}
	}
	return all
}
