package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"syscall"
	"time"

	"etuservices/server/bench/load"
	"etuservices/server/bench/report"
	"etuservices/server/bench/site"
	"etuservices/server/internal/stats"
)

const (
	// small is what a million is held against.
	small = 1000
	// scaleAsked of each question on both sides, in turn: the median of so many
	// is steady, and the whole takes a minute.
	scaleAsked = 100
	// scaleMost is how much longer a question may take (issue 5).
	scaleMost = 1.5
	// bigDatabase keeps the second place apart from the first's 0 and 1.
	bigDatabase = 2
)

// questions have as many answers in a small crowd as in a large one.
var questions = []struct{ name, line string }{
	{"STATS", "STATS"},
	{"QUOTA", "QUOTA"},
	{"ARTICLES", "ARTICLES"},
	{"ARTICLES, catégorie rare", "ARTICLES categorie=dvd"},
	{"ARTICLES, catégorie et prix", "ARTICLES categorie=dvd prix_max=20 tri=prix"},
	{"ARTICLES, au plus cher", "ARTICLES tri=-prix"},
	{"ARTICLES, mot rare", "ARTICLES q=" + site.WordRare},
	{"ARTICLES, mot commun", "ARTICLES q=" + site.WordAll},
	{"ARTICLES, commun et rare", `ARTICLES q="` + site.WordAll + " " + site.WordRare + `"`},
	{"ARTICLES, deux communs, peu ensemble", `ARTICLES q="` + site.WordOften + " " + site.WordOther + `"`},
	{"ARTICLES, mot surtout d'articles vendus", "ARTICLES q=" + site.WordSold},
}

// scale asks a small place and a large one the same things in turn.
func (b *banc) scale(ctx context.Context) (list []report.Figure, err error) {
	if b.big == 0 {
		return nil, nil
	}
	stores, err := site.StartStores(site.Roomy...)
	if err != nil {
		return nil, err
	}
	defer stores.End()
	few, closeFew, err := b.crowd(ctx, stores, small, 0)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeFew()) }()
	many, closeMany, err := b.crowd(ctx, stores, b.big, bigDatabase)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, closeMany()) }()
	for _, q := range questions {
		line := func(int) string { return q.line }
		f, err := b.compare(ctx, q.name, few, many, line, line)
		if err != nil {
			return list, err
		}
		list = append(list, f)
	}
	// Each article once, spread over all of them; not sold, and not one's own.
	buy := func(n int) func(int) string {
		return func(i int) string { return fmt.Sprintf("ACHAT %d", 2+5*(i*(n/5)/(scaleAsked+scaleWarm))) }
	}
	f, err := b.compare(ctx, "ACHAT", few, many, buy(small), buy(b.big))
	return append(list, f), err
}

// crowd starts a server on a crowd of n and logs its first user in.
func (b *banc) crowd(ctx context.Context, stores *site.Stores, n, db int) (conn *load.Conn, end func() error, err error) {
	place, err := stores.OpenBeside(ctx, db)
	if err != nil {
		return nil, nil, err
	}
	start := time.Now()
	if err := place.FillCrowd(ctx, n); err != nil {
		return nil, nil, errors.Join(err, place.Close())
	}
	fmt.Fprintf(b.notes, "bench : %d comptes et articles en %v\n", n, time.Since(start).Round(time.Second))
	start = time.Now() // a server would do so before it listens, longer than we wait for one
	if err := stats.New(place.Stores, slog.New(slog.DiscardHandler)).Check(ctx); err != nil {
		return nil, nil, errors.Join(err, place.Close())
	}
	fmt.Fprintf(b.notes, "bench : tableaux rebâtis en %v\n", time.Since(start).Round(time.Millisecond))
	program, err := place.StartServer(b.server, readRule, "")
	if err != nil {
		return nil, nil, errors.Join(err, place.Close())
	}
	end = func() error { program.End(syscall.SIGTERM); return place.Close() }
	if conn, err = load.Dial(program.Addr()); err == nil {
		_, err = conn.Line("AUTH " + place.Users[0].Login + " " + place.Password)
	}
	if err != nil {
		return nil, nil, errors.Join(err, end())
	}
	return conn, end, nil
}

// scaleWarm questions come first: the pages that they need are read, and the
// lists of common words.
const scaleWarm = 10

func (b *banc) compare(ctx context.Context, name string, few, many *load.Conn, askFew, askMany func(i int) string) (report.Figure, error) {
	f := report.Figure{Name: "1 000 → " + fmt.Sprint(b.big) + " : " + name, Unit: "×", Wanted: scaleMost}
	var times [2][]time.Duration
	var first [2]time.Duration
	for i := range scaleWarm + scaleAsked {
		for side, conn := range []*load.Conn{few, many} {
			line := []func(int) string{askFew, askMany}[side](i)
			start := time.Now()
			if _, err := conn.Line(line); err != nil {
				return f, fmt.Errorf("%s : %w", line, err)
			}
			if i == 0 {
				first[side] = time.Since(start)
			}
			if i >= scaleWarm {
				times[side] = append(times[side], time.Since(start))
			}
		}
		if err := ctx.Err(); err != nil {
			return f, err
		}
	}
	before, after := median(times[0]), median(times[1])
	f.Value = float64(after) / float64(before)
	f.Detail = fmt.Sprintf("médiane %v → %v ; la première fois %v → %v", before.Round(time.Microsecond), after.Round(time.Microsecond),
		first[0].Round(time.Microsecond), first[1].Round(time.Microsecond))
	return f, nil
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}
