package tui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/page"
	"etuservices/protocol"
)

func TestAnotherUserFindsNothing(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3", "tab")
	s.typed("Secret")
	s.send(events{api.ArticleSold{Title: "Le mien", Buyer: "leo", Contact: "leo@x.y"}})
	s.publish(page.Left{})
	s.publish(page.Entered{Session: api.Session{Login: "bob"}})
	s.miss("leo@x.y", "Le mien")
	s.press("3")
	s.miss("Secret")
	s.press("f3", "m")
	s.miss("leo@x.y", "Le mien")
}

func TestLostConnection(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2")
	s.send(gone(s))
	s.see("Connexion perdue", "Nouvel essai n° 2 dans 00:02", "✗ hors ligne", "Aucun serveur n'écoute à 127.0.0.1:5890.")
	s.miss("Démarrez", "etu --addr", "en direct")
	s.press("enter")
	if s.fake.Called("Retry") != 0 {
		t.Error("an Enter on its way was taken for a retry")
	}
	s.advance(time.Second)
	s.see("dans 00:01")
	s.press("enter")
	if s.fake.Called("Retry") != 1 {
		t.Error("Enter does not retry")
	}
	s.press("l")
	s.miss("Connexion perdue")
	asked := s.fake.Called("Articles")
	s.send(state{Phase: link.Online, Generation: 2})
	s.see("Connexion rétablie.")
	if s.fake.Called("Articles") != asked+1 {
		t.Error("the list was not asked for again after the events in between were missed")
	}
}

func TestFloodOfEvents(t *testing.T) {
	s := student(t, 80, 24)
	var many events
	for range batch {
		many = append(many, api.ArticleSold{Title: "x", Buyer: "y", Contact: "z"})
	}
	asked, news := s.fake.Called("MySales"), s.fake.Called("News")
	for range 40 {
		s.send(many)
	}
	if n := s.fake.Called("MySales") - asked; n > 40 {
		t.Errorf("%d questions for 40 batches", n)
	}
	if n := s.fake.Called("News") - news; n > 40 {
		t.Errorf("%d questions for the news of 40 batches", n)
	}
	s.press("2")
	s.see("▸2 Catalogue")
}

func TestRegistrationLogsIn(t *testing.T) {
	s := open(t, newFake(start), 80, 24)
	s.press("ctrl+n")
	for _, text := range []string{"amelie", "amelie@etu.example", "Amélie", "Durand", "un bon mot", "un bon mot"} {
		s.typed(text)
		s.press("enter")
	}
	if s.fake.Called("Register") != 1 || s.fake.Called("Login") != 1 || s.m.kind != page.Home {
		t.Fatalf("%q\n%s", s.fake.Calls, s.view())
	}
	s.see("Compte créé, bienvenue.")
}

// TestHalfARegistrationIsNobodyElses: it holds a password.
func TestHalfARegistrationIsNobodyElses(t *testing.T) {
	s := open(t, newFake(start), 80, 24)
	s.press("ctrl+n")
	s.typed("chloe")
	s.press("esc")
	s.typed("bob")
	s.press("tab")
	s.typed("motdepasse")
	s.press("enter")
	s.see("Bonjour")
	s.publish(page.Left{})
	s.press("ctrl+n")
	s.see("▸ Identifiant")
	s.miss("chloe")
}

func TestTakenLoginIsSaidAtItsField(t *testing.T) {
	s := open(t, newFake(start), 80, 24)
	s.fake.Errs["Register"] = refused(protocol.EXISTE, "champ", "login")
	s.press("ctrl+n")
	for _, text := range []string{"amelie", "a@etu.example", "Amélie", "Durand", "un bon mot", "un bon mot"} {
		s.typed(text)
		s.press("enter")
	}
	s.see("▸ Identifiant", "✗ Déjà pris.", "a@etu.example")
}

func TestUnknownRegistrationIsSettledByLoggingIn(t *testing.T) {
	s := open(t, newFake(start), 80, 24)
	s.fake.Errs["Register"] = link.ErrLost
	s.press("ctrl+n")
	for _, text := range []string{"amelie", "a@etu.example", "Amélie", "Durand", "un bon mot", "un bon mot"} {
		s.typed(text)
		s.press("enter")
	}
	if s.m.kind != page.Home {
		t.Fatalf("the account that was created is not entered:\n%s", s.view())
	}
}

