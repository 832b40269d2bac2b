package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/cells"
	"etuservices/client/internal/tui/dialog"
	"etuservices/client/internal/tui/form"
	"etuservices/client/internal/tui/keys"
	"etuservices/client/internal/tui/page"
	"etuservices/client/internal/tui/widget"
	"etuservices/protocol"
)

// palette is the list of all that can be done now, by name. Choosing one is
// pressing its key: the key map is the only list of commands.
type palette struct {
	page.Staged
	m     *model
	all   []keys.Key
	words form.Input
	table widget.Table
}

// paletteRows is how many commands are in sight.
const paletteRows = 9

func (m *model) openPalette() {
	p := &palette{m: m, words: form.Input{Max: 30}, table: widget.Table{Height: paletteRows}}
	typing := m.page().Typing() // there a letter is text, not a command
	add := func(list ...keys.Key) {
		for _, k := range list {
			if k.Code() != "" && !k.Off && !k.Same(keys.Palette) && !slices.ContainsFunc(p.all, k.Same) && (!typing || k.Press().Type != tea.KeyRunes) {
				p.all = append(p.all, k)
			}
		}
	}
	add(m.page().Keys()...)
	if m.loggedIn() {
		p.all = append(p.all, keys.Screen[:len(m.screens())]...)
	}
	add(keys.Messages, keys.Help, keys.Language, keys.Theme, keys.Mouse, keys.Suspend.When(!m.e.Remote), keys.QuitLetter)
	m.Open(p)
}

// found are the commands whose names hold what was typed.
func (p *palette) found() (list []keys.Key) {
	for _, k := range p.all {
		if strings.Contains(protocol.Fold(p.m.e.S(k.Does)), protocol.Fold(p.words.Value())) {
			list = append(list, k)
		}
	}
	return list
}

// Key edits the words, moves, or does what is chosen.
func (p *palette) Key(k tea.KeyMsg) {
	list := p.found()
	switch {
	case keys.Back.Is(k), keys.Palette.Is(k) && k.Type != tea.KeyRunes:
		p.At = page.Over
	case keys.Enter.Is(k):
		p.do(list, p.table.Cur)
	case k.Type != tea.KeyRunes && k.Type != tea.KeySpace && p.table.Key(k, len(list)):
	default:
		p.words.Key(k)
		p.table.Cur = 0
	}
}

// Click does what stands there.
func (p *palette) Click(row int) { p.do(p.found(), row) }

func (p *palette) do(list []keys.Key, i int) {
	if i < 0 || i >= len(list) {
		return
	}
	p.At = page.Over
	p.m.dialog = nil
	p.m.keyZone(list[i].Code())
}

// View draws the words and the commands found.
func (p *palette) View(w int) string {
	e, th := p.m.e, p.m.e.Theme
	w = min(dialog.Width, w-8)
	list := p.found()
	found := p.table.View(th, []widget.Column{{}, {Width: 8, Right: true}}, len(list), w, true, func(i int) []string {
		return []string{e.S(list[i].Does), e.KeyName(list[i])}
	})
	if len(list) == 0 {
		found = th.Faint.Render(e.S(i18n.Palette.None))
	}
	found = strings.ReplaceAll(found, cells.Caret, "") // it is where one types
	return p.table.Panel(e.S(i18n.Palette.Title), len(list)).
		View(th, th.Key.Render(":")+" "+p.words.View(w-2, true)+"\n\n"+found, w+widget.PanelW, paletteRows+2+widget.PanelH)
}

func (p *palette) Keys() []keys.Key {
	return []keys.Key{keys.Arrows, keys.Enter, keys.Back.To(i18n.Do.Close)}
}
