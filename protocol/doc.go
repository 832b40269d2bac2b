// Package protocol is the language of EtuServices: lines to values and back,
// for both sides. It knows no network and no store. PROTOCOL.md beside this
// file is the specification; the tests replay its transcripts.
//
// Four words say what a text may hold (PROTOCOL.md §1.5). A character has ink if it
// shows something by itself: a letter, a digit, punctuation, a symbol. A text is visible
// if at least one of its characters has ink. A character is unprintable if no value may
// hold it and the server never sends it: controls, line separators, direction controls,
// invisible characters. A text is legible if it is UTF-8 without unprintable characters
// and without more than MaxMarks combining marks in a row.
//
// The coursework for which EtuServices was written (a SAÉ) gives some verbs a spelling
// of its own, such as UP:user:password; both are read.
package protocol
