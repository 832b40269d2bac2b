package tui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/api"
	"etuservices/client/link"
	"etuservices/client/tui/page"
	"etuservices/client/tui/tuitest"
	"etuservices/protocol"
)

func TestLetterInAFieldIsNoCommand(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3", "tab")
	s.typed("q?123456é-mxr/oynk")
	if s.quit || s.m.kind != page.Sell || s.m.help {
		t.Fatalf("a letter was a command:\n%s", s.view())
	}
	s.see("q?123456é-mxr/oynk")
	s.press("f3", "/")
	s.typed("q1")
	if s.quit || s.m.kind != page.Catalog {
		t.Fatal("q or 1 left the search")
	}
	s.see("Recherche : q1│")
}

func TestScreenKeysOfAFrenchKeyboard(t *testing.T) {
	s := student(t, 80, 24)
	for key, kind := range map[string]page.Kind{
		"&": page.Home, "é": page.Catalog, "\"": page.Sell, "'": page.Mine, "(": page.Boards, "-": page.Account,
	} {
		if s.press(key); s.m.kind != kind {
			t.Errorf("%s opened %d, want %d", key, s.m.kind, kind)
		}
	}
}

func TestStaleAnswerIsIgnored(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Silent["Articles"] = true
	s.press("2")
	s.press("/")
	s.typed("coeur")
	s.advance(time.Second) // the pause in typing: a second question
	if len(s.held) != 2 {
		t.Fatalf("%d questions, want 2", len(s.held))
	}
	first := s.held[0]
	s.held = s.held[1:]
	s.release() // the second answer comes first
	s.see("Le Cœur en dehors")
	s.run(first) // the first comes late: everything, not what is searched for
	s.miss("L'Étranger")
}

func TestSearchWithoutAccentsShowsAtOnce(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "/")
	s.fake.Silent["Articles"] = true // the server says nothing
	s.typed("etr")
	s.see("L'Étranger")
	s.miss("Calculatrice")
}

func TestBuyNeedsAYes(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "a")
	s.see("Confirmer l'achat")
	s.advance(time.Second)
	s.press("enter")
	if s.fake.Called("Buy") != 0 {
		t.Fatal("Enter on the default bought")
	}
	s.press("a")
	s.advance(time.Second)
	s.press("left", "enter")
	if s.fake.Called("Buy") != 1 {
		t.Fatal("a chosen yes did not buy")
	}
	s.see("zoe@etu.example", "Appels ● 6/10")
	s.press("c")
	if len(s.copied) != 1 || s.copied[0] != "zoe@etu.example" {
		t.Errorf("copied %q", s.copied)
	}
}

func TestGraceAbsorbsEnter(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "enter", "enter", "enter") // one Enter too many, at once
	if s.m.dialog == nil {
		t.Fatal("the Enter that was on its way answered the question")
	}
	s.advance(page.Grace)
	s.press("enter")
	if s.m.dialog != nil {
		t.Fatal("after the grace Enter does not answer")
	}
}

func TestTryingAgainKeepsTheRef(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Errs["Buy"] = link.ErrLost
	s.press("2", "a", "o")
	s.see("Résultat inconnu", "Réessayer ne peut pas acheter deux fois")
	s.fake.Errs["Buy"] = nil
	s.advance(time.Second)
	s.press("o")
	if len(s.fake.Refs) != 2 || s.fake.Refs[0] != s.fake.Refs[1] || s.fake.Refs[0] == "" {
		t.Errorf("refs %q: a purchase could be made twice", s.fake.Refs)
	}
	s.see("est à vous")
}

func TestSaleKeepsTheRefUntilTheDraftChanges(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Errs["Sell"] = link.ErrLost
	s.press("3", "tab")
	s.typed("Un livre")
	s.press("tab")
	s.typed("4,50")
	s.press("ctrl+s", "ctrl+s", "backspace", "backspace")
	s.typed("75")
	s.press("ctrl+s")
	r := s.fake.Refs
	if len(r) != 3 || r[0] != r[1] || r[1] == r[2] {
		t.Errorf("refs %q: the same draft is the same sale, another is another", r)
	}
	s.see("Un livre", "4,75")
}

func TestHiddenPurchaseTellsItsEnd(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Silent["Buy"] = true
	s.press("2", "a", "o", "esc")
	if s.m.dialog != nil {
		t.Fatal("esc does not put the dialog away")
	}
	s.press("q")
	s.see("Une demande attend encore sa réponse")
	s.advance(time.Second)
	s.press("n")
	s.release()
	s.see("Vous avez acheté")
}

func TestOwnArticleIsNotBought(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "down", "down", "down", "a")
	if s.m.dialog != nil || s.fake.Called("Buy") != 0 {
		t.Error("one's own article: the server refuses it and counts the call")
	}
}

func TestNoCallLeft(t *testing.T) {
	f := tuitest.New(start)
	f.LogIn()
	noCalls(f)
	s := open(t, f, 80, 24)
	s.press("2", "a")
	s.see("Plus d'appel disponible", "le prochain dans 02:47")
	s.advance(time.Second)
	s.see("le prochain dans 02:46")
	s.press("o")
	if f.Called("Buy") != 0 {
		t.Fatal("a purchase without a call")
	}
	f.Quota.Services = api.Quota{Used: 9, Max: 10, Left: 1, Window: 10 * time.Minute}
	s.advance(3 * time.Minute) // one comes back: the question stands where the refusal stood
	s.see("Confirmer l'achat")
}

