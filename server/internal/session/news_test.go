package session_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// brief writes rows of NOUVELLES as "VENDU:non RAZ:oui".
func brief(a answer) string {
	var words []string
	for _, r := range a.Rows {
		words = append(words, r.Fields.Get("type")+":"+r.Fields.Get("lue"))
	}
	return strings.Join(words, " ")
}

// wantNews asks for a page and wants these rows and this number of unread news.
func wantNews(t *testing.T, c *talk, line, rows, unread string) answer {
	t.Helper()
	a := c.Must(line)
	if got := brief(a); got != rows || a.Fields.Get("non_lues") != unread {
		t.Errorf("%s: %q, %s unread; want %q, %s", line, got, a.Fields.Get("non_lues"), rows, unread)
	}
	return a
}

// TestNewsOfASaleThatCommitsLate: a purchase that is under way while the seller
// reads, and that commits afterwards, is neither waited for nor marked.
func TestNewsOfASaleThatCommitsLate(t *testing.T) {
	env := testenv.Real(t) // SQLite has one writer
	h := newTestServer(t, env, plenty)
	alice, bob := h.login(t), h.login(t)
	admin := h.loginAs(t, h.newcomer(t, accounts.Admin))
	sell := func() string { return alice.Must("VENTE livre 1 Titre").Fields.Get("id") }
	late, sold := sell(), sell()

	id := alice.Must("QUI").Fields.Get("login")
	var seller int64
	if err := h.stores.SQL.Read.QueryRow(t.Context(), `SELECT id FROM utilisateurs WHERE login = ?`, id).Scan(&seller); err != nil {
		t.Fatal(err)
	}
	tx, err := h.stores.SQL.Write.DB.BeginTx(t.Context(), nil) // what a purchase writes, and has not committed
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.Exec(`INSERT INTO nouvelles (utilisateur_id, instant, type, article_id) VALUES (?, ?, 'VENDU', ?)`,
		seller, store.At(time.Now()), late); err != nil {
		t.Fatal(err)
	}
	bob.Must("ACHAT " + sold) // its row has the greater id, and commits first
	wantNews(t, alice, "NOUVELLES", "VENDU:non", "1")
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if a := alice.Must("LU tout"); a.Fields.Get("non_lues") != "1" {
		t.Errorf("after LU tout: %s", a.Line)
	}
	admin.Must("RAZ " + id)
	wantNews(t, alice, "NOUVELLES", "RAZ:non VENDU:non VENDU:oui", "2")
}

// TestNewsOfAllKinds: what is done to a user stands in the inbox of whoever was away,
// once, and survives what Redis forgets.
func TestNewsOfAllKinds(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, plenty)
		admin := h.loginAs(t, h.newcomer(t, accounts.Admin))
		bob := h.login(t)
		who := h.newcomer(t, accounts.Student)
		alice := h.loginAs(t, who)
		id := alice.Must("VENTE livre 1 Titre").Fields.Get("id")
		alice.Must("LOGOUT")

		bob.Must("ACHAT " + id + " ref=une")
		bob.Must("ACHAT " + id + " ref=une") // replayed: no second sale
		bob.Refused("ACHAT "+id, protocol.VENDU)
		admin.Must("ANNONCE :à tous")
		admin.Must("RAZ " + who)
		admin.Must("EXPULSER " + who + " :du calme")
		admin.Must("BLOQUER " + who + " :trop c'est trop")
		admin.Must("DEBLOQUER " + who)
		if err := h.stores.Redis.DB0.FlushAll(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}

		in := alice.Must("AUTH " + who + " " + password)
		if got := in.Fields.Get("non_lues"); got != "5" {
			t.Errorf("PASSOK: %s unread, want 5", got)
		}
		news := wantNews(t, alice, "NOUVELLES", "EXPULSE:non EXPULSE:non RAZ:non ANNONCE:non VENDU:non", "5")
		for i, want := range []string{"trop c'est trop", "du calme", "L'administration a remis vos deux quotas à zéro.", "à tous"} {
			if got := news.Rows[i].Fields.Get("texte"); got != want {
				t.Errorf("row %d: %q, want %q", i, got, want)
			}
		}
		// Another session of the user shares the box.
		other := h.connect(t)
		if got := other.Must("REPRENDRE " + in.Fields.Get("jeton")).Fields.Get("non_lues"); got != "5" {
			t.Errorf("REPRENDRE: %s unread, want 5", got)
		}
		if got := other.Must("LU " + news.Rows[1].Fields.Get("nouvelle")).Fields.Get("non_lues"); got != "1" {
			t.Errorf("LU: %s unread, want 1", got)
		}
		alice.Must("LU " + news.Rows[3].Fields.Get("nouvelle")) // nothing becomes unread again
		wantNews(t, alice, "NOUVELLES", "EXPULSE:non EXPULSE:oui RAZ:oui ANNONCE:oui VENDU:oui", "1")
		top, err := strconv.ParseInt(news.Rows[0].Fields.Get("nouvelle"), 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		alice.Refused(fmt.Sprint("LU ", top+1), protocol.ABSENT)
		alice.Refused("LU 0", protocol.ABSENT)
		wantNews(t, bob, "NOUVELLES", "ANNONCE:non", "1") // of those who were there too

		// LU tout of a session without a page is everything, and of one with a page what
		// the page could show.
		admin.Must("RAZ " + who)
		if got := alice.Must("LU tout").Fields.Get("non_lues"); got != "1" {
			t.Errorf("LU tout behind a page: %s unread, want 1", got)
		}
		if got := other.Must("LU tout").Fields.Get("non_lues"); got != "0" {
			t.Errorf("LU tout without a page: %s unread, want 0", got)
		}
	})
}

