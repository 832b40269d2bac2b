package tui

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/config"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

// measure is one of SUIVRE, as a class at work gives them.
func measure(at time.Time, rate float64) api.Stats {
	return api.Stats{
		At: at, Connections: 21, Users: int(10 + rate), CommandsPerSecond: rate,
		P50: 400 * time.Microsecond, P99: 3100 * time.Microsecond, LoginsPerMinute: 6, Sales: 42, Purchases: 61,
		SalesPerMinute: 4, PurchasesPerMinute: 7, RefusalsPerMinute: 9, RefusedQuota: 6, RefusedKey: 2, Servers: 2,
	}
}

func measured(at time.Time, rate float64) page.Live { return page.Live{measure(at, rate)} }

// waves are the measures of the last so many seconds before at: a load that
// comes and goes within two minutes, up to 40 a second.
func waves(at time.Time, seconds int) page.Live {
	var all page.Live
	for i := seconds; i > 0; i-- {
		rate := 20 - 20*math.Cos(float64(i)/120*2*math.Pi)
		all = append(all, measure(at.Add(-time.Duration(i)*time.Second), rate))
	}
	return all
}

func activity(at time.Time, typ, login string, kv ...string) api.Activity {
	a := api.Activity{At: at, Type: typ, Login: login}
	for i := 0; i+1 < len(kv); i += 2 {
		a.Fields = append(a.Fields, protocol.Field{Key: kv[i], Value: kv[i+1]})
	}
	return a
}

// busy is a class at work, seen for so many seconds.
func busy(s *driver, seconds int) {
	s.send(waves(s.now, seconds))
	s.send(page.Live{
		activity(s.now.Add(-9*time.Second), "REFUS", "", "code", "ECHEC", "verbe", "AUTH", "adresse", "10.0.12.9"),
		activity(s.now.Add(-8*time.Second), "REFUS", "leo", "code", "QUOTA", "verbe", "ACHAT", "adresse", "10.0.12.9"),
		activity(s.now.Add(-6*time.Second), "CONNEXION", "amelie", "adresse", "10.0.12.7"),
		activity(s.now.Add(-3*time.Second), "VENTE", "zoe", "titre", "L'Étranger", "prix", "4.00", "utilise", "7", "max", "10"),
		activity(s.now.Add(-2*time.Second), "ACHAT", "amelie", "titre", "L'Étranger", "prix", "4.00", "vendeur", "zoe", "utilise", "9", "max", "10"),
		activity(s.now.Add(-time.Second), "REFUS", "leo", "code", "QUOTA", "verbe", "ACHAT", "adresse", "10.0.12.9"),
	})
	s.send(measured(s.now, 13.2))
}

// trouble is a server that is gone, one without Redis, and slow answers.
func trouble(s *driver) {
	s.fake.Servers[1].Lost, s.fake.Servers[0].Redis = true, false
	for range 5 {
		s.advance(time.Second)
		m := measure(s.now, 30)
		m.P99, m.RefusalsPerMinute = 312*time.Millisecond, 90
		s.send(page.Live{m})
	}
}

func professor(t testing.TB, w, h int, set ...func(*page.Env)) *driver {
	t.Helper()
	f := newFake(start)
	f.AdminIn()
	return open(t, f, w, h, set...)
}

func TestStudentsHaveNoAdministration(t *testing.T) {
	s := student(t, 160, 40)
	for _, k := range []string{"7", "è"} {
		s.press(k)
		if s.m.kind != page.Home {
			t.Fatalf("%s opens %v", k, s.m.kind)
		}
	}
	s.miss("Admin")
	s.press("?")
	s.miss("Admin", "F8")
	if n := s.fake.Called("Follow") + s.fake.Called("Connections") + s.fake.Called("Accounts"); n != 0 {
		t.Errorf("a student asked %d things of administrators", n)
	}
}

// Whoever was an administrator and comes back as none does not go on there.
func TestDemotedGoesHome(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	s.publish(page.Left{Reason: "fin"})
	s.publish(page.Entered{Session: api.Session{Login: "prof", Role: api.Student}})
	if s.m.kind != page.Home {
		t.Errorf("at %v\n%s", s.m.kind, s.view())
	}
}

func TestLiveFiguresAndTrend(t *testing.T) {
	s := professor(t, 104, 24)
	s.press("7")
	s.send(measured(s.now.Add(-time.Minute), 10), measured(s.now, 13.2))
	s.see("13,2 ↑3,2", "23 connectés", "p99 (ms)", "mesuré il y a 0 s")
}

