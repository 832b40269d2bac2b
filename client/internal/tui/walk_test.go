package tui

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/hinshun/vt10x"
	"github.com/muesli/termenv"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/page/sell"
	"etuservices/client/internal/tui/renderer"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// TestRandomWalk takes random steps: sizes, keys, the mouse, pastes, answers that
// fail or do not come, events, lost connections, suspensions. Nothing panics,
// every frame has exactly h lines and none wider than w, the terminal shows it
// whatever stood there, and the draft of a sale changes by what is typed into its
// form only. ETU_WALK_TIME is how long to go on.
func TestRandomWalk(t *testing.T) {
	const walks, steps = 4, 800
	long, err := time.ParseDuration(cmp.Or(os.Getenv("ETU_WALK_TIME"), "0s"))
	if err != nil {
		t.Fatal(err)
	}
	began, seed := time.Now(), uint64(0)
	for ; seed < walks || time.Since(began) < long; seed++ {
		walk(t, seed, steps)
	}
	t.Logf("%d steps", seed*steps)
}

// walker is a driver whose frames a terminal shows.
type walker struct {
	*driver
	rnd      *rand.Rand
	texts    []string // of other users
	screen   *renderer.Screen
	terminal *display
}

func walk(t *testing.T, seed uint64, steps int) {
	f := newFake(start)
	switch seed % 3 {
	case 0:
		f.LogIn()
	case 1:
		f.AdminIn()
	}
	s := walker{
		driver: open(t, f, 80, 24), rnd: rand.New(rand.NewPCG(seed, 1)), texts: narrowTexts,
		terminal: &display{vt: vt10x.New(vt10x.WithSize(80, 24)), news: make(chan struct{}, 1)},
	}
	if seed%2 == 1 {
		s.texts = slices.Concat(wideTexts, narrowTexts) // vt10x gives every character one cell
	}
	s.profile(termenv.ANSI256, theme.Dark)
	s.screen = renderer.Enter(s.terminal)
	defer s.screen.Leave()
	for step := range steps {
		form, draft, owner, sales := s.inForm(), s.draft(), s.m.last, f.Called("Sell")
		what, input := s.stir()
		v := s.m.View()
		where := fmt.Sprintf("seed %d step %d (%s), %dx%d", seed, step, what, s.m.w, s.m.h)
		lines := strings.Split(v, "\n")
		if len(lines) != s.m.h {
			t.Fatalf("%s: %d lines\n%s", where, len(lines), v)
		}
		for _, l := range lines {
			if widget.Width(l) > s.m.w {
				t.Fatalf("%s: %d cells\n%s", where, widget.Width(l), l)
			}
		}
		if !(form && input) && draft != s.draft() && owner == s.m.last && sales == f.Called("Sell") {
			t.Fatalf("%s: the draft is %q, was %q", where, s.draft(), draft)
		}
		s.screen.Show(v)
		if seed%2 == 0 && !s.terminal.shows(v) {
			t.Fatalf("%s: the terminal shows\n%s\nnot\n%s", where, s.terminal.vt, ansi.Strip(v))
		}
	}
}

// inForm says that keys go to the form of a sale.
func (s walker) inForm() bool { return s.m.kind == page.Sell && s.m.dialog == nil && s.m.help == nil }

// draft is what was typed into the form of a sale.
func (s walker) draft() string {
	return fmt.Sprint(s.m.pages[page.Sell].(*sell.Page).Values())
}

// display is a terminal.
type display struct {
	mu   sync.Mutex
	vt   vt10x.Terminal
	news chan struct{}
}

func (d *display) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case d.news <- struct{}{}:
	default:
	}
	return d.vt.Write(p)
}

func (d *display) resize(w, h int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.vt.Resize(w, h)
}

// shows says that a frame comes to stand there.
func (d *display) shows(frame string) bool {
	want := strings.Split(ansi.Strip(strings.ReplaceAll(frame, cells.Caret, "")), "\n")
	for over := time.After(patience); ; {
		d.mu.Lock()
		got := strings.Split(strings.TrimSuffix(d.vt.String(), "\n"), "\n")
		d.mu.Unlock()
		if slices.EqualFunc(got, want, func(a, b string) bool { return strings.TrimRight(a, " ") == strings.TrimRight(b, " ") }) {
			return true
		}
		select {
		case <-d.news:
		case <-over:
			return false
		}
	}
}

// narrowTexts and wideTexts may have been typed by another user: long, right to left,
// empty; wide, combining.
var (
	narrowTexts = []string{"", strings.Repeat("long ", 60), "שלום", "a\u00a0b", strings.Repeat("x", 300)}
	wideTexts   = []string{"日本語の本", "e\u0301te\u0301 a\u0300 la mer", "👨‍👩‍👧‍👦 famille"}
)

