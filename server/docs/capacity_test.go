package docs

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"etuservices/server/bench/load"
)

// benchmarks are the figures of a file that `go test -bench` wrote: by the name of the
// benchmark, then by unit. Of repeated runs they are the mean.
type benchmarks map[string]map[string]float64

// notInName is what the testing package appends: the number of a run made again, that of
// the cores.
var notInName = regexp.MustCompile(`#\d+|-\d+$`)

func readBenchmarks(t *testing.T, path string) benchmarks {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, path))
	must(t, err)
	all, runs := benchmarks{}, map[string]float64{}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 4 || !strings.HasPrefix(line, "Benchmark") {
			continue
		}
		name := notInName.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		if all[name] == nil {
			all[name] = map[string]float64{}
		}
		runs[name]++
		for i := 2; i+1 < len(fields); i += 2 {
			value, err := strconv.ParseFloat(fields[i], 64)
			must(t, err)
			all[name][fields[i+1]] += (value - all[name][fields[i+1]]) / runs[name]
		}
	}
	return all
}

// of gives a figure that must be there.
func (b benchmarks) of(t *testing.T, name, unit string) float64 {
	t.Helper()
	value, found := b[name][unit]
	if !found {
		t.Fatalf("no figure %s of %s was measured", unit, name)
	}
	return value
}

// cost is CPU time in nanoseconds, of each process.
type cost struct{ server, worker, redis, mariadb float64 }

func (b benchmarks) cost(t *testing.T, name string) cost {
	t.Helper()
	of := func(process string) float64 { return b.of(t, name, process+"-ns/op") }
	return cost{of("server"), of("worker"), of("redis"), of("mariadb")}
}

// price is what a command is said to cost: the most of what each process took, asked one
// at a time and four at a time.
func (b benchmarks) price(t *testing.T, command string) cost {
	t.Helper()
	one, four := b.cost(t, "Capacity/"+command+"/conns=1"), b.cost(t, "Capacity/"+command+"/conns=4")
	return cost{max(one.server, four.server), max(one.worker, four.worker), max(one.redis, four.redis), max(one.mariadb, four.mariadb)}
}

func (c cost) times(n float64) cost {
	return cost{c.server * n, c.worker * n, c.redis * n, c.mariadb * n}
}

func (c cost) plus(d cost) cost {
	return cost{c.server + d.server, c.worker + d.worker, c.redis + d.redis, c.mariadb + d.mariadb}
}

const (
	// tolerance is how far a prediction may lie from what was measured.
	tolerance = 0.2
	// busiestHour is the part of a day's work that falls into its busiest hour, and peak
	// how much more than the mean of that hour its busiest minute has.
	busiestHour, peak = 0.2, 2.0
	// mostUsed is how much of a core may be used in that minute: above it, what arrives waits.
	mostUsed = 0.5
	// minutesADay is how long a student is connected in a day (load.StudentDay).
	minutesADay = 30
	// coresOfMariaDB are those of the largest machine that one MariaDB is thought to use:
	// an assumption, here are two.
	coresOfMariaDB = 32
	// quota is how many logins, and how many calls, pass in quotaWindow seconds.
	quota, quotaWindow = 10.0, 600.0
)

// commandNames are how the page calls the commands that are not verbs.
var commandNames = map[string]string{
	load.Search: "`ARTICLES q=`", load.Login: "connexion, `AUTH`", load.Resume: "connexion, `REPRENDRE`",
}

func commandName(command string) string {
	if name := commandNames[command]; name != "" {
		return name
	}
	return "`" + command + "`"
}

// TestCapacity holds the tables of capacite.md against what was measured (make capacity,
// make scale), and the model against its measurements.
func TestCapacity(t *testing.T) {
	t.Parallel()
	p := readPage(t, "server/docs/capacite.md")
	figures := readBenchmarks(t, "server/bench/capacity.txt")
	equal := func(a, b string) bool { return a == b }

	table, day, commands := costTable(t, figures)
	p.keep(t, "<!-- coûts", "<!-- fin des coûts", table, equal)
	p.keep(t, "<!-- épreuves", "<!-- fin des épreuves", predictionTable(t, figures, day.times(1/commands)), equal)
	login := figures.price(t, load.Login)
	call := figures.price(t, "VENTE").plus(figures.price(t, "ACHAT")).times(0.5)
	p.keep(t, "<!-- machines", "<!-- fin des machines",
		machineTable(day, commands, login.plus(call), figures.of(t, "Idle", "B/conn")), equal)
	p.keep(t, "<!-- échelle", "<!-- fin de l'échelle", scaleTable(t, readBenchmarks(t, "server/bench/scale.txt")), equal)
}