// A screen that stands still is seen to stand still.
func TestFrozenIsSeen(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	busy(s, 60)
	s.advance(2 * time.Second)
	s.see("mesuré il y a 2 s")
	s.miss("figé")
	asked := s.fake.Called("Follow")
	s.advance(10 * time.Second)
	s.see("▲ écran figé depuis 12 s")
	if n := s.fake.Called("Follow") - asked; n < 1 || n > 3 {
		t.Errorf("SUIVRE asked for %d times in 10 s without a measure", n)
	}
}

// Paused, the feed stands still while the figures go on.
func TestPauseKeepsWhatIsShown(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	busy(s, 60)
	s.press(" ")
	s.see("en pause depuis 0 s")
	feed := func() string { return s.view()[strings.Index(s.view(), "Journal"):strings.Index(s.view(), "en pause")] }
	before := feed()
	for range 5 {
		s.advance(time.Second)
		s.send(measured(s.now, 300), page.Live{activity(s.now, "CONNEXION", "bob")})
	}
	if before != feed() {
		t.Errorf("what is paused moved:\n%s", s.view())
	}
	s.see(" 300 ")
	s.press(" ")
	s.see("bob", "×5")
	s.miss("en pause")
}

// A second without a command has no latency, and no trend towards 0.
func TestNoLatencyWhereNothingWasDone(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	busy(s, 90)
	m := measure(s.now, 0)
	m.P50, m.P99 = 0, 0
	s.send(page.Live{m})
	s.see("p99 (ms)          -  ")
}

// The curves are there when the screen opens.
func TestHistoryFillsTheCurves(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	s.see("▂▁▁▁▁▃", "-15 min", "maintenant")
}

func TestAlertsRingAndAreAcknowledged(t *testing.T) {
	s := professor(t, 120, 40)
	s.m.opt.Notifications = true
	s.press("7")
	busy(s, 60)
	s.see("Aucune alerte.", "p99 250 ms, 60 refus/min")
	trouble(s)
	s.see("✗ salle-14 perdu", "Alertes 4", "✗ salle-14 ne répond plus", "✗ Redis en panne (salle-12)", "▲ p99 à 312 ms (seuil 250)", "▲ 90 refus/min (seuil 60)", "▲ 4 alertes v vu")
	if len(s.alerts) != 4 {
		t.Errorf("the bell rang for %q", s.alerts)
	}
	s.press("v")
	s.see("vu · 10:04")
	s.miss("v vu", "4 alertes ")
	s.fake.Servers[1].Lost, s.fake.Servers[0].Redis = false, true
	for range 20 {
		s.advance(time.Second)
		s.send(measured(s.now, 30))
	}
	s.see("Aucune alerte.")
	if len(s.alerts) != 4 {
		t.Errorf("the bell rang for %q", s.alerts)
	}
}

// Thresholds of 0 are none.
func TestNoAlertsWanted(t *testing.T) {
	s := professor(t, 120, 40, func(e *page.Env) { e.Alerts = config.Alerts{} })
	s.press("7")
	for range 9 {
		s.advance(time.Second)
		m := measure(s.now, 30)
		m.P99, m.RefusalsPerMinute = time.Minute, 9000
		s.send(page.Live{m})
	}
	s.see("Aucune alerte.")
}

func TestFeedIsNarrowed(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	busy(s, 60)
	s.press("t", "t", "t", "t")
	s.see("Journal · refus", "2 lignes", "leo")
	s.press("/")
	s.typed("auth")
	s.see("1 ligne ", "inconnu")
	s.press("esc", "/")
	s.typed("inconnu")
	s.see("1 ligne ", "identification refusée")
	s.press("esc", "t")
	s.see("5 lignes")
}

func TestDetails(t *testing.T) {
	s := professor(t, 120, 40)
	s.press("7", "tab", "tab", "enter")
	s.see("Amélie Durand", "amelie@etu.example", "● actif", "Ventes et achats  ●  ●", "10.0.12.7", "vendu", "x expulser")
	s.press("b")
	s.advance(time.Second)
	s.typed("annonces en double")
	s.press("ctrl+s", "o")
	if got := s.fake.Orders; len(got) != 1 || got[0] != "Block amelie annonces en double" {
		t.Fatalf("%q", got)
	}
	asked := s.fake.Called("AccountDetails")
	s.advance(6 * time.Second)
	if n := s.fake.Called("AccountDetails") - asked; n != 1 {
		t.Errorf("asked %d times in 6 s", n)
	}
	s.press("esc")
	s.miss("x actif")
	s.see("Léo Petit")
}

