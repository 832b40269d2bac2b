package page

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// Grace is how long a dialog that has just come up takes no Enter: one already
// on its way was meant for what stood there before.
const Grace = 400 * time.Millisecond

// InGrace says whether k comes too early for a dialog opened at that instant.
func (e *Env) InGrace(opened time.Time, k tea.KeyMsg) bool {
	return k.Type == tea.KeyEnter && e.Now().Sub(opened) < Grace
}
