package manual

import "etuservices/protocol"

// Nearest gives the name that a mistyped word most likely means, "" where none is near: at
// most two mistakes, and fewer than half of its letters.
func Nearest(word string, names []string) string {
	typed := []rune(protocol.Fold(word))
	best, least := "", min(2, (len(typed)-1)/2)+1
	for _, name := range names {
		if d := distance(typed, []rune(protocol.Fold(name))); d < least {
			best, least = name, d
		}
	}
	return best
}

// distance is the least number of letters to be changed, left out or added, or of neighbours
// to be swapped (optimal string alignment).
func distance(a, b []rune) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j, y := range b {
			change := row[j]
			if x != y {
				change++
			}
			next[j+1] = min(change, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
