package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/app"
	"etuservices/server/internal/hashing"
	"etuservices/server/internal/testenv"
)

// holdLine stops the line for password checks until free is called: whoever comes
// meanwhile has read the account, and waits.
func holdLine(t *testing.T, h *hashing.Hasher) (free func()) {
	t.Helper()
	release := make(chan struct{})
	var all sync.WaitGroup
	for h.Waiting() == 0 { // all hashers, and one in line
		began := make(chan struct{})
		all.Go(func() {
			if err := h.Turn(t.Context(), "", func() error { close(began); <-release; return nil }); err != nil {
				t.Error(err)
			}
		})
		soon(t, "the line is held", func() bool {
			select {
			case <-began:
				return true
			default:
				return h.Waiting() > 0
			}
		})
	}
	var once sync.Once
	return func() { once.Do(func() { close(release); all.Wait() }) }
}

// soon waits for what takes less than a tick of within.
func soon(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(answerTime); !done(); time.Sleep(200 * time.Microsecond) {
		if time.Now().After(end) {
			t.Fatal(what + ": not so")
		}
	}
}

// reached waits until so many stand in a line that is held.
func reached(t *testing.T, h *hashing.Hasher, n int) {
	t.Helper()
	soon(t, fmt.Sprint(n, " in line"), func() bool { return h.Waiting() == n+1 })
}

// later sends a line whose reply is awaited later.
func (c *client) later(format string, args ...any) (reply func() reply) {
	c.t.Helper()
	c.Send(fmt.Sprintf(format, args...) + "\r\n")
	return c.orClosed
}

// orClosed reads a reply; none where the server has closed the connection.
func (c *client) orClosed() reply {
	r, _ := c.TryRead()
	return r
}

// staleWorld is two servers on the same stores: the first one's line for
// password checks can be held, so that whatever it read there is old when its
// turn comes.
type staleWorld struct {
	t    *testing.T
	apps [2]*app.App
	addr [2]string
	prof *client // an administrator, on the second server
}

func newStaleWorld(t *testing.T, env *testenv.Env) *staleWorld {
	t.Helper()
	in := openInside(t, env)
	w := &staleWorld{t: t}
	for i := range w.apps {
		w.apps[i], w.addr[i] = in.run(t, append(slices.Clone(adminArgs), "--instance", fmt.Sprint("s", i), "--quota-max", "100000")...)
	}
	w.prof = login(t, w.addr[1], "prof")
	return w
}

// admin opens another administrator.
func (w *staleWorld) admin(name string) {
	w.t.Helper()
	err := w.apps[1].Admin.Add(w.t.Context(), admin.CLIActor, accounts.Registration{Password: password, User: accounts.User{
		Login: name, Email: name + "@univ.fr", FirstName: "A", LastName: "B", Role: accounts.Admin,
	}})
	if err != nil {
		w.t.Fatal(err)
	}
}

// alive says whether a token is taken, by either server.
func (w *staleWorld) alive(token string) bool {
	w.t.Helper()
	c := dial(w.t, w.addr[rand.IntN(2)])
	defer c.nc.Close()
	return c.Do("REPRENDRE %s", token).Word == "REPRENDRE"
}

// auth tries a password on a connection of its own.
func (w *staleWorld) auth(server int, name, word string) reply {
	w.t.Helper()
	c := dial(w.t, w.addr[server])
	defer c.nc.Close()
	return c.Do("AUTH %s %s", name, word)
}

// Passwords of a round, each known to one party.
const (
	hisOld  = password
	stolen  = "mot-du-voleur"   // MOTDEPASSE of a first session
	hisNew  = "mot-de-la-suite" // MOTDEPASSE of a second session
	given   = "mot-de-prof"     // NOUVEAUMDP by prof
	imposed = "mot-du-chef"     // NOUVEAUMDP by another administrator
	nowhere = ""
)

var allPasswords = []string{hisOld, stolen, hisNew, given, imposed}

// TestNothingReadBeforeAWaitIsUsedAfterIt: AUTH, MOTDEPASSE and NOUVEAUMDP read
// an account, then wait to hash. Whatever is decided of the account meanwhile
// holds: no old password, dead token or lower role passes, whichever comes
// first. Half of the rounds stop the line in the middle, the others just run.
func TestNothingReadBeforeAWaitIsUsedAfterIt(t *testing.T) {
	t.Parallel()
	const seed = 20261127
	rounds := map[testenv.Kind]int{testenv.KindEmbedded: 40, testenv.KindReal: 160}
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		w := newStaleWorld(t, env)
		n := rounds[env.Kind]
		for i := range n {
			rng := rand.New(rand.NewPCG(seed, uint64(i)))
			w.round(rng, i)
			if t.Failed() {
				t.Fatalf("seed %d, round %d", seed, i)
			}
		}
	})
}

