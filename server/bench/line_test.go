package main

import (
	"testing"
	"time"

	"etuservices/server/bench/bare"
	"etuservices/server/internal/ledger"
)

// One request on the server's side, without its socket: what tcp hands to
// session.Line, on real stores.

func BenchmarkLinePing(b *testing.B)  { benchmarkLine(b, "PING") }
func BenchmarkLineQuota(b *testing.B) { benchmarkLine(b, "QUOTA") }
func BenchmarkLineStats(b *testing.B) { benchmarkLine(b, "STATS") }
func BenchmarkLineVente(b *testing.B) { benchmarkLine(b, sale(0)) }

// oneUser keeps some ten calls in the window of one user who makes a thousand
// a second.
var oneUser = ledger.Rule{Max: freeMax, Window: 10 * time.Millisecond}

func benchmarkLine(b *testing.B, line string) {
	talk := enter(b, open(b, 8), oneUser)
	if _, err := talk.say(b.Context(), line); err != nil {
		b.Fatal(err)
	}
	request, ctx := []byte(line), b.Context()
	b.ReportAllocs()
	for b.Loop() {
		talk.do(ctx, request)
	}
}

// The same work without the server.

func BenchmarkBareQuota(b *testing.B) {
	benchmarkBare(b, func(d *bare.Driver, u bare.User) error { return d.Quota(b.Context(), u) })
}

func BenchmarkBareStats(b *testing.B) {
	benchmarkBare(b, func(d *bare.Driver, _ bare.User) error { return d.Stats(b.Context()) })
}

func benchmarkBare(b *testing.B, f func(*bare.Driver, bare.User) error) {
	place := open(b, 8)
	d, err := bare.New(b.Context(), place.Stores, oneUser)
	if err != nil {
		b.Fatal(err)
	}
	u := bare.NewUser(place.Users[0].ID, place.Users[0].Login)
	b.ReportAllocs()
	for b.Loop() {
		if err := f(d, u); err != nil {
			b.Fatal(err)
		}
	}
}
