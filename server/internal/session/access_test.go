package session_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/config"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/testenv"
)

// TestRefusedIsNotLetIn: after any refusal of AUTH, no verb that wants
// a login works, and the user is not counted among those who are there.
func TestRefusedIsNotLetIn(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), 1)
	login, blocked := h.newcomer(t, accounts.Student), h.newcomer(t, accounts.Student)
	h.loginAs(t, login).s.Close(t.Context())
	h.execSQL(t, `UPDATE utilisateurs SET etat = 'bloque' WHERE login = ?`, blocked)
	for line, code := range map[string]protocol.Code{
		"AUTH " + login + " " + password:   protocol.QUOTA,
		"AUTH " + blocked + " " + password: protocol.BLOQUE,
		"AUTH " + login + " faux":          protocol.ECHEC,
		"REPRENDRE faux":                   protocol.ECHEC,
	} {
		c := h.connect(t)
		if a := c.Refused(line, code); a.Fields.Get("jeton") != "" {
			t.Errorf("a token for who was refused: %s", a.Line)
		}
		for _, v := range protocol.Verbs {
			if v.Access >= protocol.LoggedIn {
				c.Refused(example(v), protocol.AUTH)
			}
		}
		if n := h.Hub.Users(); n != 0 {
			t.Errorf("%q: %d users are there", line, n)
		}
	}
}

// TestRedisAwayIsNoQuota: nobody is told that he called too often when
// it is Redis that does not answer, and nobody is let through.
func TestRedisAwayIsNoQuota(t *testing.T) {
	env := testenv.Real(t)
	h := newTestServer(t, env, defaultMax)
	login := h.newcomer(t, accounts.Student)
	c, other := h.loginAs(t, login), h.connect(t)
	env.Redis().Stop(t)
	for _, line := range []string{"VENTE livre 1 Titre", "ACHAT 1", "QUOTA", "STATS"} {
		c.Refused(line, protocol.INDISPONIBLE)
	}
	other.Refused("AUTH "+login+" "+password, protocol.INDISPONIBLE)
	c.Must("ARTICLES")
	env.Redis().Start(t)
	for end := time.Now().Add(20 * time.Second); ; {
		if a := c.Do("QUOTA"); a.OK() {
			wantFields(t, answer{Message: a.Rows[0]}, "utilise=1")
			wantFields(t, answer{Message: a.Rows[1]}, "utilise=0")
			return
		} else if time.Now().After(end) {
			t.Fatalf("Redis is back, and %s", a.Line)
		}
	}
}

// TestUnknownLoginCostsTheSame: a hash is computed for it too. The
// shortest of some tries is compared, and a quarter allowed: without a hash it
// would be a hundredth.
func TestUnknownLoginCostsTheSame(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	h.Accounts.Hasher = hashing.New(argon2id.Params{
		Memory: 16 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32,
	}, config.DefaultLimits.HashWait)
	login := h.newcomer(t, accounts.Student)
	shortest := map[string]time.Duration{}
	for range 5 {
		for _, name := range []string{login, "personne", "personne@univ.fr", "é"} {
			c, start := h.connect(t), time.Now()
			c.Refused("AUTH "+name+" faux", protocol.ECHEC)
			if took := time.Since(start); shortest[name] == 0 || took < shortest[name] {
				shortest[name] = took
			}
		}
	}
	for name, took := range shortest {
		if took < shortest[login]/4 {
			t.Errorf("%s: %v; a wrong password: %v", name, took, shortest[login])
		}
	}
}

// TestSimultaneousRegistrations: one gets the login or the e-mail, the others
// are told which of the two is taken.
func TestSimultaneousRegistrations(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, plenty)
		for field, form := range map[string]string{
			"login": "INSCRIPTION meme seul%d@univ.fr P N motdepasse",
			"email": "INSCRIPTION seul%d meme@univ.fr P N motdepasse",
		} {
			const n = 16
			answers := make([]answer, n)
			var all sync.WaitGroup
			for i := range n {
				c := h.connect(t)
				all.Go(func() { answers[i], _ = c.try(fmt.Sprintf(form, i)) })
			}
			all.Wait()
			done := 0
			for _, a := range answers {
				switch {
				case a.OK():
					done++
				case a.Code() != protocol.EXISTE || a.Fields.Get("champ") != field:
					t.Errorf("%s: %q", field, a.Line)
				}
			}
			if done != 1 {
				t.Errorf("%s: %d accounts", field, done)
			}
		}
	})
}

// TestDeadSessionHearsNothing: a session whose token was killed from elsewhere
// gets no more of its user's events, though it has said nothing since.
func TestDeadSessionHearsNothing(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	login := h.newcomer(t, accounts.Student)
	thief, owner, buyer := h.loginAs(t, login), h.loginAs(t, login), h.login(t)
	id := owner.Must("VENTE livre 1 Titre").Fields.Get("id")
	owner.Must("MOTDEPASSE " + password + " nouveaumot")
	buyer.Must("ACHAT " + id)
	if len(owner.Events) != 1 || len(thief.Events) != 0 {
		t.Errorf("owner: %q, thief: %q", owner.Events, thief.Events)
	}
}
