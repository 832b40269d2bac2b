package admin

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"etuservices/client/internal/i18n"
	"etuservices/client/internal/tui/page"
)

// export writes all that the search finds as CSV (RFC 4180) into the working directory.
func (p *searched[T]) export() {
	e, rows, fetch := p.e, p.rows, p.fetch(p.search.Words())
	switch {
	case e.Remote:
		e.Say(page.Bad, e.S(i18n.Export.Remote))
		return
	case p.saved.Busy():
		return
	}
	path := "etuservices-" + p.file[0] + "-" + e.Now().Format("20060102-150405") + ".csv"
	p.saved.Start(e, func(ctx context.Context) (string, error) {
		if p.text == nil { // there may be more than what is in hand
			all, err := page.Whole(ctx, fetch, "")
			if err != nil {
				return "", err
			}
			rows = all.Rows
		}
		return writeCSV(path, append([][]string{p.file[1:]}, each(rows, p.record)...))
	}, func() {
		if p.saved.Err != nil {
			e.Say(page.Bad, e.S(i18n.Export.Failed, e.T.Error(p.saved.Err)))
			return
		}
		e.Say(page.Good, e.S(i18n.Export.Done, p.saved.Data))
	})
}

// writeCSV gives the absolute path of the file.
func writeCSV(path string, rows [][]string) (full string, err error) {
	if full, err = filepath.Abs(path); err != nil {
		return "", err
	}
	f, err := os.OpenFile(full, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, row := range rows {
		for i := range row {
			row[i] = harmless(row[i])
		}
	}
	w := csv.NewWriter(f)
	w.UseCRLF = true
	return full, w.WriteAll(rows)
}

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, CSV Injection).
func harmless(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
