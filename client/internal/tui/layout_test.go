package tui

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/tuitest"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// TestLayoutAlwaysFits takes 5,000 random steps: sizes, keys, texts, answers
// that fail or do not come, events, lost connections. Every frame has exactly
// h lines and none wider than w, and nothing panics.
func TestLayoutAlwaysFits(t *testing.T) {
	const steps = 5000
	for seed := range uint64(4) {
		walk(t, seed, steps/4)
	}
}

func walk(t *testing.T, seed uint64, steps int) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	f := tuitest.New(start)
	switch seed % 3 {
	case 0:
		f.LogIn()
	case 1:
		f.AdminIn()
	}
	s := open(t, f, 80, 24)
	for step := range steps {
		what := s.stir(rnd)
		v := s.m.View()
		lines := strings.Split(v, "\n")
		if s.m.w <= 0 || s.m.h <= 0 {
			continue
		}
		if len(lines) != s.m.h {
			t.Fatalf("seed %d step %d (%s): %d lines in %dx%d\n%s", seed, step, what, len(lines), s.m.w, s.m.h, v)
		}
		for _, l := range lines {
			if widget.Width(l) > s.m.w {
				t.Fatalf("seed %d step %d (%s): %d cells in %dx%d\n%s", seed, step, what, widget.Width(l), s.m.w, s.m.h, l)
			}
		}
	}
}

// awkward are texts that another user may have typed: wide, combining, long,
// right to left, empty.
var awkward = []string{
	"", "日本語の本", "e\u0301te\u0301 a\u0300 la mer", strings.Repeat("long ", 60), "👨‍👩‍👧‍👦 famille", "שלום", "a\u00a0b",
	strings.Repeat("x", 300),
}

// stir does one random thing and says which.
func (s *driver) stir(rnd *rand.Rand) string {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	text := awkward[rnd.IntN(len(awkward))]
	switch n := rnd.IntN(100); {
	case n < 8:
		w, h := 1+rnd.IntN(200), 1+rnd.IntN(60)
		if rnd.IntN(2) == 0 {
			w, h = 60+rnd.IntN(80), 20+rnd.IntN(30)
		}
		s.send(tea.WindowSizeMsg{Width: w, Height: h})
		return fmt.Sprint("size ", w, "x", h)
	case n < 40:
		k := pick("enter", "esc", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pgup", "pgdown",
			"f1", "f3", "f4", "ctrl+s", "ctrl+l", "ctrl+t", "ctrl+r", "ctrl+n", "ctrl+u", "ctrl+o", "backspace")
		s.press(k)
		return k
	case n < 46:
		button := []tea.MouseButton{tea.MouseButtonLeft, tea.MouseButtonLeft, tea.MouseButtonWheelDown, tea.MouseButtonWheelUp}[rnd.IntN(4)]
		x, y := rnd.IntN(max(1, s.m.w)), rnd.IntN(max(1, s.m.h))
		s.send(tea.MouseMsg{X: x, Y: y, Button: button, Action: tea.MouseActionPress})
		return fmt.Sprintf("mouse %d at %d,%d", button, x, y)
	case n < 62:
		k := pick("1", "2", "3", "4", "5", "6", "é", "-", "q", "?", "/", "t", "s", "r", "x", "c", "m", "a", "o", "n", "l", "k", "G",
			"7", "è", "7", " ", ":", ":", "b", "z", "p", "d", "i", "v")
		s.press(k)
		return k
	case n < 70:
		s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(text), Paste: true})
		return "paste"
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
		return "stock"
	case n < 82:
		method := pick("Articles", "Article", "Buy", "Sell", "Login", "Quotas", "Boards", "MySales", "Who", "Withdraw", "Register",
			"Follow", "Sessions", "Accounts", "Instances", "History", "AccountDetails", "Block", "Expel", "Registrations")
		s.fake.Errs[method] = []error{
			nil, nil, unavailable, refused(protocol.VENDU), refused(protocol.QUOTA, "apres", "99"), link.ErrLost,
			refused(protocol.INVALIDE, "champ", "titre"),
		}[rnd.IntN(7)]
		return "error of " + method
	case n < 85:
		s.fake.Silent[pick("Articles", "Article", "Buy", "Sell", "Login", "Boards", "Accounts", "Block", "Follow")] = true
		return "silence"
	case n < 88:
		s.release()
		return "answers"
	case n < 92:
		at := api.At{At: s.now}
		s.send(events{
			api.ArticleSold{At: at, ID: "1", Title: text, Buyer: text, Contact: text},
			api.Announced{At: at, Text: text},
			api.Unknown{At: at, Message: protocol.Message{Word: "NOUVEAU", Text: text}},
		})
		m := measure(s.now, rnd.Float64()*math.Pow10(rnd.IntN(9)))
		m.Sales, m.Users, m.Lost = rnd.Int64(), rnd.IntN(1_000_000), rnd.IntN(1000)
		s.send(page.Live{
			activity(s.now, pick("VENTE", "ACHAT", "CONNEXION", "REFUS", text), text, "titre", text, "prix", text, "vendeur", text),
			activity(s.now, "REFUS", text, "code", pick("QUOTA", "ECHEC", text), "verbe", text, "adresse", text), m,
		})
		return "events"
	case n < 94:
		s.send(events{api.SessionEnded{At: api.At{At: s.now}, Login: "amelie", Reason: text}})
		return "session ended"
	case n < 96:
		s.publish(page.Entered{Session: api.Session{
			Login: pick("amelie", "bob"), Role: api.Role(pick("etudiant", "admin", "admin")), MustChange: rnd.IntN(5) == 0,
		}})
		return "session"
	case n < 98:
		s.send(gone(s))
		return "offline"
	case n < 99:
		s.send(state{Phase: link.Online, Generation: 1 + rnd.IntN(9)})
		return "online"
	default:
		s.m.e.Theme.ASCII = !s.m.e.Theme.ASCII
		s.m.setTheme(theme.Names[rnd.IntN(3)])
		s.advance(time.Duration(rnd.IntN(100)) * time.Second)
		return "time"
	}
}
