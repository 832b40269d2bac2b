package page

import (
	"strings"
	"time"

	"github.com/charmbracelet/lipgloss"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/link"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// SpinFrame is how long a frame of the spinner stands.
const SpinFrame = 120 * time.Millisecond

// Spins says that the spinner turns while something loads.
func (e *Env) Spins() bool { return e.Motion && !e.Theme.ASCII }

// Waiting is the line shown while an answer is awaited.
func (e *Env) Waiting() string {
	s := e.S(i18n.Common.Loading)
	if e.Spins() {
		n := e.Now().UnixMilli() / SpinFrame.Milliseconds()
		s = theme.Spinner[n%int64(len(theme.Spinner))] + " " + s
	}
	return e.Theme.Faint.Render(s)
}

// Failure says what went wrong and what to do, wrapped in w cells.
func (e *Env) Failure(err error, w int) string { return e.Bad(e.T.Error(err), w) }

// Bad is a sentence about what went wrong, wrapped in w cells.
func (e *Env) Bad(s string, w int) string { return paint(e.Theme.Err, theme.Cross+" "+s, w) }

// Warning is a sentence to heed, wrapped in w cells.
func (e *Env) Warning(s string, w int) string {
	return paint(e.Theme.Warn, theme.Alert+" "+s, w)
}

// Note is a sentence of no weight, wrapped in w cells.
func (e *Env) Note(s string, w int) string { return paint(e.Theme.Faint, s, w) }

func paint(st lipgloss.Style, s string, w int) string {
	lines := widget.Wrap(s, max(1, w))
	for i := range lines {
		lines[i] = st.Render(lines[i])
	}
	return strings.Join(lines, "\n")
}

// Trouble is Failure with the key that tries again.
func (e *Env) Trouble(err error, w int) string {
	return e.Failure(err, w) + "\n\n" + e.Hint(keys.Refresh.To(i18n.Do.Retry))
}

// Hint draws one key with what it does.
func (e *Env) Hint(k keys.Key) string {
	return e.Theme.Key.Render(e.KeyName(k)) + " " + e.S(k.Does)
}

// KeyName names a key as a hint does.
func (e *Env) KeyName(k keys.Key) string { return e.Shown(k.Name(e.T)) }

// Shown is the name of a key also where ⇧ cannot be drawn.
func (e *Env) Shown(name string) string {
	if e.Theme.ASCII {
		return strings.ReplaceAll(name, "⇧tab", e.S(i18n.Common.ShiftTab))
	}
	return name
}

// Wait is a line that counts down to the next try, then says that it may pass; "" if unknown.
func (e *Env) Wait(until time.Time) string {
	if until.IsZero() {
		return ""
	}
	if left := until.Sub(e.Now()); left > 0 {
		return "\n" + e.S(i18n.Login.Wait, e.T.Countdown(left))
	}
	return "\n" + e.Theme.OK.Render(theme.Check+" "+e.S(i18n.Login.WaitOver))
}

// NoCall says that no call is left, and until when where that is known.
func (e *Env) NoCall(w int) string {
	if left := e.Quotas.Services.Next.Sub(e.Now()); left > 0 {
		return e.Warning(e.S(i18n.Article.NoCalls, e.T.Countdown(left)), w)
	}
	return e.Warning(e.S(i18n.Article.NoMore), w)
}

// Age says when something came, where that is long enough ago to matter.
func (e *Env) Age(at time.Time) string {
	return e.S(i18n.Common.ReceivedAt, e.T.Clock(at), e.T.Age(e.Now().Sub(at)))
}

// Live says when what is shown was asked for last, or how old it is while offline.
func (e *Env) Live(at time.Time) string {
	if e.Link.Phase != link.Online {
		return e.Theme.Faint.Render(e.Age(at))
	}
	return e.Theme.OK.Render(theme.Dot) + " " + e.S(i18n.Common.LiveAt, e.T.Clock(at))
}

// StaleAfter is the age above which a list says so.
const StaleAfter = time.Minute

// ListState draws what stands in place of rows: waiting, trouble, or the sentence and the
// next step of an empty list. It is "" where there are rows to draw.
func ListState[T any](e *Env, l *Load[T], rows, w int, empty, next i18n.Msg) string {
	switch {
	case l.Err != nil && rows == 0:
		return widget.Indent("\n"+e.Trouble(l.Err, w-4), 2)
	case rows > 0:
		return ""
	case l.Slow(e):
		return "\n  " + e.Waiting()
	case l.Has && !l.Busy():
		return widget.Indent("\n"+e.S(empty)+"\n\n"+e.Theme.Faint.Render(strings.Join(widget.Wrap(e.S(next), w-4), "\n")), 2)
	}
	return "\n"
}

// ListFoot draws the line under a list: trouble with what is shown, its age, or nothing.
func ListFoot[T any](e *Env, l *Load[T]) string {
	switch {
	case l.Err != nil && l.Has:
		// What matters first: the rest may be cut where the screen is narrow.
		return e.Theme.Warn.Render(theme.Alert+" "+e.Age(l.At)) + " " + theme.Sep + " " +
			e.Hint(keys.Refresh.To(i18n.Do.Retry)) + " " + theme.Sep + " " + e.Theme.Faint.Render(e.T.Error(l.Err))
	case l.Slow(e):
		return e.Waiting()
	case l.Has && e.Now().Sub(l.At) >= StaleAfter:
		return e.Theme.Faint.Render(e.Age(l.At)) + " " + theme.Sep + " " + e.Hint(keys.Refresh)
	}
	return ""
}

// Sign is the sign of a mood, in its colour.
func (e *Env) Sign(m Mood) string {
	switch m {
	case Good, Sold:
		return e.Theme.OK.Render(theme.Check)
	case Bad:
		return e.Theme.Err.Render(theme.Cross)
	case News:
		return e.Theme.Title.Render(theme.Dot)
	}
	return e.Theme.Faint.Render(theme.Sep)
}
