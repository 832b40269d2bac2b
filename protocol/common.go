package protocol

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed common_passwords.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	words := map[string]bool{}
	for word := range strings.FieldsSeq(commonText) {
		words[word] = true
	}
	return words
})

// CommonPassword says whether a new password, in whatever case, is one of the
// few hundred that are tried first. Passwords that exist already are compared,
// never judged.
func CommonPassword(s string) bool { return common()[strings.ToLower(s)] }