// stir does one random thing and says which; input says that it was the user's.
func (s walker) stir() (what string, input bool) {
	rnd := s.rnd
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	text := pick(s.texts...)
	switch n := rnd.IntN(103); {
	case n < 8:
		w, h := 1+rnd.IntN(200), 1+rnd.IntN(60)
		if rnd.IntN(2) == 0 {
			w, h = 60+rnd.IntN(80), 20+rnd.IntN(30)
		}
		s.terminal.resize(w, h)
		s.send(tea.WindowSizeMsg{Width: w, Height: h})
		return fmt.Sprint("size ", w, "x", h), false
	case n < 40:
		k := pick("enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pgup", "pgdown",
			"f1", "f3", "f4", "ctrl+s", "ctrl+l", "ctrl+t", "ctrl+r", "ctrl+n", "ctrl+u", "ctrl+o", "backspace")
		s.press(k)
		return k, true
	case n < 46:
		mouse := tea.MouseMsg{X: rnd.IntN(s.m.w + 2), Y: rnd.IntN(s.m.h + 2), Button: tea.MouseButtonLeft}
		if rnd.IntN(2) == 0 {
			mouse.Button = tea.MouseButton(rnd.IntN(int(tea.MouseButtonForward) + 1))
			mouse.Action = tea.MouseAction(rnd.IntN(int(tea.MouseActionMotion) + 1))
		}
		s.send(mouse)
		return fmt.Sprintf("mouse %s at %d,%d", mouse, mouse.X, mouse.Y), true
	case n < 62:
		k := pick("1", "2", "3", "4", "5", "6", "é", "-", "q", "?", "/", "t", "s", "r", "x", "c", "m", "a", "o", "n", "l", "k", "G",
			"7", "è", "7", " ", ":", ":", "b", "z", "p", "d", "i", "v")
		s.press(k)
		return k, true
	case n < 70:
		text = pick(text, "4,50", "deux\nlignes\tet \x1b[31mdu rouge\x03")
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
		return "paste", true
	case n < 76:
		s.fake.Stock = append(s.fake.Stock, api.Article{
			ID: fmt.Sprint(1000 + len(s.fake.Stock)), Title: text, Category: pick("livre", "", text), Seller: text,
			Cents: rnd.Int64N(2_000_000) - 1000, Published: s.now.Add(time.Duration(rnd.Int64N(int64(9000 * time.Hour)))), Status: api.OnSale,
		})
		s.fake.Sales = append(s.fake.Sales, api.Article{ID: "7", Title: text, Status: api.Sold, Other: text, Contact: text})
		f := s.fake
		f.People = append(f.People, api.Account{
			Login: fmt.Sprint("zz", len(f.People)), FirstName: text, LastName: text, Email: text,
			Role: api.Role(pick("admin", "etudiant", text)), Standing: api.Standing(pick("actif", "bloque", "expulse", text)),
		})
		f.Servers = append(f.Servers, api.Instance{Name: text, Version: text, Lost: rnd.IntN(2) == 0, MySQL: rnd.IntN(2) == 0})
		f.Logins = append(f.Logins, api.Connected{Login: text, Server: text, Address: text})
		return "stock", false
	case n < 82:
		method := pick("Articles", "Article", "Buy", "Sell", "Login", "Quotas", "Boards", "MySales", "Who", "Withdraw", "Register",
			"Follow", "Sessions", "Accounts", "Instances", "History", "AccountDetails", "Block", "Expel", "Registrations")
		s.fake.Errs[method] = []error{
			nil, nil, unavailable, refused(protocol.VENDU), refused(protocol.QUOTA, "apres", "99"), link.ErrLost,
			refused(protocol.INVALIDE, "champ", "titre"),
		}[rnd.IntN(7)]
		return "error of " + method, false
	case n < 85:
		s.fake.Silent[pick("Articles", "Article", "Buy", "Sell", "Login", "Boards", "Accounts", "Block", "Follow")] = true
		return "silence", false
	case n < 88:
		s.release()
		return "answers", false
	case n < 92:
		s.send(events{
			api.ArticleSold{ID: "1", Title: text, Buyer: text, Contact: text},
			api.Announced{Text: text},
			api.Unknown{Message: protocol.Message{Word: "NOUVEAU", Text: text}},
		})
		m := measure(s.now, rnd.Float64()*math.Pow10(rnd.IntN(9)))
		m.Sales, m.Users, m.Lost = rnd.Int64(), rnd.IntN(1_000_000), rnd.IntN(1000)
		s.send(page.Live{
			activity(s.now, pick("VENTE", "ACHAT", "CONNEXION", "REFUS", text), text, "titre", text, "prix", text, "vendeur", text),
			activity(s.now, "REFUS", text, "code", pick("QUOTA", "ECHEC", text), "verbe", text, "adresse", text), m,
		})
		return "events", false
	case n < 94:
		s.send(events{api.SessionEnded{Reason: text}})
		return "session ended", false
	case n < 96:
		s.publish(page.Entered{Session: api.Session{
			Login: pick("amelie", "bob"), Role: api.Role(pick("etudiant", "admin", "admin")), MustChange: rnd.IntN(5) == 0,
		}})
		return "session", false
	case n < 98:
		s.send(gone(s.driver))
		return "offline", false
	case n < 99:
		s.send(state{Phase: link.Online, Generation: 1 + rnd.IntN(9)})
		return "online", false
	case n < 102: // the terminal forgets, the program goes on
		s.screen.Suspend()
		_, _ = s.terminal.Write([]byte("\x1bc"))
		what, input = s.stir()
		s.screen.Show(s.m.View())
		s.screen.Resume()
		return "suspension, " + what, input
	default:
		s.m.e.Theme.ASCII = !s.m.e.Theme.ASCII
		s.m.e.Theme = s.m.e.Theme.With(theme.Names[rnd.IntN(3)])
		s.advance(time.Duration(rnd.IntN(100)) * time.Second)
		return "time", false
	}
}
