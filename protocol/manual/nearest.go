package manual

import "etuservices/protocol"

// Nearest gives the name that a mistyped word most likely means, "" where none is near: at
// most two letters typed wrong, left out or added, fewer in a short word.
func Nearest(word string, names []string) string {
	typed := []rune(protocol.Fold(word))
	best, least := "", min(2, len(typed)/2)+1
	for _, name := range names {
		if d := distance(typed, []rune(protocol.Fold(name))); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is Levenshtein's.
func distance(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		diagonal := row[0]
		row[0] = i + 1
		for j, y := range b {
			change := diagonal
			if x != y {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
