package cells

import "testing"

// TestSimple: no emoji is longer than the cells that it is given.
func TestSimple(t *testing.T) {
	for cluster, want := range map[string]string{
		"👩\u200d👩\u200d👧\u200d👦": "👩", "🇫🇷": "FR", "👍🏽": "👍", "🏳\ufe0f\u200d🌈": "🏳\ufe0f\u200d🌈",
		"é": "é", "e\u0301": "e\u0301", "日": "日", "😀": "😀", "a": "a",
	} {
		first, width := First(cluster)
		if got := Simple(first, width); got != want || Width(got) != width {
			t.Errorf("%q is drawn as %q in %d cells, want %q", cluster, got, width, want)
		}
	}
}
