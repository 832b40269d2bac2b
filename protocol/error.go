package protocol

import "errors"

// Error is a failure in the words of the wire: "-ERR CODE key=value… :sentence"
// (PROTOCOL.md §3). A package that has no more to say than that makes its errors
// of it.
type Error struct {
	Code   Code
	Fields Fields
	Text   string // "" for the code's own sentence
}

// Error gives the code and the sentence.
func (e *Error) Error() string { return string(e.Code) + ": " + e.Sentence() }

// Sentence is what people are told.
func (e *Error) Sentence() string {
	if e.Text == "" {
		return e.Code.Text()
	}
	return e.Text
}

// Wire gives the error itself.
func (e *Error) Wire() *Error { return e }

// WireError finds what an error says to the client, nil where it is none of the
// language.
func WireError(err error) *Error {
	var e interface{ Wire() *Error }
	if !errors.As(err, &e) {
		return nil
	}
	return e.Wire()
}

// Invalid is a value that is refused (INVALIDE): the name of its field, and why.
func Invalid(field, why string) *Error {
	return &Error{INVALIDE, Fields{{Key: "champ", Value: field}}, why}
}
