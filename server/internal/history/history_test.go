package history

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
)

// parse reads a history, a call a line:
//
//	user start-end request -> | row / | row / reply
//
// with times in milliseconds; "?" stands for no answer, and no end for a call
// that still waits.
func parse(t *testing.T, text string) *History {
	t.Helper()
	h := &History{Max: 3, Window: 10 * time.Second}
	for line := range strings.Lines(strings.TrimSpace(text)) {
		head, answer, found := strings.Cut(strings.TrimSpace(line), " -> ")
		user, rest, _ := strings.Cut(head, " ")
		times, request, _ := strings.Cut(rest, " ")
		from, to, dashed := strings.Cut(times, "-")
		if !found || !dashed {
			t.Fatalf("not a call: %q", line)
		}
		c := &Call{User: user, Line: request, Start: ms(t, from), End: Never}
		if to != "" {
			c.End = ms(t, to)
		}
		parts := strings.Split(answer, " / ")
		for i, part := range parts {
			if part == "?" {
				continue
			}
			m, err := protocol.ParseMessage(part)
			if err != nil {
				t.Fatalf("%q: %v", part, err)
			}
			if i < len(parts)-1 {
				c.Rows = append(c.Rows, m)
			} else {
				c.Reply = m
			}
		}
		h.Calls = append(h.Calls, c)
	}
	return h
}

