package form

import (
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/theme"
	"etuservices/client/internal/tui/widget"
)

// FramesHeight is how many lines the entries take with a frame around each.
func (f *Form) FramesHeight() (h int) {
	for _, en := range f.Entries {
		h += max(1, en.Lines) + widget.PanelH
	}
	return h
}

// View draws the entries in w cells, each in a frame if h lines have room, else behind a bar.
func (f *Form) View(e *page.Env, w, h int) string {
	draw := f.framed
	if f.FramesHeight() > h {
		draw = f.barred
	}
	var l widget.Lines
	for i, en := range f.Entries {
		en.In.Shown = f.reveal
		l.Add(draw(e, en, i, w))
	}
	return l.String()
}

// framed has the label in the frame, and the hint or the mistake below.
func (f *Form) framed(e *page.Env, en *Entry, i, w int) string {
	focused := i == f.Focus
	rows := max(1, en.Lines)
	p := widget.Panel{Title: e.S(en.Label), Right: en.count(e), Foot: en.below(e, focused), Focused: focused}
	if _, bad := en.Wrong(); bad && en.left && !focused {
		p.Style = &e.Theme.Err
	}
	return widget.RowZone(i, p.View(e.Theme, en.view(e, w-widget.PanelW, rows, focused), w, rows+widget.PanelH))
}

// labelW is the room for a label beside its field.
func (f *Form) labelW(e *page.Env) (w int) {
	for _, en := range f.Entries {
		w = max(w, widget.Width(e.S(en.Label)))
	}
	return w
}

// barred has the label on the left, and the hint or the mistake in a line below.
func (f *Form) barred(e *page.Env, en *Entry, i, w int) string {
	focused, labels, th := i == f.Focus, f.labelW(e), e.Theme
	mark, bar, label := "  ", th.Border.Render(theme.Pipe), widget.Fit(e.S(en.Label), labels)
	if focused {
		mark, bar, label = th.Title.Render(theme.Cursor)+" ", th.Accent.Render(theme.Thumb), th.Strong.Render(label)
	}
	left := mark + label + " " + bar + " "
	count := en.count(e)
	room := max(1, w-widget.Width(left)-widget.Width(count)-1)
	return widget.RowZone(i, left+en.view(e, room, 1, focused)+" "+th.Faint.Render(count)+"\n"+
		strings.Repeat(" ", labels+3)+bar+" "+en.below(e, focused))
}

func (en *Entry) view(e *page.Env, w, rows int, focused bool) string {
	switch {
	case en.Choice != nil:
		return en.Choice.View(e.Theme, w, focused)
	case rows > 1:
		return en.In.wrapped(w, rows, focused)
	}
	return en.In.View(w, focused)
}

// count is how much of the room of a counted entry is used.
func (en *Entry) count(e *page.Env) string {
	if !en.Counted {
		return ""
	}
	return e.T.Int(int64(en.In.Len())) + " / " + e.T.Int(int64(en.In.Max))
}

// below is the mistake, or the hint while the cursor is there.
func (en *Entry) below(e *page.Env, focused bool) string {
	if en.In.over {
		return e.Theme.Warn.Render(theme.Alert + " " + e.S(i18n.Wrong.TooLong, e.T.Int(int64(en.In.Max))))
	}
	if wrong, bad := en.Wrong(); bad && en.left {
		return e.Theme.Err.Render(theme.Cross + " " + e.S(wrong))
	}
	if focused {
		return e.Theme.Faint.Render(e.S(en.Hint))
	}
	return ""
}

// wrapped draws the text over so many rows of w cells, those around the cursor.
// It is one line of the protocol: bubbles/textarea would put line ends into it.
func (in *Input) wrapped(w, rows int, focused bool) string {
	var lines []string
	begin, width, caret := 0, 0, 0
	at := cells.Boundaries(in.text)
	for i := 0; i+1 < len(at); i++ {
		n := widget.Width(in.shown(in.text[at[i]:at[i+1]]))
		if width+n >= w { // a cell is left for the cursor
			end := at[i]
			for end > begin+w/2 && in.text[end-1] != ' ' {
				end-- // to the last blank, unless that leaves half the line
			}
			if end <= begin+w/2 {
				end = at[i]
			}
			lines = append(lines, in.part(begin, end, focused))
			if in.at >= end {
				caret = len(lines)
			}
			begin, width = end, widget.Width(in.shown(in.text[end:at[i]]))
		}
		width += n
	}
	lines = append(lines, in.part(begin, len(in.text)+1, focused))
	from := max(0, caret-rows+1)
	return strings.Join(lines[from:], "\n")
}

// part is the text between two places with the cursor, where it is there.
func (in *Input) part(from, to int, focused bool) string {
	end := min(to, len(in.text))
	if !focused || in.at < from || in.at >= to {
		return in.shown(in.text[from:end])
	}
	return in.shown(in.text[from:in.at]) + cells.Caret + in.shown(in.text[in.at:end]) + " "
}

// ButtonRow draws the buttons; the one in focus has the cursor's sign.
func (f *Form) ButtonRow(th *theme.Theme, names ...string) string {
	return widget.Buttons(th, len(f.Entries), f.Focus-len(f.Entries), names...)
}
