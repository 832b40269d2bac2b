package report

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"etuservices/server/bench/load"
)

// head and cells are the same table in a terminal and in Markdown.
var head = []string{"mesure", "rapport", "étendue", "voulu", "serveur /s", "nu /s", "p50", "p99", "nu p50", "nu p99", "CPU", "nu CPU"}

func cells(r Row) []string {
	server := func(figure func(load.Summary) float64) float64 {
		m, _, _ := spread(r.Rounds, func(x Round) float64 { return figure(x.Server) })
		return m
	}
	rate := func(s load.Summary) float64 { return s.Rate }
	p50 := func(s load.Summary) float64 { return float64(s.P50) }
	p99 := func(s load.Summary) float64 { return float64(s.P99) }
	cpu := func(s load.Summary) float64 { return s.CPU }
	line := []string{
		r.Name, "—", "—", "—", perSecond(server(rate)), "—", latency(server(p50)), latency(server(p99)), "—", "—",
		micros(server(cpu)), "—",
	}
	if len(r.Rounds) == 0 || r.Rounds[0].Bare == nil {
		return line
	}
	bare := func(figure func(load.Summary) float64) float64 {
		m, _, _ := spread(r.Rounds, func(x Round) float64 { return figure(*x.Bare) })
		return m
	}
	median, low, high := r.Ratio()
	line[1], line[2] = fmt.Sprintf("%.2f", median), fmt.Sprintf("%.2f–%.2f", low, high)
	if r.Wanted > 0 {
		line[1] += verdict(median >= r.Wanted)
		line[3] = fmt.Sprintf("%.2f", r.Wanted)
	}
	line[5], line[8], line[9], line[11] = perSecond(bare(rate)), latency(bare(p50)), latency(bare(p99)), micros(bare(cpu))
	return line
}

var allocHead = []string{"allocations par requête", "serveur", "pilote nu", "en plus", "permis"}

func allocCells(a Alloc) []string {
	more := a.Server - a.Bare
	return []string{
		a.Name, fmt.Sprintf("%.1f", a.Server), fmt.Sprintf("%.1f", a.Bare),
		fmt.Sprintf("%.1f", more) + verdict(more <= a.Limit), fmt.Sprintf("%.0f", a.Limit),
	}
}

func verdict(ok bool) string {
	if ok {
		return " ✓"
	}
	return " ✗"
}

func perSecond(rate float64) string {
	if rate < 100 {
		return fmt.Sprintf("%.1f", rate)
	}
	return fmt.Sprintf("%.0f", rate)
}

// latency reads microseconds.
func latency(us float64) string {
	if us < 1000 {
		return fmt.Sprintf("%.0f µs", us)
	}
	return fmt.Sprintf("%.1f ms", us/1000)
}

// micros is CPU time of one operation, which tells sides apart where the
// stores or a busy machine bound both.
func micros(us float64) string {
	if us == 0 {
		return "—"
	}
	return fmt.Sprintf("%.1f µs", us)
}

// lines gives all tables, a nil line between them.
func lines(r Result) (all [][]string) {
	if len(r.Rows) > 0 {
		all = append(all, head)
		for _, row := range r.Rows {
			all = append(all, cells(row))
		}
	}
	if len(r.Allocs) > 0 {
		all = append(all, nil, allocHead)
		for _, a := range r.Allocs {
			all = append(all, allocCells(a))
		}
	}
	if len(r.Figures) > 0 {
		all = append(all, nil, figureHead)
		for _, f := range r.Figures {
			all = append(all, f.cells())
		}
	}
	return all
}

// WriteTable writes for a terminal.
func WriteTable(w io.Writer, r Result) {
	columns := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, line := range lines(r) {
		fmt.Fprintln(columns, strings.Join(line, "\t"))
	}
	_ = columns.Flush()
}
