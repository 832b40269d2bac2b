package cluster

import (
	"fmt"
	"testing"
	"time"

	"etuservices/server/internal/testenv"
)

// BenchmarkHeartbeat is one heartbeat of a process with 15,000 sessions, of which ten
// came and ten went since the last: as differences, and whole.
func BenchmarkHeartbeat(b *testing.B) {
	const sessions, changes = 15_000, 10
	for _, kind := range []string{"changes", "whole"} {
		b.Run(kind, func(b *testing.B) {
			h := newHub(testenv.Real(b).Open(b), "un")
			join := func(i int) *Subscriber {
				return h.Join(User{ID: int64(i), Login: fmt.Sprint("etudiant-", i), Address: "192.0.2.1", Since: time.UnixMilli(1)}, silent{}, alive)
			}
			var all []*Subscriber
			for i := range sessions {
				all = append(all, join(i))
			}
			next := sessions
			for b.Loop() {
				for range changes {
					h.Leave(all[0])
					all = append(all[1:], join(next))
					next++
				}
				if kind == "whole" {
					h.inRedis = nil
				}
				if _, err := h.heartbeat(b.Context()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkSnapshot reads four processes with 15,000 users each.
func BenchmarkSnapshot(b *testing.B) {
	stores := testenv.Real(b).Open(b)
	var hubs []*Hub
	for name := range 4 {
		h := newHub(stores, fmt.Sprint("serveur-", name))
		for i := range 15_000 {
			id := int64(name*15_000 + i)
			h.Join(User{ID: id, Login: fmt.Sprint("etudiant-", id), Address: "192.0.2.1", Since: time.UnixMilli(1)}, silent{}, alive)
		}
		hubs = append(hubs, h)
	}
	for b.Loop() {
		for _, h := range hubs {
			if _, err := h.ReadSnapshot(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	}
}
