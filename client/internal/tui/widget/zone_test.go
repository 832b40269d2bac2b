package widget

import (
	"testing"
)

// TestZones: a zone is found where it stands, cut or covered in part, and
// nothing of it is left in the frame.
func TestZones(t *testing.T) {
	line := "ab" + KeyZone("f1", "日本") + "c" + RowZone(12, "defgh") + "ij"
	if got := WithoutZones(line); got != "ab日本cdefghij" {
		t.Errorf("%q", got)
	}
	if w := Width(line); w != 14 {
		t.Errorf("%d cells", w)
	}
	for name, c := range map[string]struct {
		frame string
		want  map[int]string // by column
	}{
		"whole":   {line, map[int]string{0: "", 1: "", 2: "f1", 5: "f1", 6: "", 7: "row", 11: "row", 12: "", 13: "", 14: ""}},
		"cut":     {Fit(line, 9), map[int]string{2: "f1", 7: "row", 9: ""}},
		"covered": {Overlay(Frame(line, 14, 1), "####", 4, 0), map[int]string{2: "f1", 5: "", 8: "row", 11: "row", 12: ""}},
	} {
		for x, want := range c.want {
			code, row, ok := ZoneAt("\n"+c.frame, x, 1)
			if want == "row" {
				if !ok || row != 12 || code != "" {
					t.Errorf("%s, column %d: %q %d %v", name, x, code, row, ok)
				}
			} else if code != want || ok != (want != "") {
				t.Errorf("%s, column %d: %q %v, want %q", name, x, code, ok, want)
			}
		}
	}
	for y := range 2 {
		if code, _, _ := ZoneAt(KeyZone("/", "abc\ndef"), 1, y); code != "/" {
			t.Errorf("line %d of a zone of two: %q", y, code)
		}
	}
	if _, _, ok := ZoneAt(line, 3, 7); ok {
		t.Error("a zone below the frame")
	}
}
