package protocol

import (
	_ "embed"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The functions of this file judge values by the bounds of PROTOCOL.md §1.7,
// for the server and for forms alike. A value that is refused is INVALIDE.

// ParseLogin folds a login to lower case: [a-z0-9][a-z0-9._-]{1,31}.
func ParseLogin(s string) (folded string, ok bool) {
	if len(s) < MinLogin || len(s) > MaxLogin || !refLike(s) || strings.IndexByte("._-", s[0]) >= 0 {
		return "", false // before folding: to Unicode the sign of kelvin is a k
	}
	return strings.ToLower(s), true
}

// ParseEmail folds an address to lower case and NFC, the form in which it is kept and
// compared: one @, a dotted domain, nothing that needs quotes, nothing unseen.
func ParseEmail(s string) (folded string, ok bool) {
	if !Legible(s) { // before folding, which mends what is no UTF-8
		return "", false
	}
	s = FoldEmail(s)
	local, domain, found := strings.Cut(s, "@")
	if !found || len(s) > MaxEmail {
		return "", false
	}
	base := false // something for a mark to stand on
	for _, r := range s {
		base = Ink(r) || base && unicode.Is(unicode.M, r)
		if !base || joiner(r) || strings.ContainsRune(`"(),:;<>[\]`, r) {
			return "", false
		}
		base = base && r != '@' && r != '.'
	}
	if local == "" || strings.Contains(domain, "@") || !strings.Contains(domain, ".") {
		return "", false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || strings.HasPrefix(label, "-") || strings.HasSuffix(label, "-") {
			return "", false
		}
	}
	return s, true
}

// FoldEmail gives the form in which addresses are compared.
func FoldEmail(s string) string { return norm.NFC.String(strings.ToLower(norm.NFC.String(s))) }

// ParseName judges a first or last name and gives it in NFC, the form in which it is
// kept: its length is that of this form.
func ParseName(s string) (kept string, ok bool) {
	if !Legible(s) {
		return "", false
	}
	s = norm.NFC.String(s)
	return s, isText(s, 1, MaxName)
}

// ValidPassword judges a new password. One that is given to log in is not judged
// but compared: what breaks the bounds is simply wrong.
func ValidPassword(s string) bool {
	n := utf8.RuneCountInString(s)
	return n >= MinPassword && n <= MaxPassword && !HasUnprintable(s)
}

// ValidTitle judges an article's title.
func ValidTitle(s string) bool { return isText(s, 1, MaxTitle) }

// ValidDescription judges an article's description, which may be empty or blank, but
// has no joiner without a visible character.
func ValidDescription(s string) bool {
	return utf8.RuneCountInString(s) <= MaxDescription && Legible(s) && (Visible(s) || !strings.ContainsFunc(s, joiner))
}

// ValidSearch judges the words that somebody looks for, which may be none.
func ValidSearch(s string) bool { return Legible(s) }

// ValidCategory judges a category.
func ValidCategory(s string) bool { return slices.Contains(Categories, s) }

// ValidRef judges the name of a repeatable call.
func ValidRef(s string) bool {
	return s != "" && len(s) <= MaxRef && refLike(s)
}

// refLike holds where there is nothing but A-Z a-z 0-9 . _ -
func refLike(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		alnum := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
		if !alnum && c != '.' && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// ParsePageSize reads n=, which is digits only.
func ParsePageSize(s string) (n int, ok bool) { return between(s, MinPage, MaxPage) }

// ParsePeriod reads the periode= of SUIVRE, in seconds.
func ParsePeriod(s string) (seconds int, ok bool) { return between(s, MinPeriod, MaxPeriod) }

// ParseHistory reads the minutes= of HISTORIQUE.
func ParseHistory(s string) (minutes int, ok bool) { return between(s, 1, MaxHistory) }

// ParseMinutes reads the minutes= of EXPULSER.
func ParseMinutes(s string) (n int, ok bool) { return between(s, 1, MaxMinutes) }

// between reads a whole number of digits only.
func between(s string, least, most int) (n int, ok bool) {
	n, err := strconv.Atoi(s)
	if err != nil || n < least || n > most || strings.TrimLeft(s, "0123456789") != "" {
		return 0, false
	}
	return n, true
}

// ValidReason judges what a person is told of a measure against them.
func ValidReason(s string) bool { return isText(s, 1, MaxReason) }

// ValidAnnouncement judges what everybody is told.
func ValidAnnouncement(s string) bool { return isText(s, 1, MaxAnnounce) }

// ParseID reads an article's number. Its form is digits only; one too large for any
// article is well formed and simply absent: it reads as the largest number.
func ParseID(s string) (id int64, ok bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	id, _ = strconv.ParseInt(s, 10, 64) // out of range gives the largest
	return id, true
}

// ErrPrice is a price out of bounds or not written as one.
var ErrPrice = errors.New("protocol: not a price between 0.00 and 9999.99")

// ParsePrice reads an amount ("4", "4.5", "4.50" or "4,50") into cents.
func ParsePrice(s string) (cents int64, err error) {
	s = strings.Replace(s, ",", ".", 1)
	units, fraction, found := strings.Cut(s, ".")
	if units == "" || found && (fraction == "" || len(fraction) > 2) {
		return 0, ErrPrice
	}
	fraction += "00"[len(fraction):] // in two digits
	for _, c := range []byte(units + fraction) {
		if c < '0' || c > '9' {
			return 0, ErrPrice
		}
		if cents = cents*10 + int64(c-'0'); cents > MaxPriceCents {
			return 0, ErrPrice
		}
	}
	return cents, nil
}

// FormatPrice writes cents as the wire does: 450 is "4.50".
func FormatPrice(cents int64) string { return string(appendPrice(nil, cents)) }

// Numbers that both sides share (PROTOCOL.md §1.7).
const (
	// Version is announced in the greeting as proto=.
	Version = 1
	// DefaultAddr is where the server listens and the client knocks.
	DefaultAddr = "127.0.0.1:5890"
	// MaxLine bounds a request line in bytes, its end included: the longest
	// legal request (VENTE with title and description of 4-byte characters)
	// fits.
	MaxLine = 2048
	// MaxInRowFaults is how many NO and SYNTAXE in a row end a connection:
	// the other side is speaking something else.
	MaxInRowFaults = 10
	// MaxFailures is a rule of the coursework: the third wrong password closes.
	MaxFailures = 3
)

// Bounds of values, in Unicode code points unless said otherwise.
const (
	MinLogin, MaxLogin       = 2, 32
	MaxName                  = 64
	MaxEmail                 = 254 // bytes, RFC 5321
	MinPassword, MaxPassword = 8, 128
	MaxPriceCents            = 999_999 // 9999.99
	MaxTitle                 = 120
	MaxDescription           = 300
	MaxRef                   = 64
	MinPage, MaxPage         = 1, 100
	DefaultPage              = 20
	MaxReason                = 200   // of an administrator, for one person
	MaxAnnounce              = 300   // what fits on a screen at a glance
	MinPeriod, MaxPeriod     = 1, 60 // of SUIVRE, in seconds
	DefaultPeriod            = 1
	MaxHistory               = 60 // of HISTORIQUE, in minutes
	DefaultHistory           = 15
	MaxMinutes               = 7 * 24 * 60 // of EXPULSER: longer is a matter for BLOQUER
)

// AllNews is the word of LU for everything, in any case.
const AllNews = "tout"

// Categories an article can have, in the order that people are shown.
var Categories = []string{"livre", "dvd", "cd", "jeu", "materiel", "autre"}

// MaxFields bounds the fields of a server's line: several times what any has.
const MaxFields = 64

// Sorts are the orders of ARTICLES, as tri= names them.
var Sorts = []string{"recent", "prix", "-prix"}

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
