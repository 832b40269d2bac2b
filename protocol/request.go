package protocol

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// ErrSyntax is a wrong number or form of arguments (SYNTAXE).
var ErrSyntax error = &Error{Code: SYNTAXE}

// Request is one parsed line. Its zero value is no request.
type Request struct {
	Verb   *Verb
	values [MaxParams]string
	given  uint8 // bit i: Verb.Params[i] was given
}

// Get gives a parameter by its name, "" when it was not given.
func (r *Request) Get(name string) string {
	s, _ := r.Lookup(name)
	return s
}

// Lookup gives a parameter by its name and says whether it was given.
func (r *Request) Lookup(name string) (string, bool) {
	for i, p := range r.Verb.Params {
		if p.Name == name {
			return r.values[i], r.given&(1<<i) != 0
		}
	}
	return "", false
}

func (r *Request) set(i int, value string) {
	r.values[i] = value
	r.given |= 1 << i
}

// SplitVerb takes the verb off a line (without its end). rest is what follows it,
// to be given to Verb.Parse; ok is false for an unknown verb. A line of blanks
// has neither: it is no request (v is nil and ok is true).
func SplitVerb(line []byte) (v *Verb, rest []byte, ok bool) {
	line = bytes.TrimLeft(line, " \t")
	if len(line) == 0 {
		return nil, nil, true
	}
	end := 0
	for end < len(line) && !blank(line[end]) && line[end] != ':' {
		end++
	}
	v, alias, ok := lookup(line[:end])
	rest = line[end:]
	if !ok || len(rest) > 0 && rest[0] == ':' && v.Colon != alias {
		return nil, nil, false
	}
	return v, rest, true
}

// Parse reads what follows the verb. Its error is ErrSyntax; the values
// themselves are not judged here.
func (v *Verb) Parse(rest []byte) (Request, error) {
	r := Request{Verb: v}
	if !utf8.Valid(rest) {
		return r, ErrSyntax
	}
	s := string(rest)
	var err error
	if strings.HasPrefix(s, ":") {
		err = r.parseColon(s[1:])
	} else {
		err = r.parse(skipBlanks(s))
	}
	return r, err
}

// CheckForms judges how values are written, where the table has a form for them;
// its error is ErrSyntax. It comes before any value is judged.
func (r *Request) CheckForms() error {
	for i, p := range r.Verb.Params {
		if p.Form != nil && r.given&(1<<i) != 0 && !p.Form(r.values[i]) {
			return ErrSyntax
		}
	}
	return nil
}

// parse reads words, then keys in whatever order, then text.
func (r *Request) parse(s string) error {
	var ok bool
	for i, p := range r.Verb.Params {
		if p.Kind != Word {
			break
		}
		if s == "" {
			if p.Optional {
				continue
			}
			return ErrSyntax
		}
		var w string
		if w, s, ok = cutWord(s); !ok {
			return ErrSyntax
		}
		r.set(i, w)
	}
	if s, ok = r.parseKeys(s); !ok {
		return ErrSyntax
	}
	return r.parseText(s)
}

// parseColon reads the coursework's spelling: words cut at ":", the last one verbatim.
func (r *Request) parseColon(s string) error {
	last := len(r.Verb.Params) - 1
	for i := range last {
		w, rest, found := strings.Cut(s, ":")
		if !found {
			return ErrSyntax
		}
		r.set(i, trimBlanks(w))
		s = rest
	}
	if r.Verb.Params[last].Kind == Word {
		w, rest, ok := cutWord(skipBlanks(s))
		if !ok || rest != "" {
			return ErrSyntax
		}
		s = w
	}
	if s == "" || r.values[0] == "" && last > 0 {
		return ErrSyntax
	}
	r.set(last, s)
	return nil
}

func (r *Request) parseKeys(s string) (rest string, ok bool) {
	for s != "" {
		name, _, found := strings.Cut(s, "=")
		i := r.Verb.keyIndex(name)
		if !found || i < 0 {
			break
		}
		if r.given&(1<<i) != 0 {
			return s, false
		}
		var value string
		if value, s, ok = cutWord(s[len(name)+1:]); !ok {
			return s, false
		}
		r.set(i, value)
	}
	return s, true
}

func (v *Verb) keyIndex(name string) int {
	for i, p := range v.Params {
		if p.Kind == Key && p.Name == name {
			return i
		}
	}
	return -1
}

func (r *Request) parseText(s string) error {
	last := len(r.Verb.Params) - 1
	if last < 0 || r.Verb.Params[last].Kind != Text {
		if s != "" {
			return ErrSyntax
		}
		return nil
	}
	if s == "" {
		return ErrSyntax
	}
	if s[0] == ':' {
		r.set(last, s[1:])
		return nil
	}
	if s[0] == '"' {
		if w, rest, ok := cutQuoted(s); ok && rest == "" {
			s = w
		}
	}
	r.set(last, s)
	return nil
}

// cutWord takes a bare or quoted word and the blanks behind it.
func cutWord(s string) (word, rest string, ok bool) {
	if strings.HasPrefix(s, `"`) {
		word, rest, ok = cutQuoted(s)
		if !ok || rest != "" && !blank(rest[0]) {
			return "", s, false
		}
		return word, skipBlanks(rest), true
	}
	end := strings.IndexAny(s, " \t")
	if end < 0 {
		return s, "", true
	}
	return s[:end], skipBlanks(s[end:]), true
}

// cutQuoted takes a quoted string off the front; \" and \\ are its escapes.
func cutQuoted(s string) (value, rest string, ok bool) {
	escaped := false
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			if i+1 == len(s) || s[i+1] != '"' && s[i+1] != '\\' {
				return "", s, false
			}
			escaped = true
			i++
		case '"':
			value = s[1:i]
			if escaped {
				value = unescaper.Replace(value)
			}
			return value, s[i+1:], true
		}
	}
	return "", s, false
}

var unescaper = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

func blank(c byte) bool { return c == ' ' || c == '\t' }

func skipBlanks(s string) string { return strings.TrimLeft(s, " \t") }
func trimBlanks(s string) string { return strings.Trim(s, " \t") }

// letters that neither a decomposition nor case folding takes to what people
// type instead of them.
var letters = strings.NewReplacer("œ", "oe", "æ", "ae", "ø", "o", "đ", "d", "ł", "l", "ı", "i")

// Fold takes case (as Unicode folds it: ς is σ, ß is ss), accents and what only
// joins characters away, for searches.
func Fold(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= utf8.RuneSelf && unicode.In(r, unicode.Mn, unicode.Cf) { // ASCII has none of them
			return -1
		}
		return r
	}, norm.NFKD.String(s))
	return letters.Replace(cases.Fold().String(s))
}