// TestShutIsExplained: of who is blocked or expelled the card says by whom, when and why,
// to the last word.
func TestShutIsExplained(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {120, 40}} {
		s := professor(t, size[0], size[1])
		s.fake.Reason = strings.Repeat("très ", 40) + "bruyant"
		s.press("7", "tab", "tab", "down", "enter")
		s.see("Bob Martin", "✗ bloqué", "Par prof", "très très", "bruyant")
		s.miss("Fin :")
		s.press("esc", "down", "enter")
		s.see("Léo Petit", "▲ expulsé", "Fin : ", "Par prof", "bruyant")
		s.press("esc", "up", "up", "enter")
		s.see("Amélie Durand")
		s.miss("Par prof")
		s.fake.Reason = strings.Repeat("界", 200) // as wide as it gets
		s.press("esc", "down", "enter")
		s.see("Bob Martin", "Par prof", "界", "x expulser")
	}
}

// TestRegistrationIsFollowed: another administrator closes it.
func TestRegistrationIsFollowed(t *testing.T) {
	s := professor(t, 120, 40)
	s.press("7")
	s.see("inscriptions ouvertes")
	s.fake.Open = false
	s.advance(6 * time.Second)
	s.see("inscriptions fermées")
	s.fake.Errs["Registrations"] = unavailable
	asked := s.fake.Called("Registrations")
	s.advance(20 * time.Second)
	if n := s.fake.Called("Registrations") - asked; n < 1 || n > 4 {
		t.Errorf("asked %d times in 20 s while it fails", n)
	}
}

func TestSortedLists(t *testing.T) {
	s := professor(t, 120, 40)
	before := func(first, second string) {
		t.Helper()
		if v := s.view(); strings.Index(v, first) > strings.Index(v, second) {
			t.Errorf("%s is behind %s\n%s", first, second, v)
		}
	}
	s.press("7", "tab", "tab")
	before("amelie@", "zoe@")
	s.press("s")
	s.see("Nom ↑")
	before("zoe@", "amelie@") // Bernard, Durand
	s.press("s", "s")
	s.see("État ↓")
	before("leo@", "bob@")
	s.press("shift+tab", "s", "s", "s")
	s.see("Depuis ↓")
}

// An order needs every account, so all are asked for; of more than it can hold
// the list says that only the first are in it.
func TestSortedListIsWhole(t *testing.T) {
	const many = 100_000
	s := professor(t, 120, 40)
	for i := range many {
		s.fake.People = append(s.fake.People, api.Account{Login: fmt.Sprintf("zz%06d", i), LastName: fmt.Sprintf("b%06d", many-i), Standing: api.AccountActive})
	}
	s.press("7", "tab", "tab")
	s.miss("tri des")
	s.press("s")
	s.see("▌ zz099994", "tri des 100 000 premiers comptes") // the five others have the first logins
}

// All that the search finds is exported, not only what was loaded.
func TestExport(t *testing.T) {
	t.Chdir(t.TempDir())
	s := professor(t, 160, 40)
	for i := range 250 {
		s.fake.People = append(s.fake.People, api.Account{Login: fmt.Sprintf("zz%03d", i), FirstName: "=2+2", Standing: api.AccountActive})
	}
	s.press("7", "tab", "tab", "e")
	s.see("Exporté : /", "etuservices-comptes-20261121-100400.csv")
	text, err := os.ReadFile("etuservices-comptes-20261121-100400.csv")
	if err != nil || strings.Count(string(text), "\r\n") != 256 || !strings.Contains(string(text), "zz249,'=2+2,") {
		t.Errorf("%v\n%s", err, text)
	}
	s.press("e")
	s.see("Export impossible")
	s.press("shift+tab", "e")
	s.see("etuservices-sessions-")
}

func TestQuotaReached(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	busy(s, 60)
	s.see("Près du quota 2", "■ leo", "refusé 2×", "▲ amelie", "reste 1/10")
	for range 11 * 60 {
		s.advance(time.Second)
		s.send(measured(s.now, 1))
	}
	s.see("Personne en 10 min.")
	s.advance(11 * time.Minute) // nothing comes
	s.send(measured(s.now, 1))
	s.see("Personne jusqu'ici.")
}

// A flood of events costs bounded memory, and of invented logins too.
func TestFloodOfActivity(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	for i := range 20 {
		var all page.Live
		for j := range liveBatch {
			all = append(all, activity(s.now, "REFUS", fmt.Sprint("l", i*liveBatch+j), "code", "QUOTA"))
		}
		s.send(all)
	}
	s.send(measured(s.now, 1))
	s.see("Près du quota 2 000")
}

