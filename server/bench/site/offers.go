package site

import (
	"fmt"
	"sync/atomic"

	"etuservices/server/bench/bare"
	"etuservices/server/internal/market"
)

// Offers are articles like those that students sell: titles of two to five
// words, some with accents.
var Offers = offers()

func offers() (list []bare.Offer) {
	titles := []string{
		"Les Misérables", "Réseaux : le guide complet", "Calculatrice graphique", "Matrix",
		"Algèbre linéaire et géométrie", "Lampe de bureau", "L'Étranger", "Daft Punk, Discovery",
	}
	categories := []string{"livre", "livre", "materiel", "dvd", "livre", "autre", "livre", "cd"}
	for i := range 8 * len(titles) {
		title := fmt.Sprintf("%s tome %d", titles[i%len(titles)], i)
		list = append(list, bare.Offer{
			Category: categories[i%len(categories)], Cents: int64(100 + 50*i), Title: title, Words: market.Words(title),
		})
	}
	return list
}

// EachOffer gives one offer after the other.
func EachOffer() func() bare.Offer {
	var n atomic.Int64
	return func() bare.Offer { return Offers[int(n.Add(1))%len(Offers)] }
}