// TestNewsByPages: 501 sales leave 500 rows, each on one page.
func TestNewsByPages(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, plenty)
		alice := h.login(t)
		admin := h.loginAs(t, h.newcomer(t, accounts.Admin))
		old := store.At(time.Now().Add(-31 * 24 * time.Hour))
		h.execSQL(t, `INSERT INTO communiques (instant, texte) VALUES (?, 'il y a longtemps')`, old)
		admin.Must("ANNONCE :la plus récente")
		for i := range 500 {
			h.execSQL(t, `INSERT INTO nouvelles (utilisateur_id, instant, type, texte) SELECT id, ?, 'RAZ', ? FROM utilisateurs WHERE login = ?`,
				store.At(time.Now().Add(time.Duration(i-1000)*time.Minute)), fmt.Sprint(i), alice.Must("QUI").Fields.Get("login"))
		}
		page := alice.Must("NOUVELLES n=100")
		if got := page.Rows[0].Fields.Get("texte"); got != "la plus récente" || page.Fields.Get("non_lues") != "500" {
			t.Errorf("first row %q, %s unread", got, page.Fields.Get("non_lues"))
		}
		n, last := 1, 500 // the announcement, then 499 to 1
		for {
			rows := page.Rows
			if last == 500 {
				rows = rows[1:]
			}
			for _, r := range rows {
				last--
				if n++; r.Fields.Get("texte") != strconv.Itoa(last) {
					t.Fatalf("row %d: %q, want %d", n, r.Fields.Get("texte"), last)
				}
			}
			next := page.Fields.Get("suite")
			if next == "" {
				break
			}
			page = alice.Must("NOUVELLES n=100 apres=" + next)
		}
		if n != 500 || last != 1 {
			t.Errorf("%d rows down to %d, want 500 down to 1", n, last)
		}
		if got := alice.Must("LU tout").Fields.Get("non_lues"); got != "0" {
			t.Errorf("%s unread", got)
		}
		// 90 days later nothing is left, and nothing of the 30 days either.
		h.execSQL(t, `UPDATE nouvelles SET instant = ?`, store.At(time.Now().Add(-90*24*time.Hour)))
		wantNews(t, alice, "NOUVELLES", "", "0")
		if err := h.Inbox.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := h.count(t, "nouvelles"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
	})
}

// count is the number of rows of a table.
func (h *testServer) count(t *testing.T, table string) (n int) {
	t.Helper()
	if err := h.stores.SQL.Read.QueryRow(context.Background(), "SELECT COUNT(*) FROM "+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestNewsOfDeletedAccounts: a buyer's name leaves the seller's news with the account,
// and a seller's news leave altogether.
func TestNewsOfDeletedAccounts(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, plenty)
		admin := h.loginAs(t, h.newcomer(t, accounts.Admin))
		seller, buyer := h.newcomer(t, accounts.Student), h.newcomer(t, accounts.Student)
		alice := h.loginAs(t, seller)
		h.loginAs(t, buyer).Must("ACHAT " + alice.Must("VENTE livre 1 Titre").Fields.Get("id"))
		admin.Must("SUPPRIMER " + buyer + " :à sa demande")
		row := wantNews(t, alice, "NOUVELLES", "VENDU:non", "1").Rows[0].Fields
		if who := row.Get("acheteur"); !strings.HasPrefix(who, accounts.AnonymousMark) || row.Get("contact") != "" ||
			strings.Contains(row.Get("texte"), buyer) {
			t.Errorf("of a deleted buyer: %v", row)
		}
		admin.Must("SUPPRIMER " + seller + " :à sa demande")
		for _, table := range []string{"nouvelles", "boites"} {
			if n := h.count(t, table); n != 0 {
				t.Errorf("%d rows are left in %s", n, table)
			}
		}
	})
}
