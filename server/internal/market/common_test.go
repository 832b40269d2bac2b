package market

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// stall is a market with more articles than a rare word has: rouge and vert in
// half of them each, in one out of fifty together; manuel in all.
func stall(t *testing.T, stores *store.Stores) (m *Market, titles []string) {
	t.Helper()
	const n = 2*selectiveWord + 500
	m = New(Options{Stores: stores, Log: slog.New(slog.DiscardHandler)})
	old := store.At(time.Now().Add(-time.Hour))
	exec(t, stores, `INSERT INTO utilisateurs (id, login, email, prenom, nom, mot_de_passe, cree_le)
		VALUES (1, 'a', 'a@b.fr', 'A', 'B', '', ?)`, old)
	for from := 1; from <= n; from += 500 {
		var articles, words []any
		for id := from; id < from+500; id++ {
			title := "Manuel rouge"
			if id%2 == 0 {
				title = "Manuel vert"
			}
			if id%50 == 1 {
				title += " verte"
			}
			titles = append(titles, title)
			articles = append(articles, id, 1, []string{"livre", "dvd"}[id%3%2], id*31%500, title, old)
			for _, w := range Words(title) {
				words = append(words, w, id)
			}
		}
		exec(t, stores, `INSERT INTO articles (id, vendeur_id, categorie, prix_centimes, titre, publie_le) VALUES `+
			strings.Repeat(", (?, ?, ?, ?, ?, ?)", len(articles)/6)[2:], articles...)
		exec(t, stores, `INSERT INTO mots (mot, article_id) VALUES `+strings.Repeat(", (?, ?)", len(words)/2)[2:], words...)
	}
	return m, titles
}

func exec(t *testing.T, stores *store.Stores, query string, args ...any) {
	t.Helper()
	if _, err := stores.SQL.Write.Exec(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// walk reads a list page by page.
func walk(t *testing.T, m *Market, f Filter) (ids []int64) {
	t.Helper()
	for {
		page, err := m.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range page.Articles {
			ids = append(ids, a.ID)
		}
		if f.After = page.Next; f.After == "" {
			return ids
		}
	}
}

// learnAll reads what searches have asked for, as Run does.
func learnAll(t *testing.T, m *Market) (words []string) {
	t.Helper()
	for len(m.common.wanted) > 0 {
		w := <-m.common.wanted
		words = append(words, w)
		if err := m.loadPostings(t.Context(), w); err != nil {
			t.Fatal(err)
		}
	}
	slices.Sort(words)
	return words
}

// TestCommonWordsAnswerTheSame: what a server knows of its common words changes
// how an answer is found, and nothing in it.
func TestCommonWordsAnswerTheSame(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		m, titles := stall(t, env.Open(t))
		most := int64(100)
		filters := []Filter{
			{Query: "rouge"},
			{Query: "rouge vert", Limit: 7},
			{Query: "rou ver man"},
			{Query: "rouge vert", Order: Cheapest, Limit: 7},
			{Query: "rouge", Order: Expensive, Limit: 100},
			{Query: "rouge vert", Category: "dvd"},
			{Query: "manuel vert", MaxCents: &most, Limit: 100},
			{Query: "manuel verte", Limit: 3},
			{Query: "manuel", Limit: 1, After: "1"},
			{Query: "manuel rouge", After: "3"},
			{Query: "manuel zebre"},
		}
		var before [][]int64
		for i := range filters {
			if filters[i].Limit == 0 {
				filters[i].Limit = 20
			}
			before = append(before, walk(t, m, filters[i]))
		}
		both := 0
		for _, title := range titles {
			if strings.Contains(title, "rouge") && strings.Contains(title, "vert") {
				both++
			}
		}
		if both == 0 || len(before[1]) != both || len(before[0]) != len(titles)/2 {
			t.Fatalf("%d of %d with both words, %d of %d with one", len(before[1]), both, len(before[0]), len(titles)/2)
		}
		if got := learnAll(t, m); !slices.Contains(got, "rouge") || !slices.Contains(got, "ver") {
			t.Fatalf("searches asked for %q", got)
		}
		if ids, _, ok := m.common.intersect([]string{"rouge", "vert"}, 1<<62, time.Now()); !ok || !slices.Equal(ids, before[1]) {
			t.Errorf("common words meet in %v, %v; want %v", ids, ok, before[1])
		}
		for i, f := range filters {
			if got := walk(t, m, f); !slices.Equal(got, before[i]) {
				t.Errorf("%+v: %v once the words are known, %v before", f, got, before[i])
			}
		}
	})
}

