package admin

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
)

// export writes a list as CSV (RFC 4180) into a new file of the working
// directory, and says where.
func export(e *page.Env, work *page.Load[string], name string, head []string, rows func(context.Context) ([][]string, error)) tea.Cmd {
	if work.Busy() {
		return nil
	}
	path := "etuservices-" + name + "-" + e.Now().Format("20060102-150405") + ".csv"
	return work.Start(e, func(ctx context.Context) (string, error) {
		all, err := rows(ctx)
		if err != nil {
			return "", err
		}
		return writeCSV(path, append([][]string{head}, all...))
	}, func() tea.Cmd {
		if work.Err != nil {
			e.Say(page.Bad, e.S(i18n.Export.Failed, e.T.Error(work.Err)))
			return nil
		}
		e.Say(page.Good, e.S(i18n.Export.Done, work.Data))
		return nil
	})
}

// writeCSV gives the absolute path of the file.
func writeCSV(path string, rows [][]string) (full string, err error) {
	if full, err = filepath.Abs(path); err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	f, err := os.OpenFile(full, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return "", fmt.Errorf("export: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := csv.NewWriter(f)
	w.UseCRLF = true
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
		if err := w.Write(row); err != nil {
			return "", fmt.Errorf("export: %w", err)
		}
	}
	w.Flush()
	return full, w.Error()
}

// harmless keeps a spreadsheet from taking what users wrote for a formula
// (OWASP, CSV Injection).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