func (w *staleWorld) round(rng *rand.Rand, number int) {
	w.t.Helper()
	name, chefName := fmt.Sprint("e", number), fmt.Sprint("chef", number)
	register(w.t, w.addr[1], name)
	w.admin(chefName)
	open := func(server int, name string) (*client, string) {
		c := dial(w.t, w.addr[server])
		return c, c.Must("AUTH %s %s", name, hisOld).Fields.Get("jeton")
	}
	first, firstToken := open(0, name)
	second, secondToken := open(1, name)
	chef, _ := open(0, chefName)
	all := []*client{first, second, chef}
	defer func() {
		for _, c := range all {
			_ = c.nc.Close()
		}
	}()

	held := rng.IntN(2) == 0
	free := func() {}
	if held {
		free = holdLine(w.t, w.apps[0].Accounts.Hasher)
		defer free()
	}
	// What waits on the first server.
	var auths []func() reply
	none := func() reply { return reply{} }
	steal, impose := none, none
	waiting := 0
	for range 1 + rng.IntN(2) {
		c := dial(w.t, w.addr[0])
		all = append(all, c)
		who := name
		if rng.IntN(2) == 0 {
			who += "@univ.fr"
		}
		auths = append(auths, c.later("AUTH %s %s", who, hisOld))
		waiting++
	}
	if rng.IntN(3) > 0 {
		steal, waiting = first.later("MOTDEPASSE %s %s", hisOld, stolen), waiting+1
	}
	if rng.IntN(3) == 0 {
		impose, waiting = chef.later("NOUVEAUMDP %s %s", name, imposed), waiting+1
	}
	if held {
		reached(w.t, w.apps[0].Accounts.Hasher, waiting)
	} else {
		time.Sleep(time.Duration(rng.Int64N(int64(2 * time.Millisecond)))) // the interleaving itself
	}
	// What is decided on the second one meanwhile.
	deed := []string{"", "NOUVEAUMDP", "MOTDEPASSE", "BLOQUER", "BLOQUER DEBLOQUER", "EXPULSER", "EXPULSER 5", "SUPPRIMER"}[rng.IntN(8)]
	decided := nowhere
	switch deed {
	case "NOUVEAUMDP":
		w.prof.Must("NOUVEAUMDP %s %s", name, given)
		decided = given
	case "MOTDEPASSE":
		if r := second.later("MOTDEPASSE %s %s", hisOld, hisNew)(); r.OK() {
			decided = hisNew
		} else if held {
			w.t.Errorf("the owner's MOTDEPASSE: %s", r.Line)
		}
	case "BLOQUER":
		w.prof.Must("BLOQUER %s :motif", name)
	case "BLOQUER DEBLOQUER":
		w.prof.Must("BLOQUER %s :motif", name)
		w.prof.Must("DEBLOQUER %s", name)
	case "EXPULSER":
		w.prof.Must("EXPULSER %s :motif", name)
	case "EXPULSER 5":
		w.prof.Must("EXPULSER %s minutes=5 :motif", name)
	case "SUPPRIMER":
		w.prof.Must("SUPPRIMER %s :motif", name)
	}
	chefDeed := []string{"", "", "NOUVEAUMDP %s " + given, "BLOQUER %s :motif", "EXPULSER %s :motif", "SUPPRIMER %s :motif"}[rng.IntN(6)]
	if chefDeed != "" {
		w.prof.Must(chefDeed, chefName)
	}
	free()

	what := fmt.Sprintf("held %v, deed %q, on the chef %q", held, deed, chefDeed)
	var passed []string // tokens
	for _, auth := range auths {
		r := auth()
		what += " | AUTH: " + r.Line
		if r.Word == "PASSOK" {
			passed = append(passed, r.Fields.Get("jeton"))
		}
	}
	stole, imposes := steal(), impose()
	what += " | MOTDEPASSE: " + stole.Line + " | NOUVEAUMDP: " + imposes.Line
	wrong := func(format string, args ...any) {
		w.t.Helper()
		w.t.Errorf(format+" (%s)", append(args, what)...)
	}

	killed := deed != "" && deed != "MOTDEPASSE" // all tokens
	if held {
		if len(passed) > 0 && (decided != nowhere || deed == "BLOQUER" || deed == "EXPULSER 5" || deed == "SUPPRIMER") {
			wrong("an old login passed")
		}
		if stole.OK() && deed != "" {
			wrong("a dead session set a password")
		}
		if imposes.OK() && (chefDeed != "" || deed == "SUPPRIMER") {
			wrong("who is no administrator gave a password")
		}
	}
	w.settled(name, deed, decided, stole.OK(), imposes.OK(), wrong)

	// Whoever passed by a password that is replaced has a dead token, and so
	// has whoever was thrown out.
	gone := decided == given || imposes.OK()
	if w.alive(firstToken) != !(killed || gone || decided == hisNew) {
		wrong("the first session's token is alive: %v", w.alive(firstToken))
	}
	if w.alive(secondToken) != !(killed || gone || stole.OK()) {
		wrong("the second session's token is alive: %v", w.alive(secondToken))
	}
	for _, token := range passed {
		if w.alive(token) && (gone || decided != nowhere || stole.OK() || deed == "BLOQUER" || deed == "EXPULSER 5" || deed == "SUPPRIMER") {
			wrong("an old login lives on")
		}
	}
}

