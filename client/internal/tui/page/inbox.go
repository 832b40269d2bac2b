package page

import "time"

// maxNotes bounds the list of events: a flood must not grow the program.
const maxNotes = 200

// Note is an event or a result worth finding again. Its words depend on the
// language, so it is written when it is drawn.
type Note struct {
	At   time.Time
	Mood Mood
	Text func(e *Env) string
	Copy string // what the copy key takes: an e-mail address
}

// Inbox is the list of events, newest first.
type Inbox struct {
	Notes  []Note
	Unread int
}

// Add puts a note on top.
func (b *Inbox) Add(n Note, unread bool) {
	b.Notes = append(b.Notes, Note{})
	copy(b.Notes[1:], b.Notes)
	b.Notes[0] = n
	if len(b.Notes) > maxNotes {
		b.Notes = b.Notes[:maxNotes]
	}
	if unread {
		b.Unread = min(b.Unread+1, maxNotes)
	}
}
