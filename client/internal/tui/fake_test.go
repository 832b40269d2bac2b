package tui

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/protocol"
)

// silence is what a call that gets no answer panics with: the test's loop
// keeps such a command aside, to run it again when the answer is to come.
type silence struct{}

// fake is a server in memory, a page.API: it answers at once, fails or stays silent as
// told. Its fields may be changed between two messages.
type fake struct {
	Now    time.Time
	Link   link.State
	Logged *api.Session // Enter and Login give it; nil: nobody is kept
	Stock  []api.Article
	Sales  []api.Article
	Buys   []api.Article
	Quota  api.Quotas
	// Backwards: of several answers that may come in any order the last comes
	// first.
	Backwards bool
	Ranks     api.Boards
	Inbox     []api.News // newest first
	Here      api.Count
	Errs      map[string]error // by method
	Silent    map[string]bool  // by method
	Calls     []string         // what was asked, in order
	Refs      []string         // of Sell and Buy

	Logins  []api.Connected
	People  []api.Account // by login
	Servers []api.Instance
	Slots   []api.Slot // of History
	Open    bool       // registration
	Reason  string     // why somebody was shut out
	Orders  []string   // what an administrator asked for, in order

	mu     sync.Mutex
	states chan link.State
	events chan api.Event
	live   chan api.Event
}

// newFake is a server with a student, a catalogue and some history.
func newFake(now time.Time) *fake {
	f := &fake{
		Now: now, Link: link.State{Phase: link.Online, Generation: 1},
		Errs: map[string]error{}, Silent: map[string]bool{},
		states: make(chan link.State, 1), events: make(chan api.Event, 64),
		live: make(chan api.Event, 64),
		Here: api.Count{Connections: 4, Users: 3},
		Quota: api.Quotas{
			Connections: api.Quota{Used: 1, Max: 10, Left: 9, Window: 10 * time.Minute},
			Services:    api.Quota{Used: 3, Max: 10, Left: 7, Window: 10 * time.Minute},
		},
	}
	for i, a := range []struct {
		title, cat, seller string
		cents              int64
		age                time.Duration
	}{
		{"Le Cœur en dehors", "livre", "zoe", 300, 2 * time.Hour},
		{"Un cœur en hiver", "dvd", "leo", 450, 24 * time.Hour},
		{"Cœurs perdus en Atlantide", "livre", "amina", 520, 72 * time.Hour},
		{"Amélie Poulain", "dvd", "amelie", 450, 80 * time.Hour},
		{"Calculatrice graphique, piles neuves, très bon état", "materiel", "bob", 3500, 90 * time.Hour},
		{"L'Étranger", "livre", "david", 400, 100 * time.Hour},
	} {
		f.Stock = append(f.Stock, api.Article{
			ID: strconv.Itoa(i + 1), Title: a.title, Category: a.cat, Seller: a.seller,
			Cents: a.cents, Published: now.Add(-a.age), Status: api.OnSale,
		})
	}
	f.Sales = []api.Article{
		{ID: "4", Title: "Amélie Poulain", Category: "dvd", Cents: 450, Published: now.Add(-80 * time.Hour), Status: api.OnSale, Seller: "amelie"},
		{ID: "12", Title: "Le Petit Prince", Category: "livre", Cents: 350, Published: now.Add(-26 * time.Hour), Status: api.Sold, SoldAt: now.Add(-time.Hour), Seller: "amelie", Other: "leo", Contact: "leo@etu.example"},
	}
	f.Buys = []api.Article{
		{ID: "20", Title: "Réseaux, 5e édition", Category: "livre", Cents: 1200, Published: now.Add(-5 * time.Hour), Status: api.Sold, SoldAt: now.Add(-3 * time.Hour), Seller: "zoe", Other: "zoe", Contact: "zoe@etu.example"},
	}
	f.Ranks = api.Boards{
		api.Latest:   {{Rank: 1, Login: "amelie", When: now.Add(-time.Minute)}, {Rank: 2, Login: "zoe", When: now.Add(-time.Hour)}},
		api.Top:      {{Rank: 1, Login: "zoe", Count: 34}, {Rank: 2, Login: "amelie", Count: 21}, {Rank: 3, Login: "leo", Count: 8}},
		api.Least:    {{Rank: 1, Login: "bob"}, {Rank: 1, Login: "david"}, {Rank: 3, Login: "amelie", Count: 3}},
		api.Services: {{Rank: 1, Name: "achat", Count: 61}, {Rank: 2, Name: "vente", Count: 22}},
	}
	return f
}

// LogIn makes amelie the session that is kept.
func (f *fake) LogIn() { f.Logged = &api.Session{Login: "amelie", Role: api.Student, Resumed: true} }

// Many fills the stock with n articles.
func (f *fake) Many(n int) {
	f.Stock = make([]api.Article, n)
	for i := range f.Stock {
		f.Stock[i] = api.Article{
			ID: strconv.Itoa(n - i), Title: fmt.Sprintf("Article numéro %d à l'été", n-i), Category: protocol.Categories[i%6],
			Seller: "zoe", Cents: int64(i%9000) + 1, Published: f.Now.Add(-time.Duration(i) * time.Second), Status: api.OnSale,
		}
	}
}

// Push hands out a state or an event as the server would.
func (f *fake) Push(v any) {
	switch v := v.(type) {
	case link.State:
		f.states <- v
	case api.Event:
		f.events <- v
	}
}

// call notes a call and tells how it ends.
func (f *fake) call(name string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.Silent[name] {
		panic(silence{})
	}
	f.Calls = append(f.Calls, name)
	return f.Errs[name]
}

// Called counts the calls of a method.
func (f *fake) Called(name string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, c := range f.Calls {
		if c == name {
			n++
		}
	}
	return n
}

func (f *fake) State() link.State { return f.Link }

func (f *fake) Changes() <-chan link.State { return f.states }

func (f *fake) Events() <-chan api.Event { return f.events }

func (f *fake) Retry() { f.mu.Lock(); f.Calls = append(f.Calls, "Retry"); f.mu.Unlock() }

func matches(a api.Article, q api.Query) bool {
	if q.Category != "" && a.Category != q.Category || q.Seller != "" && a.Seller != q.Seller ||
		(q.MaxCents > 0 || q.Free) && a.Cents > q.MaxCents {
		return false
	}
	title := " " + protocol.Fold(a.Title)
	for w := range strings.FieldsSeq(protocol.Fold(q.Words)) {
		if !strings.Contains(title, " "+w) {
			return false
		}
	}
	return true
}
