// Package i18n is what people read, in French and English: sentences side by
// side, plurals, amounts, durations and dates. A sentence is a variable
// (var LoginTitle = say("Connexion", "Log in")), so a missing key does not
// compile; each page has its own file of them.
package i18n

import (
	"fmt"
	"time"
)

// Lang is a language of the interface.
type Lang uint8

// The languages; French is what EtuServices speaks by default.
const (
	French Lang = iota
	English
)

// Msg is a sentence in each language. Made by say and count only.
type Msg struct {
	text   [2]string // by Lang; the plural of a counted one
	single [2]string // where it counts: the singular
}

// all lists every message, for the tests that look for holes.
var all []Msg

// say makes a sentence; %s, %d and so on stand in the same order in both.
func say(fr, en string) Msg {
	m := Msg{text: [2]string{fr, en}}
	all = append(all, m)
	return m
}

// count makes a sentence with a number in it, %d, in singular and plural.
// French says 0 in the singular, English in the plural.
func count(frOne, frMany, enOne, enMany string) Msg {
	m := Msg{text: [2]string{frMany, enMany}, single: [2]string{frOne, enOne}}
	all = append(all, m)
	return m
}

// T speaks one language. Its zero value speaks French. It is a small value.
type T struct{ Lang Lang }

// S gives a sentence, with its arguments if it has any.
func (t T) S(m Msg, args ...any) string {
	if len(args) == 0 {
		return m.text[t.Lang]
	}
	return fmt.Sprintf(m.text[t.Lang], args...)
}

// N gives a counted sentence in singular or plural; n is its first %d.
func (t T) N(m Msg, n int, args ...any) string { return "" }

// Int gives a whole number with its groups: 1 234 567 or 1,234,567.
func (t T) Int(n int64) string { return "" }

// Amount gives cents as euros: 4,50 € or €4.50.
func (t T) Amount(cents int64) string { return "" }

// Percent gives a share of one: 0,4 % or 0.4%.
func (t T) Percent(share float64) string { return "" }

// Countdown gives minutes and seconds, 03:12, rounded up; 1:02:05 above an hour.
func (t T) Countdown(d time.Duration) string { return "" }

// Duration gives a duration in words for sentences: 3 min 12 s, 2 h, 1 j / 1 d.
func (t T) Duration(d time.Duration) string { return "" }

// Age gives a short rounded age for columns: 5 s, 12 min, 2 h, 3 j / 3 d.
func (t T) Age(d time.Duration) string { return "" }

// Clock gives the local time of day, 10:04.
func (t T) Clock(at time.Time) string { return "" }

// Date gives a local date and time, short: 10:04 today, hier 10:04, else 3 nov. 10:04.
func (t T) Date(at, now time.Time) string { return "" }

// Category gives a category's name: Livre, Book. An unknown one as it is.
func (t T) Category(c string) string { return "" }

// Error says what went wrong and what to do, without exclamation marks, from
// the code or the link's error; the server's own (French) sentence is not used.
func (t T) Error(err error) string { return "" }

// Fold makes strings comparable without case and accents: Cœur is coeur.
func Fold(s string) string { return s }
