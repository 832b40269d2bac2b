package tui

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"etuservices/client/internal/link/linktest"
)

// crowdEvery is the time between two events of a crowd: 200 of them a second.
const crowdEvery = 5 * time.Millisecond

// crowd is a server on which 200 events a second happen, once somebody is logged
// in: sales for a student, the feed and its measures for an administrator.
func crowd(role string) linktest.Script {
	return func(c *linktest.Conn) {
		c.Say(linktest.Greeting)
		var in atomic.Bool
		over := make(chan struct{})
		defer close(over)
		go func() {
			tick := time.NewTicker(crowdEvery)
			defer tick.Stop()
			for i := 0; ; i++ {
				select {
				case <-over:
					return
				case <-tick.C:
				}
				if !in.Load() {
					continue
				}
				switch {
				case role != "admin":
					c.Say(fmt.Sprintf(`! VENDU id=%d titre="Livre %d" acheteur=u%d contact=u@etu.example`, i, i, i%50))
				case i%200 == 0:
					c.Say("! STATS periode=1 connexions=250 utilisateurs=240 commandes_s=900 connexions_min=60 ventes=9 achats=9 refus=500 p50_ms=1 p99_ms=9 serveurs=2 suiveurs=1")
				case i%2 == 0:
					c.Say(fmt.Sprintf("! REFUS code=QUOTA verbe=ACHAT login=u%d serveur=s1 adresse=10.0.0.1", i%300))
				default:
					c.Say(fmt.Sprintf(`! VENTE login=u%d serveur=s1 id=%d titre="Livre %d" prix=3.00 categorie=livre utilise=9 max=10`, i%300, i, i))
				}
			}
		}()
		c.Answer(func(request string) []string {
			reply := answers(request)
			switch verb, _, _ := strings.Cut(request, " "); verb {
			case "AUTH", "REPRENDRE", "QUI":
				in.Store(true)
				for i := range reply {
					reply[i] = strings.Replace(reply[i], "role=etudiant", "role="+role, 1)
				}
			case "INSCRIPTIONS":
				return []string{"+OK INSCRIPTIONS etat=ouvertes"}
			}
			return reply
		})
	}
}

// BenchmarkKeyInACrowd is a key typed on the terminal of the real program, up to
// the screen that shows it, while 200 events a second arrive; the allowance is
// 16 ms for 99 of 100.
func BenchmarkKeyInACrowd(b *testing.B) {
	for _, c := range []struct{ name, role, keys, label string }{
		{"administrator", "admin", "7/", "Recherche : "},
		{"student", "etudiant", "3\t", "Titre"},
	} {
		b.Run(c.name, func(b *testing.B) {
			p := launch(b, linktest.Listen(b, crowd(c.role)))
			p.see("Identifiant")
			p.press("amelie\tmotdepasse\r")
			p.see("Accueil")
			p.press(c.keys)
			p.see(c.label)
			var took []time.Duration
			typed := ""
			for b.Loop() {
				if len(typed) == 20 {
					p.press("\x15") // empties the field
					for strings.Contains(p.text(), typed) {
						<-p.news
					}
					typed = ""
				}
				key := string(rune('a' + len(took)%26))
				typed += key
				began := time.Now()
				p.press(key)
				p.see(typed)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "ms-p99")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-worst")
		})
	}
}