func TestDraftOutlivesEverything(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3", "tab")
	s.typed("Mon brouillon")
	intact := func(when string) {
		t.Helper()
		if v := s.view(); !strings.Contains(v, "Mon brouillon") {
			t.Fatalf("%s lost the draft:\n%s", when, v)
		}
	}
	s.send(gone(s))
	s.typed("!") // typed while the box comes up
	intact("a cut")
	s.see("Mon brouillon!")
	s.send(state{Phase: link.Online, Generation: 2})
	intact("a new connection")
	s.send(events{api.Announced{Text: "bonjour"}})
	intact("an event")
	s.press("f3", "3")
	intact("a visit elsewhere")
	s.press("ctrl+l")
	intact("another language")
	s.press("ctrl+l")
	s.send(tea.WindowSizeMsg{Width: 30, Height: 8})
	s.typed("ignored")
	s.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	intact("a small window")
	s.send(events{api.SessionEnded{Login: "amelie"}})
	s.see("Votre session est terminée")
	s.typed("x") // the login is filled in: this is the password
	s.press("enter")
	intact("an ended session")
}

func TestAnotherUserFindsNothing(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3", "tab")
	s.typed("Secret")
	s.send(events{api.ArticleSold{Title: "Le mien", Buyer: "leo", Contact: "leo@x.y"}})
	s.send(page.Left{})
	s.send(page.Entered{Session: api.Session{Login: "bob"}})
	s.press("3")
	s.miss("Secret")
	s.press("1", "m")
	s.miss("leo@x.y", "Le mien")
}

func TestLostConnection(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2")
	s.send(gone(s))
	s.see("Connexion perdue", "Nouvel essai n° 2 dans 00:02", "✗ hors ligne")
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
	asked := s.fake.Called("MySales")
	for range 40 {
		s.send(many)
	}
	if n := len(s.m.e.Inbox.Notes); n > 200 {
		t.Errorf("%d notes kept", n)
	}
	if n := s.fake.Called("MySales") - asked; n > 40 {
		t.Errorf("%d questions for 40 batches", n)
	}
	s.press("2")
	s.see("Catalogue")
}

func TestPagingFollowsTheCursor(t *testing.T) {
	f := tuitest.New(start)
	f.LogIn()
	f.Many(1000)
	s := open(t, f, 80, 24)
	s.press("2")
	for range 70 {
		s.press("pgdown")
	}
	s.see("Article numéro 1 ")
	if n := f.Called("Articles"); n > 11 {
		t.Errorf("%d questions for ten pages", n)
	}
}

func TestSlowAnswersOnlyAfterAMoment(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Silent["Articles"] = true
	s.press("2")
	s.miss("Chargement")
	s.advance(page.SlowAfter)
	s.see("Chargement…")
	s.release()
	s.miss("Chargement")
}

func TestRegistrationLogsIn(t *testing.T) {
	s := open(t, tuitest.New(start), 80, 24)
	s.press("ctrl+n")
	for _, text := range []string{"amelie", "amelie@etu.example", "Amélie", "Durand", "un bon mot", "un bon mot"} {
		s.typed(text)
		s.press("enter")
	}
	if s.fake.Called("Register") != 1 || s.fake.Called("Login") != 1 || s.m.kind != page.Home {
		t.Fatalf("%q\n%s", s.fake.Calls, s.view())
	}
}

func TestTakenLoginIsSaidAtItsField(t *testing.T) {
	s := open(t, tuitest.New(start), 80, 24)
	s.fake.Errs["Register"] = refused(protocol.EXISTE, "champ", "login")
	s.press("ctrl+n")
	for _, text := range []string{"amelie", "a@etu.example", "Amélie", "Durand", "un bon mot", "un bon mot"} {
		s.typed(text)
		s.press("enter")
	}
	s.see("▸ Identifiant", "✗ Déjà pris.", "a@etu.example")
}

func TestUnknownRegistrationIsSettledByLoggingIn(t *testing.T) {
	s := open(t, tuitest.New(start), 80, 24)
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

func TestQuitAsksOnlyForADraft(t *testing.T) {
	s := student(t, 80, 24)
	s.press("q")
	if !s.quit {
		t.Error("q asks although nothing would be lost")
	}
	s = student(t, 80, 24)
	s.press("3", "tab")
	s.typed("x")
	s.press("esc", "q")
	if s.quit {
		t.Error("q lost a draft")
	}
	s.press("ctrl+c")
	if !s.quit {
		t.Error("ctrl+c does not leave")
	}
}

func TestEscapeAndAKeyInOneRead(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "enter")
	s.send(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{'5'}, Alt: true})
	if s.m.kind != page.Boards {
		t.Errorf("esc then 5 shows %d", s.m.kind)
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
	s.press("ctrl+s")
	s.see("Mot de passe changé", "Amélie Durand")
}

func TestWithdraw(t *testing.T) {
	s := student(t, 80, 24)
	s.press("4", "x", "o")
	if s.fake.Called("Withdraw") != 1 {
		t.Fatal("not withdrawn")
	}
	s.see("est retiré de la vente")
}