func TestPasswordChange(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Errs["ChangePassword"] = refused(protocol.ECHEC, "reste", "2")
	s.press("6", "enter")
	s.typed("ancien mot")
	s.press("tab")
	s.typed("nouveau mot")
	s.press("tab")
	s.typed("nouveau mot")
	s.press("enter")
	s.see("Ce n'est pas le mot de passe actuel")
	s.fake.Errs["ChangePassword"] = nil
	s.press("ctrl+s") // the wrong one is gone: it would be one more failure
	if n := s.fake.Called("ChangePassword"); n != 1 {
		t.Errorf("sent %d times", n)
	}
	s.typed("le bon mot")
	s.press("ctrl+s")
	s.see("Mot de passe changé", "Amélie Durand")
}

// TestPasswordsAreEmptiedWhenLeft, whichever way: what stood there would be added to
// what is typed next.
func TestPasswordsAreEmptiedWhenLeft(t *testing.T) {
	for _, away := range [][]string{{"esc"}, {"f3"}, {"tab", "m"}} {
		s := student(t, 80, 24)
		s.press("6", "enter")
		s.typed("ancien mot")
		s.press("tab")
		s.typed("nouveau mot")
		s.press("tab")
		s.typed("nouveau mo")
		s.press("tab")
		s.press(away...)
		s.press("f3", "6", "enter")
		s.see("▸ Mot de passe actuel")
		s.miss("•", "diffèrent")
	}
	s := open(t, newFake(start), 80, 24)
	s.press("ctrl+n")
	for _, text := range []string{"amelie", "a@etu.example", "Amélie", "Durand", "un bon mot"} {
		s.typed(text)
		s.press("enter")
	}
	s.press("esc", "ctrl+n")
	s.see("amelie", "▸ Identifiant")
	s.miss("•")
}

// TestNewsWhileAway: the user of another window is called, unless that is off;
// the window's title says how much is unread.
func TestNewsWhileAway(t *testing.T) {
	s := student(t, 80, 24)
	sold := events{api.ArticleSold{Title: "Le mien", Buyer: "leo", Contact: "leo@x.y"}}
	s.fake.Inbox = newsServer().Inbox
	if s.title != "EtuServices - amelie" {
		t.Errorf("title %q", s.title)
	}
	s.m.opt.Notifications = true
	s.send(sold)
	s.send(tea.BlurMsg{})
	if len(s.alerts) != 0 {
		t.Errorf("called though the window has the focus: %q", s.alerts)
	}
	s.send(sold)
	if len(s.alerts) != 1 || !strings.Contains(s.alerts[0], "leo a acheté") || s.title != "(2) EtuServices - amelie" {
		t.Errorf("%q, title %q", s.alerts, s.title)
	}
	s.m.opt.Notifications = false
	s.send(sold)
	s.m.opt.Notifications = true
	s.send(tea.FocusMsg{}, sold)
	if len(s.alerts) != 1 {
		t.Errorf("%q", s.alerts)
	}
	s.press("m")
	if s.title != "EtuServices - amelie" {
		t.Errorf("read, and the title is %q", s.title)
	}
}

// TestDemonstrationIsIntroduced once.
func TestDemonstrationIsIntroduced(t *testing.T) {
	s := student(t, 80, 24)
	s.m.opt.Demo = true
	s.publish(page.Entered{Session: api.Session{Login: "alice"}})
	s.see("vous êtes alice", "motdepasse", "bin/etu --login bob", "arrête")
	s.publish(page.Left{})
	s.publish(page.Entered{Session: api.Session{Login: "bob"}})
	s.miss("vous êtes bob")
}

func TestRegistrationIsClosed(t *testing.T) {
	t.Parallel()
	s := open(t, newFake(start), 80, 24)
	s.fake.Errs["Register"] = refused(protocol.INTERDIT)
	s.press("ctrl+n")
	for _, text := range []string{"amelie", "a@etu.example", "Amélie", "Durand", "un bon mot", "un bon mot"} {
		s.typed(text)
		s.press("enter")
	}
	s.see("Les inscriptions sont fermées.")
}