func TestExpelFromSessions(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7", "tab")
	s.see("1 sur 4", "prof (vous)")
	s.press("down", "x")
	s.see("Expulser leo")
	s.advance(time.Second)
	s.typed("on se calme")
	s.press("tab")
	s.typed("1a0")
	s.press("enter")
	s.see("▸ Annuler")
	s.press("o")
	if got := s.fake.Orders; len(got) != 1 || got[0] != "Expel leo 10 on se calme" {
		t.Fatalf("%q", got)
	}
	s.see("leo est expulsé.", " sur 3")
}

// The harmless answer is the default, and an empty reason goes nowhere.
func TestOrdersAreHardToGiveByMistake(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7", "tab", "tab", "b")
	s.advance(time.Second)
	s.press("enter")
	s.see("Bloquer amelie", "À remplir.")
	s.typed("annonces en double")
	s.press("enter", "enter")
	s.miss("Bloquer amelie")
	if len(s.fake.Orders) != 0 {
		t.Fatalf("Enter, Enter did %q", s.fake.Orders)
	}
	s.press("b")
	s.advance(time.Second)
	s.typed("o")
	s.press("enter", "left", "enter")
	if got := s.fake.Orders; len(got) != 1 || got[0] != "Block amelie o" {
		t.Fatalf("%q", got)
	}
	s.see("amelie est bloqué.", "✗ bloqué")
}

func TestOrdersOnAccounts(t *testing.T) {
	for keys, want := range map[string]string{
		"b":          "Unblock bob", // blocked
		"z":          "Reset bob",
		"d parti":    "Delete bob parti",
		"p 12345678": "Give bob 12345678",
		"x calme":    "Expel bob 0 calme",
	} {
		s := professor(t, 80, 24)
		s.press("7", "tab", "tab", "down")
		k, text, form := strings.Cut(keys, " ")
		s.press(k)
		s.advance(time.Second)
		if form {
			s.typed(text)
			s.press("ctrl+s")
		}
		s.press("o")
		if got := s.fake.Orders; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q\n%s", keys, got, s.view())
		}
		if k == "d" {
			s.miss("Bob Martin")
		}
	}
}

func TestNotOnOneself(t *testing.T) {
	for _, k := range []string{"b", "x", "p", "d"} {
		s := professor(t, 80, 24)
		s.press("7", "tab", "tab", "down", "down", "down", k)
		s.see("C'est votre compte")
		if s.m.dialog != nil {
			t.Errorf("%s asks", k)
		}
	}
}

func TestRefusedOrderSaysWhy(t *testing.T) {
	s := professor(t, 80, 24)
	s.fake.Errs["Delete"] = refused(protocol.INTERDIT)
	s.press("7", "tab", "tab", "d")
	s.advance(time.Second)
	s.typed("parti")
	s.press("enter", "o")
	s.see("Refusé : ni son propre compte")
	s.fake.Errs["Delete"] = refused(protocol.INVALIDE, "champ", "raison")
	s.press("o")
	s.see("✗ Le serveur refuse cette valeur.")
	s.press("esc")
	s.see("Amélie Durand")
}

func TestSearchAccounts(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7", "tab", "tab", "/")
	s.typed("zoe b7")
	if s.m.kind != page.Admin {
		t.Fatal("a digit in the field changed the screen")
	}
	s.press("backspace", "backspace", "backspace")
	asked := s.fake.Called("Accounts")
	s.advance(time.Second)
	if n := s.fake.Called("Accounts") - asked; n != 1 {
		t.Errorf("%d questions after the last key", n)
	}
	s.see("Zoé Bernard")
	s.miss("Léo Petit")
	s.press("esc")
	s.advance(time.Second)
	s.see("Léo Petit")
}

func TestAccountsGoOn(t *testing.T) {
	s := professor(t, 80, 24)
	for i := range 250 {
		s.fake.People = append(s.fake.People, api.Account{Login: fmt.Sprintf("zz%03d", i), Standing: api.AccountActive})
	}
	s.press("7", "tab", "tab", "end", "end", "end")
	s.see("zz249")
}

func TestAnnouncement(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7", "a")
	s.advance(time.Second)
	s.typed("La bourse ouvre à midi.")
	s.press("enter", "o")
	if got := s.fake.Orders; len(got) != 1 || got[0] != "Announce La bourse ouvre à midi." {
		t.Fatalf("%q", got)
	}
	s.see("Annonce faite.")
}

func TestRegistrationDoor(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7", "i")
	s.advance(time.Second)
	s.press("o")
	if s.fake.Open {
		t.Fatal("still open")
	}
	s.see("inscriptions fermées")
	s.press("i")
	s.see("Ouvrir les inscriptions")
}

