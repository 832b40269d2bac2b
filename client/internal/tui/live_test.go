package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"etuservices/client/internal/api"
	"etuservices/client/internal/tui/theme"
)

// TestCatalogueIsLive: in sight it asks every five seconds; what came is marked,
// what was sold is struck through and then goes; the cursor stays on its article.
func TestCatalogueIsLive(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "down")
	f := s.fake
	f.Stock = append([]api.Article{{ID: "50", Title: "Tout neuf", Category: "jeu", Seller: "zoe", Cents: 100, Published: start, Status: api.OnSale}}, f.Stock[:5]...)
	s.advance(6 * time.Second)
	s.see("+ Tout neuf", "✗ L'Étranger", "▌ DVD       Un cœur en hiver", "3 sur 7")
	s.advance(10 * time.Second)
	s.miss("L'Étranger")
	s.see("3 sur 6", "en direct · 10:04")
	s.advance(30 * time.Second)
	s.miss("+ Tout neuf")
	asked := f.Called("Articles")
	s.press("6")
	s.advance(time.Minute)
	if n := f.Called("Articles") - asked; n != 0 {
		t.Errorf("%d questions out of sight", n)
	}
}

// TestLiveFarDown: the rows that are compared are those around the cursor.
func TestLiveFarDown(t *testing.T) {
	f := newFake(start)
	f.LogIn()
	f.Many(250)
	s := open(t, f, 80, 24)
	s.press("2", "end")
	s.see("Article numéro 1 ", "250 sur 250")
	f.Stock = append(f.Stock[:240:240], f.Stock[241:]...) // number 10 is sold
	s.advance(6 * time.Second)
	s.see("✗ Article numéro 10 ", "250 sur 250")
	s.advance(6 * time.Second)
	s.see("249 sur 249")
}

// TestStaleRowCostsNoCall: one that was sold meanwhile is not asked for, be it
// before the dialog opened or while it stood there.
func TestStaleRowCostsNoCall(t *testing.T) {
	for _, before := range []bool{true, false} {
		s := student(t, 80, 24)
		s.press("2")
		if !before {
			s.press("a")
			s.see("Vous verrez son adresse et zoe verra la vôtre.", "● en vente")
			s.advance(10 * time.Second)
		}
		s.fake.Stock[0].Status = api.Sold
		if before {
			s.press("a")
			s.see("rien n'a été compté")
		}
		s.press("o")
		s.see("rien n'a été compté")
		if s.fake.Called("Buy") != 0 {
			t.Error("a call for what is known to be gone")
		}
	}
}

func TestFiltersNarrow(t *testing.T) {
	s := student(t, 120, 40)
	s.press("2", "p")
	s.typed("4,5")
	s.advance(time.Second)
	s.press("enter")
	s.see("p ▸≤ 4,50 €", "1 sur 4")
	s.miss("Cœurs perdus")
	s.press("t")
	s.advance(time.Second)
	s.see("t ▸Livre", "1 sur 2")
	s.press("v")
	s.advance(time.Second)
	s.see("v ▸par zoe", "1 sur 1")
	s.press("x")
	s.advance(time.Second)
	s.see("1 sur 6", "tous types", "tous vendeurs")
}

// TestOrderShowsItsFirstRows, not the article that the cursor was on.
func TestOrderShowsItsFirstRows(t *testing.T) {
	s := student(t, 80, 24)
	s.press("2", "end", "s")
	s.see("prix ↑", "▌ Livre     Le Cœur en dehors", "1 sur 6")
}

// TestWiderShowsMore: no width shows fewer columns than a narrower one, and each
// has the whole date in it.
func TestWiderShowsMore(t *testing.T) {
	before := 0
	for w := 60; w <= 200; w++ {
		s := student(t, w, 24, english)
		s.press("2")
		head := strings.Split(s.view(), "\n")[6]
		n := 0
		for _, c := range []string{"Category", "Title", "Price", "Seller", "Published", "Age"} {
			n += strings.Count(head, c)
		}
		if n < before {
			t.Errorf("%d columns at %d, %d below", n, w, before)
		}
		before = n
		s.see("1 of 6")
		s.miss("yesterday 1…", "yesterday…")
	}
}

// TestBackdropStepsBack: under a dialog nothing else looks chosen.
func TestBackdropStepsBack(t *testing.T) {
	s := student(t, 120, 40)
	s.profile(termenv.ANSI256, theme.Dark)
	s.press("2", "enter")
	accent, _, _ := strings.Cut(s.m.e.Theme.BorderFocus.Render("x"), "x")
	top := func() string { return strings.Split(s.m.View(), "\n")[3] } // of the article's frame
	if !strings.Contains(top(), accent) {
		t.Fatalf("no focus in %q", top())
	}
	s.press("enter")
	if strings.Contains(top(), accent) || s.m.dialog == nil {
		t.Errorf("the focus is still in %q", top())
	}
}

// TestKeysOfAnArticleFitItsState: none of them is dead.
func TestKeysOfAnArticleFitItsState(t *testing.T) {
	s := student(t, 120, 40)
	s.press("2", "enter")
	s.see("a acheter", "1 sur 6", "Si vous achetez")
	s.press("right")
	s.see("Un cœur en hiver", "2 sur 6")
	s.press("right", "right")
	s.see("Amélie Poulain", "x retirer de la vente")
	s.miss("a acheter")
	s.press("esc", "4", "tab", "enter")
	s.see("Mes annonces › ", "leo@etu.example", "c copier l'adresse")
	s.miss("a acheter", "retirer de la vente")
	s.press("c")
	if len(s.copied) != 1 || !strings.HasPrefix(s.copied[0], "leo@") {
		t.Errorf("copied %q", s.copied)
	}
}
