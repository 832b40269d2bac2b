package admin

import (
	"cmp"
	"slices"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

const (
	maxFeed    = 500         // how many rows are kept
	foldWithin = time.Minute // how long after the last one the same thing counts in its row
)

// feedTypes are the events by which the feed is narrowed; "" is all.
var feedTypes = []string{"", "CONNEXION", "VENTE", "ACHAT", "REFUS"}

// entry is what happened, once or several times.
type entry struct {
	api.Activity // the last time
	id, times    int
	same         string // equal for what is counted in one row
	words        string // what a search is compared with
}

// feed is what users do, the newest first; narrowed, paused and scrolled.
type feed struct {
	e      *page.Env
	table  widget.Table
	search form.Search
	only   int     // of feedTypes
	rows   []entry // oldest first
	shown  []entry // newest first, what the search leaves
	paused time.Time
	lost   int // events that did not come
	nextID int
}

func newFeed(e *page.Env) *feed { return &feed{e: e, search: form.NewSearch()} }

// happened counts an event in the row of the same thing, or in a new one.
func (f *feed) happened(a api.Activity) {
	get := a.Fields.Get
	n := entry{Activity: a, times: 1, same: strings.Join([]string{
		a.Type, a.Login, get("verbe"), get("code"), get("adresse"), get("titre"), get("prix"), get("vendeur"),
	}, "\x00")}
	for i := len(f.rows) - 1; i >= 0 && a.At.Sub(f.rows[i].At) < foldWithin; i-- {
		if old := f.rows[i]; old.same == n.same {
			n.id, n.times, n.words = old.id, old.times+1, old.words
			f.rows = slices.Delete(f.rows, i, i+1)
			break
		}
	}
	if n.id == 0 {
		f.nextID++
		n.id, n.words = f.nextID, protocol.Fold(strings.ReplaceAll(n.same, "\x00", " ")+" "+cmp.Or(a.Login, f.e.S(i18n.Feed.Nobody))+" "+f.e.T.Name(i18n.Refusals, get("code")))
	}
	if f.rows = append(f.rows, n); len(f.rows) > maxFeed {
		f.rows = f.rows[len(f.rows)-maxFeed:]
	}
}

// refresh shows what the search leaves.
func (f *feed) refresh() {
	words := strings.Fields(protocol.Fold(f.search.Words()))
	before := f.shown
	f.shown = nil
	for _, n := range slices.Backward(f.rows) {
		missing := func(w string) bool { return !strings.Contains(n.words, w) }
		if (f.only == 0 || n.Type == feedTypes[f.only]) && !slices.ContainsFunc(words, missing) {
			f.shown = append(f.shown, n)
		}
	}
	page.KeepPlace(&f.table, before, f.shown, func(a, b entry) bool { return a.id == b.id })
}

func (f *feed) current() (entry, bool) { return page.At(f.shown, f.table.Cur) }

// arrived shows what came, unless the user paused.
func (f *feed) arrived() {
	if f.paused.IsZero() {
		f.refresh()
	}
}

func (f *feed) key(k tea.KeyMsg) (used bool) {
	changed, used := f.search.Key(k)
	switch {
	case changed:
		f.table.Cur = 0
	case used:
		return true
	case !f.search.Typing() && keys.Pause.Is(k):
		if f.paused.IsZero() {
			f.paused = f.e.Now()
			return true
		}
		f.paused = time.Time{}
	case !f.search.Typing() && keys.Category.Is(k):
		f.only, f.table.Cur = (f.only+1)%len(feedTypes), 0
	default:
		return f.table.Key(k, len(f.shown))
	}
	f.refresh()
	return true
}

func (f *feed) view(w, h int) string {
	e, th := f.e, f.e.Theme
	title := e.S(i18n.Feed.Title)
	if f.only > 0 {
		title += " " + theme.Sep + " " + e.T.Name(i18n.FeedTypes, feedTypes[f.only])
	}
	in, rows := w-widget.PanelW, h-widget.PanelH
	var l widget.Lines
	if f.search.Typing() || f.search.Words() != "" {
		l.Add(f.search.View(e, i18n.Feed.Find, in))
		rows--
	}
	f.table.Height = rows - 1
	p := f.table.Panel(title, len(f.shown))
	p.Right = e.T.N(i18n.Feed.Count, len(f.shown))
	switch {
	case !f.paused.IsZero():
		p.Foot = th.Warn.Render(theme.Stop + " " + e.S(i18n.Feed.Paused, e.T.Age(e.Now().Sub(f.paused))))
	case f.lost > 0:
		p.Foot = th.Faint.Render(e.T.N(i18n.Live.Missed, f.lost))
	}
	switch {
	case len(f.rows) == 0:
		l.Add(e.Note(e.S(i18n.Live.Quiet), in))
	case len(f.shown) == 0:
		l.Add(e.Note(e.S(i18n.Feed.None), in))
	default:
		logins := max(8, min(14, in/7)) // whoever they are, so that what stands behind does not move
		l.Add(f.table.View(th, []widget.Column{
			{Title: e.S(i18n.Col.Time), Width: 8, From: 60, Style: &th.Faint},
			{Title: e.S(i18n.Col.Type), Width: 11},
			{Title: widget.Fit(e.S(i18n.Col.Who), logins), Width: logins},
			{Title: e.S(i18n.Col.What)},
		}, len(f.shown), in, true, f.cells))
	}
	return p.View(th, l.String(), w, h)
}

func (f *feed) cells(i int) []string {
	e, n := f.e, f.shown[i]
	sign, style, what := f.words(n.Activity)
	kind := style.Render(sign + " " + e.T.Name(i18n.FeedTypes, n.Type))
	if n.times > 1 {
		what = "×" + e.T.Int(int64(n.times)) + " " + what
	}
	return []string{e.T.ClockSeconds(n.At), kind, cmp.Or(n.Login, e.S(i18n.Feed.Nobody)), what}
}

// words is what happened, and its sign.
func (f *feed) words(a api.Activity) (sign string, style lipgloss.Style, what string) {
	e, th, get := f.e, f.e.Theme, a.Fields.Get
	amount := func() string {
		cents, err := protocol.ParsePrice(get("prix"))
		if err != nil {
			return "?"
		}
		return e.T.Amount(cents)
	}
	switch a.Type {
	case "CONNEXION":
		return theme.Dot, th.Accent, e.S(i18n.Feed.From, get("adresse"))
	case "VENTE":
		return theme.Check, th.OK, e.S(i18n.Feed.Sale, get("titre"), amount())
	case "ACHAT":
		return theme.Check, th.OK, e.S(i18n.Feed.Buy, get("titre"), get("vendeur"), amount())
	case "REFUS":
		return theme.Alert, th.Warn, e.S(i18n.Feed.Refused, get("verbe"), e.T.Name(i18n.Refusals, get("code")), get("adresse"))
	}
	return theme.Sep, th.Faint, a.Text
}

func (f *feed) keys() []keys.Key {
	pause := i18n.Do.Pause
	if !f.paused.IsZero() {
		pause = i18n.Do.Resume
	}
	return []keys.Key{keys.Enter.To(i18n.Do.Account), keys.Search.To(i18n.Do.Filter), keys.Category.To(i18n.Do.Kind), keys.Pause.To(pause)}
}
