package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"etuservices/client/internal/api"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/page"
)

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
	s.see("zoe@etu.example", "●●●●●●○○○○ 6/10")
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
	s.advance(dialog.Grace)
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
	s.see("est à vous", "Écrivez à zoe pour convenir de la remise en main", "propre :")
	s.press("enter", "4", "tab", "tab")
	s.see("✓ acheté")
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

// TestLongWordStandsBesideItsSign: of what was bought.
func TestLongWordStandsBesideItsSign(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Stock[0].Title = strings.Repeat("x", 104)
	s.press("2", "a", "o")
	s.see("✓ « xxx")
}

// TestPreviewIsWhole: of a long description, too.
func TestPreviewIsWhole(t *testing.T) {
	s := student(t, 120, 40)
	s.press("3", "tab", "tab", "tab")
	s.typed(strings.Repeat("quelques mots ", 20) + "et la fin")
	if n := strings.Count(s.view(), "et la fin"); n != 2 {
		t.Errorf("the end stands in %d places\n%s", n, s.view())
	}
}

// TestAfterASale: the next one begins with the type of the last, and a key shows
// what is for sale now.
func TestAfterASale(t *testing.T) {
	s := student(t, 80, 24)
	s.press("3")
	s.typed("d")
	s.press("tab")
	s.typed("Matrix")
	s.press("tab")
	s.typed("4,5€")
	s.see("4,50 €") // the preview reads it as the server will
	s.press("backspace", "backspace")
	s.typed(",678")
	s.miss("4,50 €", "0,00 €")
	s.press("ctrl+u")
	s.typed("4,5")
	s.press("ctrl+s")
	s.see("mis en vente « Matrix »", "(•) DVD", "^G voir l'article")
	s.press("ctrl+g")
	s.see("Article 99", "Matrix")
}

func TestHiddenPurchaseTellsItsEnd(t *testing.T) {
	s := student(t, 80, 24)
	s.fake.Silent["Buy"] = true
	s.press("2", "a", "o", "esc")
	if s.m.dialog != nil {
		t.Fatal("esc does not put the dialog away")
	}
	s.press("q")
	s.see("Un achat attend encore sa réponse. S'il a été fait,", "vous le trouverez dans « Mes annonces ».")
	s.miss("reproposera") // nothing is kept where there is no folder
	s.advance(time.Second)
	s.press("n")
	s.advance(time.Minute)
	s.see("▲ Un achat attend encore sa réponse.")
	s.release()
	s.see("Vous avez acheté")
}

// TestPurchaseOfAnEndedSession is asked about in the next one of the same user, where it is
// repeated with its ref, and is nothing to anybody else.
func TestPurchaseOfAnEndedSession(t *testing.T) {
	for _, hide := range []bool{false, true} {
		s := student(t, 80, 24)
		s.fake.Silent["Buy"] = true
		s.press("2", "a", "o")
		if hide {
			s.press("esc")
		}
		s.publish(page.Left{Reason: "Session terminée."})
		s.release()
		s.miss("Vous avez acheté")
		s.publish(page.Entered{Session: api.Session{Login: "amelie"}})
		s.see("Résultat inconnu", "Réessayer ne peut pas acheter deux fois.")
		s.press("o")
		s.see("« Le Cœur en dehors » est à vous.")
		if refs := s.fake.Refs; len(slices.Compact(refs)) != 1 {
			t.Errorf("%q", refs)
		}
		s.advance(dialog.Grace)
		s.fake.Silent["Buy"] = true
		s.press("enter", "2", "down", "a", "o")
		if s.m.draft().Purchases == nil {
			t.Fatalf("nothing is bought\n%s", s.view())
		}
		s.publish(page.Left{})
		s.publish(page.Entered{Session: api.Session{Login: "bob"}})
		if s.m.dialog != nil {
			t.Errorf("another user sees\n%s", s.view())
		}
	}
}

func TestOwnArticleIsNotBought(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "down", "down", "down", "a")
	if s.m.dialog != nil || s.fake.Called("Buy") != 0 {
		t.Error("one's own article: the server refuses it and counts the call")
	}
}

func TestNoCallLeft(t *testing.T) {
	f := newFake(start)
	f.LogIn()
	noCalls(f)
	s := open(t, f, 80, 24)
	s.press("2", "a")
	s.see("Achats et ventes épuisés", "prochain dans 02:47")
	s.advance(time.Second)
	s.see("prochain dans 02:46")
	s.press("o")
	if f.Called("Buy") != 0 {
		t.Fatal("a purchase without a call")
	}
	f.Quota.Services = api.Quota{Used: 9, Max: 10, Left: 1, Window: 10 * time.Minute}
	s.advance(16 * time.Second) // one comes back: the question stands where the refusal stood
	s.see("Confirmer l'achat", "Vous pouvez de nouveau acheter ou vendre")
}

func TestPagingFollowsTheCursor(t *testing.T) {
	f := newFake(start)
	f.LogIn()
	f.Many(1000)
	s := open(t, f, 80, 24)
	s.press("2")
	for range 90 {
		s.press("pgdown")
	}
	s.see("Article numéro 1 ")
	if n := f.Called("Articles"); n > 11 {
		t.Errorf("%d questions for ten pages", n)
	}
}

func TestWithdraw(t *testing.T) {
	s := student(t, 80, 24)
	s.press("4", "x", "o")
	if s.fake.Called("Withdraw") != 1 {
		t.Fatal("not withdrawn")
	}
	s.see("n'est plus en vente")
}

// TestLastCallTellsWhenOneIsBack: the receipt of the last one does not say it, the server is
// asked; the calls of an earlier run are in the figures.
func TestLastCallTellsWhenOneIsBack(t *testing.T) {
	f := newFake(start)
	f.LogIn()
	f.Quota.Services = api.Quota{Used: 9, Max: 10, Left: 1, Window: 10 * time.Minute}
	s := open(t, f, 80, 24)
	s.press("2", "a", "o")
	s.see("est à vous", "○○○○○○○○○○ 0/10 · +1 à 10:06")
	s.advance(time.Second)
	s.press("enter", "down", "a")
	s.see("Achats et ventes épuisés", "prochain dans 02:4", "à 10:06")
}

// TestSpentElsewhere: another run of the program has spent what is left.
func TestSpentElsewhere(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2")
	s.advance(10 * time.Second)
	noCalls(s.fake)
	s.press("a")
	s.see("Achats et ventes épuisés", "à 10:06")
	s.press("enter")
	s.fake.Quota.Services = api.Quota{Used: 5, Max: 10, Left: 5, Window: 10 * time.Minute}
	s.press("6")
	s.advance(16 * time.Second)
	s.see("5/10")
}

// TestBoughtInThePaneToo: the article beside the list is no longer for sale.
func TestBoughtInThePaneToo(t *testing.T) {
	s := student(t, 120, 40)
	s.press("2")
	s.advance(time.Second)
	s.see("● en vente", "Si vous achetez")
	s.press("a", "o")
	s.advance(time.Second)
	s.press("enter")
	s.see("✗ Le Cœur en dehors", "✓ vendu")
	s.miss("● en vente", "Si vous achetez")
}