// TestCommonWordsOfWhatIsNew: an article is found as soon as it is published,
// and no longer once it is gone, whatever is known of its words.
func TestCommonWordsOfWhatIsNew(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		m, titles := stall(t, env.Open(t))
		f := Filter{Query: "vert rouge", Limit: 5}
		walk(t, m, f)
		learnAll(t, m)
		stock := func(at time.Time) int64 {
			o := Listing{Category: "livre", Title: "Vert et rouge"}
			if err := m.Seed(t.Context(), ledger.User{ID: 1}, o, store.At(at)); err != nil {
				t.Fatal(err)
			}
			return walk(t, m, f)[0]
		}
		fresh := stock(time.Now())
		if fresh != int64(len(titles)+1) {
			t.Fatalf("%d is the newest, want %d", fresh, len(titles)+1)
		}
		if err := m.loadPostings(t.Context(), "vert"); err != nil {
			t.Fatal(err)
		}
		if got := m.common.known("vert").upto; got != int64(len(titles)) {
			t.Errorf("read on up to %d; %d may have neighbours that are not committed", got, fresh)
		}
		settled := stock(time.Now().Add(-time.Hour))
		count := m.common.known("vert").ids.GetCardinality()
		if err := m.loadPostings(t.Context(), "vert"); err != nil {
			t.Fatal(err)
		}
		if got := m.common.known("vert"); got.upto != settled || got.ids.GetCardinality() != count+2 {
			t.Errorf("read on up to %d, %d more; want %d, 2", got.upto, got.ids.GetCardinality()-count, settled)
		}
		for _, id := range []int64{fresh, settled, 1} {
			if err := m.Withdraw(t.Context(), ledger.User{ID: 1}, id); err != nil {
				t.Fatal(err)
			}
		}
		ids := walk(t, m, f)
		for _, id := range []int64{fresh, settled, 1} {
			if slices.Contains(ids, id) {
				t.Errorf("%d is withdrawn and listed", id)
			}
		}
	})
}

// TestCommonWordsThatBecomeRare are forgotten: they lead by themselves.
func TestCommonWordsThatBecomeRare(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		m, _ := stall(t, env.Open(t))
		walk(t, m, Filter{Query: "rouge", Limit: 100})
		learnAll(t, m)
		if m.common.known("rouge") == nil {
			t.Fatal("rouge is not known to be common")
		}
		exec(t, m.Stores, `DELETE FROM mots WHERE mot = 'rouge' AND article_id > 100`)
		m.common.known("rouge").read = time.Now().Add(-2 * rereadAfter)
		if err := m.loadPostings(t.Context(), "rouge"); err != nil {
			t.Fatal(err)
		}
		if m.common.known("rouge") != nil {
			t.Error("rouge is still known to be common")
		}
	})
}

// TestCommonWordsThatCannotBeRead are asked for again.
func TestCommonWordsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	m, _ := stall(t, testenv.Embedded(t).Open(t))
	f := Filter{Query: "rouge vert", Limit: 5}
	want := walk(t, m, f)
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := m.loadPostings(gone, <-m.common.wanted); err == nil {
		t.Fatal("read although nobody waits")
	}
	if got := walk(t, m, f); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := learnAll(t, m); len(got) != 2 {
		t.Errorf("asked for %q, want both", got)
	}
}

// TestCommonWordsHaveTheirRoom: the memory of all is bounded, and who was asked
// for longest ago goes first.
func TestCommonWordsHaveTheirRoom(t *testing.T) {
	t.Parallel()
	c, now := newPostingsCache(), time.Now()
	everyOther := make([]uint64, commonMemory/8/9*2) // four of them have room
	for i := range everyOther {
		everyOther[i] = 0x5555_5555_5555_5555
	}
	for i := range 6 {
		p := &postings{ids: roaring.FromDense(everyOther, false), extended: now.Add(time.Duration(i) * time.Second)}
		c.set(fmt.Sprint(i), p)
		c.intersect([]string{"0"}, 1, p.extended) // always in use
	}
	var left []string
	for w := range c.words {
		left = append(left, w)
	}
	slices.Sort(left)
	if want := []string{"0", "3", "4", "5"}; !slices.Equal(left, want) {
		t.Errorf("%q are kept, want %q", left, want)
	}
	for i := range 2 * commonQueue {
		c.intersect([]string{fmt.Sprint("mot", i)}, 1, now)
	}
	if n := len(c.words); n > 4+commonQueue {
		t.Errorf("%d words wait to be read, want %d at most", n, commonQueue)
	}
}
