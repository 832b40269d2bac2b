package widget

import (
	"strings"

	"etuservices/client/internal/tui/theme"
)

// Tabs draws names in a row, the one at cur marked.
func Tabs(th *theme.Theme, cur int, names ...string) string {
	parts := make([]string, len(names))
	for i, name := range names {
		if i == cur {
			parts[i] = th.Selected.Render(theme.Cursor + name + " ")
			continue
		}
		parts[i] = " " + name + " "
	}
	return strings.Join(parts, " ")
}