// settled looks which password is right in the end.
func (w *staleWorld) settled(name, deed, decided string, stole, impose bool, wrong func(string, ...any)) {
	w.t.Helper()
	var right []string
	for _, word := range allPasswords {
		switch r := w.auth(rand.IntN(2), name, word); r.Word {
		case "PASSOK":
			right = append(right, word)
			if want := word == given || word == imposed; (r.Fields.Get("changer") == "1") != want {
				wrong("%s says %s", word, r.Line)
			}
			if deed == "BLOQUER" || deed == "EXPULSER 5" || deed == "SUPPRIMER" {
				wrong("let in: %s", r.Line)
			}
		case string(protocol.BLOQUE):
			right = append(right, word)
			if deed != "BLOQUER" && deed != "EXPULSER 5" {
				wrong("kept out: %s", r.Line)
			}
		}
	}
	var may []string
	switch {
	case deed == "SUPPRIMER":
		if len(right) > 0 {
			wrong("a deleted account has the password %s", right)
		}
		return
	case impose && decided == given:
		may = []string{given, imposed}
	case impose:
		may = []string{imposed}
	case decided != nowhere:
		may = []string{decided}
	case stole:
		may = []string{stolen}
	default:
		may = []string{hisOld}
	}
	if len(right) != 1 || !slices.Contains(may, right[0]) {
		wrong("the passwords %s are right, want %s", right, strings.Join(may, " or "))
	}
}

// TestRegistrationClosedWhileHashing: who asked before registration was closed,
// and waited, opens no account after it.
func TestRegistrationClosedWhileHashing(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		w := newStaleWorld(t, env)
		free := holdLine(t, w.apps[0].Accounts.Hasher)
		defer free()
		late := dial(t, w.addr[0]).later("INSCRIPTION tard tard@univ.fr A B %s", password)
		reached(t, w.apps[0].Accounts.Hasher, 1)
		w.prof.Must("INSCRIPTIONS fermees")
		free()
		if r := late(); r.Code() != protocol.INTERDIT {
			t.Errorf("%s", r.Line)
		}
		w.prof.Must("INSCRIPTIONS ouvertes")
		register(t, w.addr[0], "tard") // the login is free
	})
}

// TestSamePasswordHashedAnewMeanwhile: where the hash is another one but the
// password the same, whoever waited is let in, and may change it.
func TestSamePasswordHashedAnewMeanwhile(t *testing.T) {
	t.Parallel()
	w := newStaleWorld(t, testenv.Embedded(t))
	register(t, w.addr[1], "alice")
	alice, other := login(t, w.addr[1], "alice"), login(t, w.addr[0], "alice")
	change := func(c *client) {
		t.Helper()
		free := holdLine(t, w.apps[0].Accounts.Hasher)
		defer free()
		auth := dial(t, w.addr[0]).later("AUTH alice %s", password)
		reached(t, w.apps[0].Accounts.Hasher, 1)
		c.Must("MOTDEPASSE %s %s", password, password)
		free()
		if r := auth(); r.Word != "PASSOK" {
			t.Errorf("%s", r.Line)
		}
	}
	change(alice)
	testenv.WaitFor(t, answerTime, "the other session ends", func() bool { return other.Do("QUI").Code() == protocol.AUTH })
	change(login(t, w.addr[1], "alice"))
}