// After a cut the page asks for the measures again, whatever the client did.
func TestFollowGoesOnAfterACut(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	busy(s, 60)
	asked := s.fake.Called("Follow")
	s.send(gone(s))
	s.press("l")
	s.advance(20 * time.Second)
	s.see("écran figé")
	if s.fake.Called("Follow") != asked {
		t.Error("asked while offline")
	}
	s.send(state{Phase: link.Online, Generation: 2})
	if s.fake.Called("Follow") != asked+1 {
		t.Error("not asked again")
	}
}

func TestAnotherUserFindsNoAdministration(t *testing.T) {
	s := professor(t, 80, 24)
	s.press("7")
	busy(s, 60)
	s.press("tab", "tab", "/")
	s.typed("secret")
	s.publish(page.Left{})
	s.publish(page.Entered{Session: api.Session{Login: "autre", Role: api.Admin}})
	s.press("7")
	s.miss("leo", "13,2")
	s.press("tab", "tab")
	s.miss("secret")
}

// Whoever was given a password chooses one before anything else.
func TestGivenPassword(t *testing.T) {
	f := newFake(start)
	f.Logged = &api.Session{Login: "amelie", Role: api.Student, MustChange: true}
	s := open(t, f, 80, 24)
	s.see("Mot de passe actuel", "Ce mot de passe vous a été donné")
	s.press("f3")
	s.press("esc")
	s.see("Ce mot de passe vous a été donné")
	if s.m.kind != page.Password || f.Called("Articles")+f.Called("Quotas") != 0 {
		t.Fatalf("at %v after %q", s.m.kind, f.Calls)
	}
	s.typed("celui du tableau")
	s.press("tab")
	s.typed("le mien à moi")
	s.press("tab")
	s.typed("le mien à moi")
	s.press("enter")
	if s.m.kind != page.Home || f.Called("Quotas") == 0 {
		t.Errorf("at %v\n%s", s.m.kind, s.view())
	}
}

// The reason of an administrator reaches the screen of the person concerned.
func TestThrownOutLearnsWhy(t *testing.T) {
	s := student(t, 80, 24)
	s.send(events{
		api.Expelled{Reason: "annonces en double"},
		api.SessionEnded{Reason: "annonces en double"},
	})
	s.see("Un administrateur a mis fin à votre session : annonces")
}

// A click chooses a row, a second one opens it; a click on a tab leads there.
func TestClicksOfAnAdministrator(t *testing.T) {
	s := professor(t, 120, 40)
	s.press("7")
	s.view()
	s.clickOn("Comptes")
	s.see("▌ amelie")
	s.clickOn("Léo Petit")
	s.see("▌ leo")
	s.clickOn("Léo Petit")
	s.see("leo@etu.example", "esc retour")
}

// Whoever was chosen stays chosen in another order.
func TestSortKeepsTheChosen(t *testing.T) {
	t.Parallel()
	s := professor(t, 80, 24)
	s.press("7", "tab", "tab", "down", "down", "s")
	s.see("Nom ↑", "▌ leo")
	s.press("s")
	s.see("▌ leo")
}

// An order that waits for the server says so, and how to give it up.
func TestOrderWaits(t *testing.T) {
	t.Parallel()
	s := professor(t, 80, 24)
	s.press("7", "tab", "tab", "z")
	s.fake.Silent["Reset"] = true
	s.press("o")
	s.advance(time.Second)
	s.miss("o oui")
	s.send(gone(s))
	s.see("retour ; esc y renonce.", "esc annuler")
	s.press("esc")
	s.see("Demande abandonnée.")
}

// The keys that the help names work in it.
func TestHelpScrolls(t *testing.T) {
	t.Parallel()
	s := professor(t, 80, 24)
	s.press("7", "?", "end")
	s.see("etu --simple")
	s.press("g")
	s.see("Sur cet écran")
	s.press("G")
	s.see("etu --simple")
	s.press("home")
	s.see("Sur cet écran")
}

// Whoever was given a password while reading the messages chooses another one first,
// and is told in their language.
func TestGivenPasswordAmongMessages(t *testing.T) {
	t.Parallel()
	s := student(t, 80, 24, english)
	s.press("m")
	s.send(events{api.SessionEnded{Reason: "L'administration a changé votre mot de passe."}})
	s.see("You were given a", "new password")
	s.publish(page.Entered{Session: api.Session{Login: "amelie", MustChange: true}})
	s.see("Current password")
}

// What the head of the live view counts are calls, those that failed too.
func TestLiveHeadCountsCalls(t *testing.T) {
	t.Parallel()
	s := professor(t, 120, 40)
	s.press("7")
	busy(s, 60)
	s.see("Appels : 42 pour vendre, 61 pour acheter")
}
