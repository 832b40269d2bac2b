package protocol

import (
	"strings"
	"testing"
)

func TestCommonPasswords(t *testing.T) {
	for _, s := range []string{"12345678", "password", "PassWord", "azertyuiop", "qwertyuiop", "iloveyou", "11111111"} {
		if !CommonPassword(s) {
			t.Errorf("%q passes", s)
		}
	}
	for _, s := range []string{"motdepasse", "motdepasse1", "Motdepasse", "mot de passe: été", "password ", "court", ""} {
		if CommonPassword(s) {
			t.Errorf("%q is refused", s)
		}
	}
	for word := range strings.FieldsSeq(commonText) {
		if !ValidPassword(word) || strings.HasPrefix(word, "motdepasse") || word != strings.ToLower(word) {
			t.Errorf("%q has no place in the list", word)
		}
	}
}
