package store_test

import (
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

func TestInstantRoundTrip(t *testing.T) {
	t.Parallel()
	paris := time.FixedZone("CET", 3600)
	testenv.Each(t, func(t *testing.T, e *testenv.Env) {
		s := e.Open(t)
		id := mustAddUser(t, s, "aa")
		for _, at := range []time.Time{
			time.Date(2026, 11, 21, 15, 0, 0, 123_999_999, paris), // cut, not rounded
			time.Date(2026, 12, 31, 23, 59, 59, 999_000_000, time.UTC),
			time.Date(2026, 3, 29, 2, 30, 0, 1_000_000, time.UTC), // an hour that Paris skips
			time.UnixMilli(1),
		} {
			want := store.At(at)
			if _, err := s.SQL.Write.Exec(t.Context(), `UPDATE utilisateurs SET derniere_connexion = ? WHERE id = ?`, want, id); err != nil {
				t.Fatal(err)
			}
			var got, null store.Instant
			err := s.SQL.Read.QueryRow(t.Context(), `SELECT derniere_connexion, raz_le FROM utilisateurs WHERE id = ? AND derniere_connexion = ? AND derniere_connexion > ?`,
				id, want, store.AtMilli(want.Milli()-1)).Scan(&got, &null)
			if err != nil {
				t.Fatalf("%v: %v", at, err)
			}
			if got.Milli() != at.UnixMilli() || got.Location() != time.UTC || got != want { // identical, not only equal
				t.Errorf("%v came back as %v", want, got)
			}
			if !null.IsZero() {
				t.Errorf("NULL came back as %v", null)
			}
		}
	})
}

func TestInstantForms(t *testing.T) {
	t.Parallel()
	i := store.At(time.Date(2026, 11, 21, 15, 0, 0, 123_999_999, time.FixedZone("CET", 3600)))
	if v, err := i.Value(); v != "2026-11-21 14:00:00.123" || err != nil {
		t.Errorf("value %v, %v", v, err)
	}
	var zero store.Instant
	if v, err := zero.Value(); v != nil || err != nil || !store.At(time.Time{}).IsZero() {
		t.Errorf("zero is %v, %v", v, err)
	}
	var got store.Instant
	for _, src := range []any{"2026-11-21 14:00:00.123", []byte("2026-11-21 14:00:00.123"), i.Time} {
		if err := got.Scan(src); err != nil || got != i {
			t.Errorf("%v: %v, %v", src, got, err)
		}
	}
	for _, src := range []any{"yesterday", 12, "0000-00-00 00:00:00.000"} {
		if err := got.Scan(src); err == nil {
			t.Errorf("%v is taken", src)
		}
	}
	if got.Scan(nil) != nil || !got.IsZero() {
		t.Error("NULL is not zero")
	}
}
