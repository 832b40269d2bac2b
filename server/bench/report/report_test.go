package report_test

import (
	"bytes"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"etuservices/server/bench/load"
	"etuservices/server/bench/report"
)

func row(name string, wanted float64, ratios ...float64) report.Row {
	r := report.Row{Name: name, Wanted: wanted}
	for _, x := range ratios {
		r.Rounds = append(r.Rounds, report.Round{
			Server: load.Summary{Rate: 1000 * x, P50: 850, P99: 12_345, CPU: 21.04},
			Bare:   &load.Summary{Rate: 1000, P50: 800, P99: 9_000},
		})
	}
	return r
}

func TestRatioIsTheMedian(t *testing.T) {
	for _, c := range []struct {
		ratios            []float64
		median, low, high float64
	}{
		{[]float64{0.9, 0.1, 0.8}, 0.8, 0.1, 0.9},
		{[]float64{0.9, 0.7, 0.8, 3}, 0.85, 0.7, 3},
		{[]float64{0.5}, 0.5, 0.5, 0.5},
		{nil, 0, 0, 0},
	} {
		median, low, high := row("x", 0, c.ratios...).Ratio()
		if math.Abs(median-c.median) > 1e-9 || low != c.low || high != c.high {
			t.Errorf("%v: %v, %v–%v", c.ratios, median, low, high)
		}
	}
}

func TestCompareFailsBeyondTolerance(t *testing.T) {
	kept := report.Result{
		Rows:   []report.Row{row("A", 0, 0.9), row("B", 0, 0.9), row("gone", 0, 1), {Name: "alone", Rounds: []report.Round{{}}}},
		Allocs: []report.Alloc{{Name: "PING", Server: 0}, {Name: "QUOTA", Server: 40, Bare: 30}},
	}
	now := report.Result{
		Rows:   []report.Row{row("A", 0, 0.73), row("B", 0, 0.71), row("new", 0, 0.1), {Name: "alone", Rounds: []report.Round{{}}}},
		Allocs: []report.Alloc{{Name: "PING", Server: 1}, {Name: "QUOTA", Server: 42, Bare: 30}},
	}
	var said bytes.Buffer
	if worse := report.Compare(&said, kept, now); worse != 2 {
		t.Errorf("%d worse", worse)
	}
	for name, want := range map[string]bool{"A :": false, "B :": true, "PING :": true, "QUOTA :": false, "new :": false} {
		if got := strings.Contains(said.String(), name); got != want {
			t.Errorf("%s said: %v\n%s", name, got, said.String())
		}
	}
	if worse := report.Compare(&said, kept, kept); worse != 0 {
		t.Errorf("it is worse than itself: %d", worse)
	}
}

func TestTablesSayTheVerdict(t *testing.T) {
	result := report.Result{
		Machine: report.Machine{Cores: 2, Go: "go1.26", Load: 4.25}, Conns: 64, Rounds: 1, Time: time.Second,
		Rows: []report.Row{
			row("PING", 0.9, 0.95), row("VENTE", 0.85, 0.5), row("libre", 0, 0.3),
			{Name: "ETUDIANTS", Rounds: []report.Round{{Server: load.Summary{Rate: 99.96, P50: 999, P99: 1000}}}},
		},
		Allocs: []report.Alloc{{Name: "QUOTA", Server: 36, Bare: 30, Limit: 5}},
	}
	var plain, markdown bytes.Buffer
	report.WriteTable(&plain, result)
	report.WriteMarkdown(&markdown, result)
	for _, want := range []string{
		"| PING | 0.95 ✓ | 0.95–0.95 | 0.90 | 950 | 1000 | 850 µs | 12.3 ms | 800 µs | 9.0 ms | 21.0 µs | — |",
		"| VENTE | 0.50 ✗ |", "| libre | 0.30 |",
		"| ETUDIANTS | — | — | — | 100.0 | — | 999 µs | 1.0 ms | — | — | — | — |",
		"| QUOTA | 36.0 | 30.0 | 6.0 ✗ | 5 |",
		"au départ : 4.2",
		"64 connexions, 1 tours de 1s",
	} {
		if !strings.Contains(markdown.String(), want) {
			t.Errorf("no %q in\n%s", want, markdown.String())
		}
	}
	if lines := strings.Split(strings.TrimSpace(plain.String()), "\n"); len(lines) != 1+4+1+2 {
		t.Errorf("%d lines:\n%s", len(lines), plain.String())
	}
}

func TestJSONComesBack(t *testing.T) {
	want := report.Result{Conns: 64, Time: time.Second, Rows: []report.Row{row("PING", 0.9, 0.5, 0.6)}}
	var file bytes.Buffer
	if err := report.WriteJSON(&file, want); err != nil {
		t.Fatal(err)
	}
	got, err := report.ReadJSON(&file)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nis not\n%+v", got, want)
	}
}
