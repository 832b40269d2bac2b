package accounts

import (
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/server/internal/hashing"
	"etuservices/server/internal/testenv"
)

// TestHashUpgradedAtLogin: who was hashed at a lower cost is hashed anew when
// he logs in, and only then; a wrong password changes nothing.
func TestHashUpgradedAtLogin(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		a := open(t, env.Open(t), life)
		enter(t, a, "alice")
		hash := func() (h string) {
			t.Helper()
			if err := a.Stores.SQL.Read.QueryRow(t.Context(), `SELECT mot_de_passe FROM utilisateurs WHERE login = 'alice'`).Scan(&h); err != nil {
				t.Fatal(err)
			}
			return h
		}
		first, from := hash(), Origin{Address: "127.0.0.1", Exempt: true}
		dearer := cheap
		dearer.Iterations++
		a.Hasher = hashing.New(dearer, time.Minute) // as after an update of the server
		if _, err := a.Login(t.Context(), "alice", "mauvais-mot", from); err == nil || hash() != first {
			t.Errorf("a wrong password: %v", err)
		}
		if _, err := a.Login(t.Context(), "alice", "motdepasse", from); err != nil {
			t.Fatal(err)
		}
		second := hash()
		params, _, _, err := argon2id.DecodeHash(second)
		if err != nil || *params != dearer {
			t.Errorf("%q: %v", second, err)
		}
		if _, err := a.Login(t.Context(), "alice", "motdepasse", from); err != nil || hash() != second {
			t.Errorf("hashed again without need, or not right any more: %v", err)
		}
	})
}