// costTable shows each command with one server, and gives what a student's day costs.
func costTable(t *testing.T, figures benchmarks) (table []string, day cost, commands float64) {
	t.Helper()
	table = []string{
		"| commande | par jour | serveur | mots de passe | Redis | MariaDB |",
		"|---|--:|--:|--:|--:|--:|",
	}
	row := func(name, times string, c cost, format string, unit float64) {
		cells := []string{name, times}
		for _, ns := range []float64{c.server, c.worker, c.redis, c.mariadb} {
			cells = append(cells, strings.ReplaceAll(fmt.Sprintf(format, ns/unit), ".", ","))
		}
		table = append(table, "| "+strings.Join(cells, " | ")+" |")
	}
	for _, use := range load.StudentDay {
		c := figures.price(t, use.Command)
		day, commands = day.plus(c.times(float64(use.Times))), commands+float64(use.Times)
		row(commandName(use.Command), strconv.Itoa(use.Times), c, "%.0f µs", 1e3)
	}
	row("**la journée**", fmt.Sprintf("%.0f", commands), day, "%.1f ms", 1e6)
	rest := "Capacity/Rest/servers=3"
	row("au repos, par seconde, trois serveurs", "", cost{
		figures.of(t, rest, "server-ns/s"), figures.of(t, rest, "worker-ns/s"),
		figures.of(t, rest, "redis-ns/s"), figures.of(t, rest, "mariadb-ns/s"),
	}, "%.1f ms", 1e6)
	return table, day, commands
}

// predictionTable compares what the model says with what was measured.
func predictionTable(t *testing.T, figures benchmarks, command cost) []string {
	t.Helper()
	table := []string{"| épreuve | prédit | mesuré | écart |", "|---|--:|--:|--:|"}
	row := func(name, unit string, predicted, measured float64) {
		off := predicted/measured - 1
		table = append(table, fmt.Sprintf("| %s | %.0f %s | %.0f %s | %+.0f %% |", name, predicted, unit, measured, unit, 100*off))
		if math.Abs(off) > tolerance {
			t.Errorf("%s: the model says %.0f %s, and %.0f were measured", name, predicted, unit, measured)
		}
	}
	for n := 1; n <= 3; n++ {
		name := fmt.Sprintf("la journée mêlée, %d serveur%s, CPU par commande : ", n, map[bool]string{true: "s"}[n > 1])
		measured := figures.cost(t, fmt.Sprintf("Capacity/Day/servers=%d", n))
		row(name+"serveur et mots de passe", "µs", (command.server+command.worker)/1e3, (measured.server+measured.worker)/1e3)
		row(name+"Redis", "µs", command.redis/1e3, measured.redis/1e3)
		row(name+"MariaDB", "µs", command.mariadb/1e3, measured.mariadb/1e3)
	}
	most := 0.0
	for name, units := range figures {
		if strings.HasPrefix(name, "Capacity/Knee/") {
			most = max(most, 1e9/units["ns/op"])
		}
	}
	row("un serveur sur un cœur, `QUOTA` : le plus par seconde", "/s", 1e9/figures.cost(t, "Capacity/Crowd").server, most)
	return table
}

// machineTable is the arithmetic from students to machines: an ordinary day, and all
// students using both quotas up at once.
func machineTable(day cost, commands float64, turn cost, idle float64) []string {
	table := []string{
		"| | 10 000 | 100 000 | 10 millions |",
		"|---|--:|--:|--:|",
	}
	students := []float64{1e4, 1e5, 1e7}
	row := func(name string, of func(students float64) string) {
		cells := []string{name}
		for _, n := range students {
			cells = append(cells, of(n))
		}
		table = append(table, "| "+strings.Join(cells, " | ")+" |")
	}
	days := func(n float64) float64 { return n * busiestHour * peak / 3600 } // a second, in the busiest minute
	connected := func(n float64) float64 { return n * busiestHour * peak * minutesADay / 60 }
	row("commandes par seconde", func(n float64) string { return number(commands * days(n)) })
	row("connexions ouvertes", func(n float64) string { return number(connected(n)) })
	row("leur mémoire", func(n float64) string { return decimal(connected(n)*idle/(1<<30), "Gio") })
	cores(row, func(n float64) cost { return day.times(days(n) / 1e9) })
	rows := func(n float64) float64 {
		logged := 0
		for _, use := range load.StudentDay {
			if slices.Contains([]string{load.Login, "VENTE", "ACHAT"}, use.Command) {
				logged += use.Times
			}
		}
		return n * float64(logged)
	}
	row("lignes du registre par jour", func(n float64) string { return number(rows(n)) })
	row("jours jusqu'à 50 millions de lignes", func(n float64) string { return decimal(50e6/rows(n), "") })
	row("**tous à la limite** : `AUTH` par seconde", func(n float64) string { return number(n * quota / quotaWindow) })
	row("`VENTE` et `ACHAT` par seconde", func(n float64) string { return number(n * quota / quotaWindow) })
	cores(row, func(n float64) cost { return turn.times(n * quota / quotaWindow / 1e9) })
	return table
}

