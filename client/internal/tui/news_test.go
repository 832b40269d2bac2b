package tui

import (
	"testing"
	"time"

	"etuservices/client/internal/api"
)

func newsServer() *fake {
	f := newFake(start)
	f.LogIn()
	withNews(f)
	return f
}

// TestNewsAreReadWhenShown: neither the login nor another screen nor the event
// itself makes news read; the list does, as far as it shows them.
func TestNewsAreReadWhenShown(t *testing.T) {
	f := newsServer()
	s := open(t, f, 80, 24)
	s.press("2", "4", "1")
	s.send(events{api.ArticleSold{ID: "12", Title: "Le Petit Prince", Buyer: "leo", Contact: "leo@etu.example"}})
	if f.Called("MarkRead") != 0 || s.m.e.Inbox.Unread != 2 {
		t.Fatalf("read without being seen: %q", f.Calls)
	}
	s.press("m")
	s.see("leo a acheté « Le Petit Prince »", "leo@etu.example", "Maintenance ce soir")
	if f.Called("MarkRead") != 1 || s.m.e.Inbox.Unread != 0 {
		t.Fatalf("seen, and %d unread", s.m.e.Inbox.Unread)
	}
	f.Inbox = append([]api.News{{ID: "n4", At: start, Type: "VENDU", Article: "13", Title: "Vol de nuit", Buyer: "zoe", Contact: "zoe@etu.example"}}, f.Inbox...)
	s.send(events{api.ArticleSold{ID: "13", Title: "Vol de nuit", Buyer: "zoe", Contact: "zoe@etu.example"}})
	s.see("zoe a acheté « Vol de nuit »")
	if f.Called("MarkRead") != 2 {
		t.Fatal("what came while the list was in sight is not read")
	}
}

// TestNewsOutOfSightStayUnread: under a screen too small, or after the list was
// left before the answer came, nothing was seen.
func TestNewsOutOfSightStayUnread(t *testing.T) {
	f := newsServer()
	f.Silent["News"] = true
	s := open(t, f, 80, 24)
	s.press("m", "1")
	s.release()
	s.advance(2 * time.Second)
	if f.Called("MarkRead") != 0 {
		t.Error("left before it came, and read")
	}
	s = open(t, newsServer(), 40, 10)
	s.press("m")
	s.advance(2 * time.Second)
	if s.fake.Called("MarkRead") != 0 {
		t.Error("read on a screen too small to show it")
	}
}

func TestNewsOpenTheirArticle(t *testing.T) {
	s := open(t, newsServer(), 80, 24)
	s.press("m", "enter")
	s.see("Le Petit Prince", "leo@etu.example")
	s.press("c")
	if len(s.copied) != 1 || s.copied[0] != "leo@etu.example" {
		t.Errorf("copied %q", s.copied)
	}
}