func ms(t *testing.T, s string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(s + "ms")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// fits fails unless the judge finds nothing.
func fits(t *testing.T, h *History) {
	t.Helper()
	for _, fault := range h.Judge() {
		t.Errorf("fault: %s", fault)
	}
}

// misfits fails unless the judge finds this, and says it.
func misfits(t *testing.T, h *History, want string) {
	t.Helper()
	faults := h.Judge()
	if len(faults) == 0 || !strings.Contains(strings.Join(faults, "\n"), want) {
		t.Errorf("want %q, got %q", want, faults)
	}
}

const (
	// market is a sale by alice, read by all.
	market = `
		alice 0-10 VENTE livre 1.00 ref=a Réseaux -> +OK VENTE id=1 titre=Réseaux utilise=1 max=3
		bob 11-15 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=en_vente`
	// fullWindow are three calls of alice: the maximum.
	fullWindow = `
		alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1 max=3
		alice 1000-1010 VENTE livre 1.00 ref=b B -> +OK VENTE id=2 titre=B utilise=2 max=3
		alice 2000-2010 ACHAT 9 ref=c -> -ERR ABSENT`
)

// TestGoodHistories: what a service may answer, the judge lets pass.
func TestGoodHistories(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a sale, and all that follows": market + `
			bob 20-30 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			carol 31-40 ACHAT 1 ref=c -> -ERR VENDU
			alice 31-40 ACHAT 1 ref=d -> -ERR INTERDIT
			alice 41-50 RETRAIT 1 -> -ERR VENDU
			dave 41-50 ACHAT 7 ref=e -> -ERR ABSENT
			dave 51-60 RETRAIT 1 -> -ERR INTERDIT
			dave 51-60 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=vendu
			alice 61-70 MESVENTES -> | id=1 titre=Réseaux etat=vendu acheteur=bob / +OK MESVENTES lignes=1
			bob 61-70 MESACHATS -> | id=1 titre=Réseaux vendeur=alice / +OK MESACHATS lignes=1`,
		"two readers while it is sold": market + `
			bob 20-50 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			carol 21-30 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=en_vente
			dave 31-40 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=vendu`,
		"read before its seller is answered": `
			alice 0-50 VENTE livre 1.00 ref=a Réseaux -> +OK VENTE id=1 titre=Réseaux utilise=1
			bob 10-20 ARTICLES -> | id=1 titre=Réseaux vendeur=alice / +OK ARTICLES lignes=1`,
		"a purchase that nobody was told of": market + `
			bob 20-30 ACHAT 1 -> ?
			carol 31-40 ACHAT 1 -> -ERR VENDU`,
		"a purchase that was not done": market + `
			bob 20-30 ACHAT 1 -> -ERR INDISPONIBLE apres=2
			carol 31-40 ACHAT 1 -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1`,
		"a purchase that is done late": market + `
			bob 20- ACHAT 1 -> ?
			carol 31-40 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=en_vente
			carol 41-50 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=vendu`,
		"a withdrawal that nobody was told of": market + `
			alice 20-30 RETRAIT 1 -> ?
			carol 31-40 ACHAT 1 -> -ERR VENDU`,
		"an offer that nobody was told of": `
			alice 0-10 VENTE livre 1.00 ref=a Réseaux -> ?
			bob 11-15 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=en_vente
			bob 20-30 ACHAT 1 -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1`,
		"a ref whose first answer was lost": `
			alice 0-10 VENTE livre 1.00 ref=a Réseaux -> ?
			alice 11-20 VENTE livre 1.00 ref=a Réseaux -> -ERR INDISPONIBLE apres=2
			bob 21-22 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			alice 30-40 VENTE livre 1.00 ref=a Réseaux -> +OK VENTE id=1 titre=Réseaux utilise=1 rejoue=1
			alice 50-60 VENTE livre 1.00 ref=a Réseaux -> +OK VENTE id=1 titre=Réseaux utilise=1 rejoue=1`,
		"a ref whose first sending was not done": `
			alice 0-10 ACHAT 4 ref=a -> ?
			alice 30-40 ACHAT 4 ref=a -> -ERR ABSENT
			alice 50-60 ACHAT 4 ref=a -> -ERR ABSENT rejoue=1
			alice 70-80 QUOTA -> | quota=services utilise=2 retour=0 / +OK QUOTA`,
		"a ref sent twice at once": `
			alice 0-30 VENTE livre 1.00 ref=a Réseaux -> +OK VENTE id=1 titre=Réseaux utilise=1
			alice 1-29 VENTE livre 1.00 ref=a Réseaux -> +OK VENTE id=1 titre=Réseaux utilise=1 rejoue=1`,
		"a full window, and the next": fullWindow + `
			alice 3000-3010 QUOTA -> | quota=services utilise=3 retour=8 / +OK QUOTA
			alice 3100-3110 ACHAT 1 ref=d -> -ERR QUOTA quota=services max=3 fenetre=10 apres=7
			alice 10100-10110 ACHAT 1 ref=d -> -ERR INTERDIT
			alice 10120-10130 VENTE livre 1.00 ref=e E -> -ERR QUOTA quota=services max=3 fenetre=10 apres=1
			alice 11050-11060 VENTE livre 1.00 ref=e E -> +OK VENTE id=3 titre=E utilise=3`,
		"a replay in a full window": fullWindow + `
			alice 3000-3010 ACHAT 9 ref=c -> -ERR ABSENT rejoue=1`,
		"refused beside a call at work": `
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1 max=3
			alice 11-20 VENTE livre 1.00 ref=b B -> +OK VENTE id=2 titre=B utilise=2 max=3
			alice 30-90 VENTE livre 1.00 ref=c C -> -ERR INDISPONIBLE apres=2
			alice 40-50 VENTE livre 1.00 ref=d D -> -ERR QUOTA quota=services max=3 fenetre=10 apres=10`,
		"two at once, each its own number": `
			alice 0-30 ACHAT 8 -> -ERR ABSENT
			alice 1-29 VENTE livre 1.00 ref=b B -> +OK VENTE id=2 titre=B utilise=1 max=3
			alice 2-31 VENTE livre 1.00 ref=c C -> +OK VENTE id=3 titre=C utilise=2 max=3
			alice 40-50 QUOTA -> | quota=services utilise=3 retour=10 / +OK QUOTA`,
		"a slot of a fate unknown": `
			alice 0-10 VENTE livre 1.00 ref=a A -> -ERR INDISPONIBLE apres=2
			alice 11-20 QUOTA -> | quota=services utilise=1 retour=0 / +OK QUOTA
			alice 21-30 QUOTA -> | quota=services utilise=0 retour=0 / +OK QUOTA
			alice 31-40 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1`,
		"logins": `
			alice 0-10 AUTH alice motdepasse -> +OK PASSOK utilise=1
			alice 11-20 AUTH alice motdepasse -> -ERR ECHEC reste=2
			alice 21-30 AUTH alice motdepasse -> +OK PASSOK utilise=2
			alice 31-40 AUTH alice motdepasse -> -ERR INDISPONIBLE apres=2
			alice 41-50 AUTH alice motdepasse -> -ERR QUOTA quota=connexions max=3 fenetre=10 apres=10
			alice 51-60 QUOTA -> | quota=connexions utilise=2 retour=0 / | quota=services utilise=0 retour=0 / +OK QUOTA
			alice 61-70 AUTH alice motdepasse -> +OK PASSOK utilise=3`,
		"RAZ": fullWindow + `
			prof 2020-2030 RAZ alice -> +OK RAZ
			alice 2040-2050 VENTE livre 1.00 ref=d D -> +OK VENTE id=3 titre=D utilise=1
			prof 2060-2070 RAZ alice -> ?
			alice 2080-2090 VENTE livre 1.00 ref=e E -> +OK VENTE id=4 titre=E utilise=1`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fits(t, parse(t, text))
		})
	}
}

// TestBadHistories: what a service must never answer.
func TestBadHistories(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ text, want string }{
		"two buyers": {market + `
			bob 20-30 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			carol 20-30 ACHAT 1 ref=c -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1`, "article 1"},
		"two buyers, one by a lost answer": {market + `
			bob 20-30 ACHAT 1 ref=b -> ?
			carol 20-30 ACHAT 1 ref=c -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			bob 31-40 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1 rejoue=1`, "article 1"},
		"for sale after its sale": {market + `
			bob 20-30 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			carol 31-40 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=en_vente`, "article 1"},
		"listed after its withdrawal": {market + `
			alice 20-30 RETRAIT 1 -> +OK RETRAIT id=1
			carol 31-40 ARTICLES -> | id=1 titre=Réseaux vendeur=alice / +OK ARTICLES lignes=1`, "article 1"},
		"sold, then for sale again": {market + `
			bob 20-60 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			carol 31-40 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=vendu
			carol 41-50 ARTICLE 1 -> +OK ARTICLE id=1 titre=Réseaux vendeur=alice etat=en_vente`, "article 1"},
		"sold that nobody bought": {market + `
			carol 31-40 ACHAT 1 ref=c -> -ERR VENDU`, "article 1"},
		"absent though offered": {market + `
			carol 31-40 ACHAT 1 ref=c -> -ERR ABSENT`, "article 1"},
		"bought by its seller": {market + `
			alice 31-40 ACHAT 1 ref=c -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=2`, "article 1"},
		"withdrawn by another": {market + `
			bob 31-40 RETRAIT 1 -> +OK RETRAIT id=1`, "article 1"},
		"bought after its withdrawal": {market + `
			alice 31-40 RETRAIT 1 -> +OK RETRAIT id=1
			bob 41-50 ACHAT 1 -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1`, "article 1"},
		"another's purchase in MESACHATS": {market + `
			bob 20-30 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			carol 61-70 MESACHATS -> | id=1 titre=Réseaux vendeur=alice / +OK MESACHATS lignes=1`, "article 1"},
		"an article that nobody offered": {
			`carol 61-70 ARTICLE 5 -> +OK ARTICLE id=5 titre=X vendeur=alice etat=en_vente`, "article 5",
		},
		"one title, two articles": {market + `
			carol 61-70 ARTICLE 5 -> +OK ARTICLE id=5 titre=Réseaux vendeur=alice etat=en_vente`, "article 5"},
		"a ref done twice": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 11-20 VENTE livre 1.00 ref=a A -> +OK VENTE id=2 titre=A utilise=2`, "done twice"},
		"a ref done twice, of one article": {market + `
			bob 20-30 ACHAT 1 ref=b -> -ERR INDISPONIBLE apres=2
			bob 31-40 ACHAT 1 ref=b -> +OK ACHAT id=1 titre=Réseaux vendeur=alice utilise=1
			bob 41-50 ACHAT 1 ref=b -> -ERR VENDU`, "done twice"},
		"a ref done again though it was replayed": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> ?
			alice 11-20 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1 rejoue=1
			alice 21-30 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1`, "replayed before it was done"},
		"a ref replayed otherwise": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 11-20 VENTE livre 1.00 ref=a A -> +OK VENTE id=2 titre=A utilise=1 rejoue=1`, "in two ways"},
		"a ref replayed that was never done": {`
			alice 11-20 VENTE livre 1.00 ref=a A -> +OK VENTE id=2 titre=A utilise=1 rejoue=1`, "never done"},
		"an eleventh": {fullWindow + `
			alice 3000-3010 ACHAT 8 ref=d -> -ERR ABSENT`, "number 4 of one window"},
		"an eleventh over the edge of a fixed window": {`
			alice 7000-7010 ACHAT 8 ref=a -> -ERR ABSENT
			alice 9000-9010 ACHAT 8 ref=b -> -ERR ABSENT
			alice 9100-9110 ACHAT 8 ref=c -> -ERR ABSENT
			alice 10100-10110 VENTE livre 1.00 ref=d D -> +OK VENTE id=1 titre=D utilise=1`, "number 4 of one window"},
		"an eleventh by a lost answer": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 20-30 ACHAT 8 ref=b -> ?
			alice 40-50 ACHAT 8 ref=b -> -ERR ABSENT rejoue=1
			alice 60-70 ACHAT 8 ref=c -> -ERR ABSENT
			alice 80-90 ACHAT 8 ref=d -> -ERR ABSENT`, "number 4 of one window"},
		"refused with one left": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 11-20 VENTE livre 1.00 ref=b B -> +OK VENTE id=2 titre=B utilise=2
			alice 40-50 VENTE livre 1.00 ref=d D -> -ERR QUOTA quota=services max=3 fenetre=10 apres=10`, "refused with at most 2"},
		"refused after apres": {fullWindow + `
			alice 10020-10030 ACHAT 1 ref=d -> -ERR QUOTA quota=services max=3 fenetre=10 apres=1`, "refused with at most 2"},
		"refused for too long": {fullWindow + `
			alice 3000-3010 ACHAT 1 ref=d -> -ERR QUOTA quota=services max=3 fenetre=10 apres=9`, "the wait is longer"},
		"refused for more than a window": {fullWindow + `
			alice 3000-3010 ACHAT 1 ref=d -> -ERR QUOTA quota=services max=3 fenetre=10 apres=11`, "out of bounds"},
		"refused for too short": {fullWindow + `
			alice 3000-3010 ACHAT 1 ref=d -> -ERR QUOTA quota=services max=3 fenetre=10 apres=6`, "the wait is shorter"},
		"one more than was used": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=2`, "at most 1"},
		"a call not counted": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 20-30 ACHAT 9 ref=b -> -ERR ABSENT
			alice 40-50 VENTE livre 1.00 ref=c C -> +OK VENTE id=2 titre=C utilise=2`, "at least 3"},
		"two at once with one number": {`
			alice 0-30 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 1-29 VENTE livre 1.00 ref=b B -> +OK VENTE id=2 titre=B utilise=1`, "at least 2"},
		"QUOTA does not know of a call": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 20-30 QUOTA -> | quota=services utilise=0 retour=0 / +OK QUOTA`, "at least 1"},
		"QUOTA counts a replay": {`
			alice 0-10 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1
			alice 11-20 VENTE livre 1.00 ref=a A -> +OK VENTE id=1 titre=A utilise=1 rejoue=1
			alice 21-30 QUOTA -> | quota=services utilise=2 retour=0 / +OK QUOTA`, "at most 1"},
		"QUOTA counts a refusal": {`
			alice 0-10 AUTH alice faux -> -ERR ECHEC reste=2
			alice 21-30 QUOTA -> | quota=connexions utilise=1 retour=0 / +OK QUOTA`, "at most 0"},
		"a login not counted": {`
			alice 0-10 AUTH alice motdepasse -> +OK PASSOK utilise=1
			alice 11-20 AUTH alice motdepasse -> +OK PASSOK utilise=1`, "at least 2"},
		"RAZ changes nothing": {fullWindow + `
			prof 2020-2030 RAZ alice -> +OK RAZ
			alice 2040-2050 VENTE livre 1.00 ref=d D -> -ERR QUOTA quota=services max=3 fenetre=10 apres=8`, "refused with at most 0"},
		"an eleventh behind a RAZ": {`
			alice 0-10 ACHAT 8 ref=a -> -ERR ABSENT
			prof 20-30 RAZ alice -> +OK RAZ
			alice 40-50 ACHAT 8 ref=b -> -ERR ABSENT
			alice 60-70 ACHAT 8 ref=c -> -ERR ABSENT
			alice 80-90 ACHAT 8 ref=d -> -ERR ABSENT
			alice 91-99 ACHAT 8 ref=e -> -ERR ABSENT`, "number 4 of one window"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			misfits(t, parse(t, c.text), c.want)
		})
	}
}

// TestClockOfRedisMoves: a window is one of Redis's clock, wherever that goes.
func TestClockOfRedisMoves(t *testing.T) {
	t.Parallel()
	const (
		second  = time.Second
		after   = `alice 3000-3010 ACHAT 8 ref=d -> -ERR ABSENT`
		refusal = `alice 3000-3010 ACHAT 8 ref=d -> -ERR QUOTA quota=services max=3 fenetre=10 apres=8`
	)
	forward := Jump{From: 2100 * time.Millisecond, To: 2200 * time.Millisecond, Offset: 20 * second}
	back := Jump{From: 2300 * time.Millisecond, To: 2400 * time.Millisecond}
	for name, c := range map[string]struct {
		last  string
		jumps []Jump
		want  string
	}{
		"on: the window is empty":          {after, []Jump{forward}, ""},
		"on: nothing is refused":           {refusal, []Jump{forward}, "refused with at most 0"},
		"on and back: it is full":          {after, []Jump{forward, back}, "number 4 of one window"},
		"on and back: a refusal is due":    {refusal, []Jump{forward, back}, ""},
		"back: slots ahead count as now":   {strings.Replace(refusal, "=8", "=10", 1), []Jump{{back.From, back.To, -5 * second}}, ""},
		"back, not far: it is full":        {after, []Jump{{back.From, back.To, -second / 5}}, "number 4 of one window"},
		"back: slots ahead leave sooner":   {strings.NewReplacer("3000", "11900", "3010", "11910").Replace(after), []Jump{forward, {2500 * time.Millisecond, 2600 * time.Millisecond, -second}}, ""},
		"at some moment of the call":       {after, []Jump{{2900 * time.Millisecond, 3100 * time.Millisecond, 20 * second}}, ""},
		"a refusal at some moment of that": {refusal, []Jump{{2900 * time.Millisecond, 3100 * time.Millisecond, 20 * second}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := parse(t, fullWindow+"\n"+c.last)
			h.Clock = c.jumps
			if c.want == "" {
				fits(t, h)
			} else {
				misfits(t, h, c.want)
			}
		})
	}
}

// TestRedisForgets: while Redis may have forgotten, a reading may show less than
// was counted; an eleventh may pass at no moment.
func TestRedisForgets(t *testing.T) {
	t.Parallel()
	forgot := []Span{{2500 * time.Millisecond, 5 * time.Second}}
	h := parse(t, fullWindow+`
		alice 3000-3010 QUOTA -> | quota=services utilise=0 retour=0 / +OK QUOTA`)
	misfits(t, h, "at least 3")
	h.Stale = forgot
	fits(t, h)
	h = parse(t, fullWindow+`
		alice 3000-3010 ACHAT 8 ref=d -> -ERR ABSENT`)
	h.Stale = forgot
	misfits(t, h, "number 4 of one window")
	h = parse(t, fullWindow+`
		alice 6000-6010 QUOTA -> | quota=services utilise=0 retour=0 / +OK QUOTA`)
	h.Stale = forgot
	misfits(t, h, "at least 3")
}

// TestLateAnswers: after a moment each call is answered within a time.
func TestLateAnswers(t *testing.T) {
	t.Parallel()
	h := parse(t, `
		alice 0-9000 PING -> +OK PONG
		alice 10000-14000 PING -> +OK PONG
		bob 10001-15002 PING -> +OK PONG
		carol 10002- PING -> ?
		dave 9990-10050 PING -> ?
		dave 10060-10070 PING -> ?
		dave 10080-10081 (connexion) -> ?
		dave 10090-10100 QUI -> +OK QUI
		erin 10060-10070 PING -> ?
		erin 10080-10081 (connexion) -> ?
		erin 10090-10100 QUI -> ?`)
	late := h.Late(10*time.Second, 5*time.Second)
	if len(late) != 3 || !strings.Contains(late[0], "bob") || !strings.Contains(late[1], "carol") || !strings.Contains(late[2], "erin") {
		t.Errorf("late: %q", late)
	}
}

// TestCallsAreWrittenAsTheyAreRead: what a red run prints is a history that a
// test can hold.
func TestCallsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		`alice 0-10 VENTE livre 1.00 ref=a A B -> +OK VENTE id=1 titre="A B" utilise=1`,
		`alice 0- ACHAT 1 -> ?`,
		`alice 3-4 QUOTA -> | quota=services utilise=2 / | quota=connexions utilise=1 / +OK QUOTA`,
		`alice 3-4 ACHAT 9 -> -ERR ABSENT`,
	} {
		if got := parse(t, line).Calls[0].String(); got != line {
			t.Errorf("%q became %q", line, got)
		}
	}
}

// TestManyCallsAreJudgedFast: 5,000 calls over 200 articles, some at once.
func TestManyCallsAreJudgedFast(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 5000 {
		id, at := 1+i%200, 10*i
		line := fmt.Sprintf("ACHAT %d ref=r%d -> -ERR VENDU", id, i)
		title := fmt.Sprintf("T%d", id)
		switch i / 200 {
		case 0:
			line = fmt.Sprintf("VENTE livre 1 ref=r%d %s -> +OK VENTE id=%d titre=%s", i, title, id, title)
		case 10:
			line = fmt.Sprintf("ACHAT %d ref=r%d -> +OK ACHAT id=%d titre=%s vendeur=u%d", id, i, id, title, id-1)
		case 1, 2, 3, 4, 5, 6, 7, 8, 9:
			line = fmt.Sprintf("ARTICLE %d -> +OK ARTICLE id=%d titre=%s vendeur=u%d etat=en_vente", id, id, title, id-1)
		}
		fmt.Fprintf(&b, "u%d %d-%d %s\n", i%211, at, at+25, line)
	}
	h := parse(t, b.String())
	h.Max = 1000
	began := time.Now()
	fits(t, h)
	if took := time.Since(began); took > 20*time.Second { // 0.1 s on a quiet machine
		t.Errorf("took %v", took)
	}
}
