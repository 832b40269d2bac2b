// Package quietterm keeps the start silent: bubbletea asks the terminal for
// its background colour when it is initialised, and waits five seconds where
// nobody answers (`--version` included, keys typed meanwhile are lost).
//
// Go initialises the packages that are ready in the order of their import
// paths. This one needs lipgloss only and its path sorts before
// github.com/charmbracelet/bubbletea, so the question is answered before it is
// asked. Renaming the module may undo that: TestMuteTerminal guards it.
package quietterm

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) } // the theme decides, not the terminal