// cores are the rows that say how many cores are used, and what is to be bought for that.
func cores(row func(string, func(float64) string), used func(students float64) cost) {
	bought := func(cores float64) float64 { return math.Ceil(cores / mostUsed) }
	row("cœurs occupés : serveur", func(n float64) string { return decimal(used(n).server, "") })
	row("… mots de passe", func(n float64) string { return decimal(used(n).worker, "") })
	row("… Redis", func(n float64) string { return decimal(used(n).redis, "") })
	row("… MariaDB", func(n float64) string { return decimal(used(n).mariadb, "") })
	row("→ serveurs d'un cœur", func(n float64) string { return number(bought(used(n).server)) })
	row("→ cœurs pour les mots de passe", func(n float64) string { return number(bought(used(n).worker)) })
	row("→ maîtres Redis", func(n float64) string { return number(bought(used(n).redis)) })
	row("→ cœurs pour MariaDB", func(n float64) string { return number(bought(used(n).mariadb)) })
	row(fmt.Sprintf("→ MariaDB de %d cœurs", coresOfMariaDB), func(n float64) string {
		return number(math.Ceil(bought(used(n).mariadb) / coresOfMariaDB))
	})
}

// number writes a whole number with the spaces of French between thousands.
func number(n float64) string {
	digits := fmt.Sprintf("%.0f", n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + " " + digits[i:]
	}
	return digits
}

func decimal(n float64, unit string) string {
	if n >= 10 {
		return strings.TrimSpace(number(n) + " " + unit)
	}
	return strings.TrimSpace(strings.ReplaceAll(fmt.Sprintf("%.2g", n), ".", ",") + " " + unit)
}

// scaleQuestions are the rows of the table of scale, by the names of the benchmark.
var scaleQuestions = []string{
	"STATS", "QUOTA", "ARTICLES", "ARTICLES-rare-category", "ARTICLES-category-price", "ARTICLES-dearest",
	"ARTICLES-rare-word", "ARTICLES-common-word", "ARTICLES-common-and-rare", "ARTICLES-two-common", "ARTICLES-mostly-sold",
	"ACHAT", "AUTH",
}

const (
	mostRatio   = 1.5 // a million, or 50 million rows, beside a thousand
	mostRebuild = 10  // seconds
)

// scaleTable compares a thousand accounts with a million, and with a long ledger.
func scaleTable(t *testing.T, figures benchmarks) []string {
	t.Helper()
	table := []string{
		"| médiane | 1 000 | 1 million | rapport | et 50 millions de lignes | rapport |",
		"|---|--:|--:|--:|--:|--:|",
	}
	for _, question := range scaleQuestions {
		of := func(side string) float64 { return figures.of(t, "Scale/"+question+"/n="+side, "p50-ns") / 1e6 }
		small, large, ledger := of("1000"), of("large"), of("ledger")
		table = append(table, strings.ReplaceAll(fmt.Sprintf("| %s | %.2f ms | %.2f ms | %.2f | %.2f ms | %.2f |",
			question, small, large, large/small, ledger, ledger/small), ".", ","))
		if ratio := max(large, ledger) / small; ratio > mostRatio {
			t.Errorf("%s takes %.2f times as long as with a thousand accounts", question, ratio)
		}
	}
	for _, r := range []struct{ name, unit string }{
		{"démarrage sur un Redis vide, jusqu'à l'écoute", "listening-ns"},
		{"… tableaux rebâtis", "rebuilt-ns"},
		{"… réponse la plus lente entre-temps", "slowest-ns"},
	} {
		of := func(side string) float64 { return figures.of(t, "Scale/Rebuild/n="+side, r.unit) / 1e9 }
		small, large, ledger := of("1000"), of("large"), of("ledger")
		table = append(table, strings.ReplaceAll(fmt.Sprintf("| %s | %.2f s | %.2f s | | %.2f s | |", r.name, small, large, ledger), ".", ","))
		if max(large, ledger) > mostRebuild {
			t.Errorf("%s: %.1f s", r.name, max(large, ledger))
		}
	}
	return table
}
