package cli

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"etuservices/protocol"
)

// maxRoster is how many accounts one file opens: hashing their passwords takes half
// a minute.
const maxRoster = 2000

// person is a line of the file that is imported.
type person struct {
	line                              int
	email, firstName, lastName, login string
}

// problem is what is wrong with a line.
type problem struct {
	line int
	text string
}

// headers are the names that its columns may have, folded.
var headers = map[string]func(*person) *string{
	"email": func(p *person) *string { return &p.email }, "e-mail": func(p *person) *string { return &p.email },
	"mail": func(p *person) *string { return &p.email }, "courriel": func(p *person) *string { return &p.email },
	"prenom": func(p *person) *string { return &p.firstName },
	"nom":    func(p *person) *string { return &p.lastName },
	"login":  func(p *person) *string { return &p.login }, "identifiant": func(p *person) *string { return &p.login },
}

// parseRoster reads CSV with the columns email, prenom, nom and perhaps login, in
// this order where no first line names them; columns are parted by commas or
// semicolons.
func parseRoster(text string) (people []person, problems []problem) {
	text = strings.TrimPrefix(text, "\ufeff")
	columns := []func(*person) *string{headers["email"], headers["prenom"], headers["nom"], headers["login"]}
	reader := csv.NewReader(strings.NewReader(text))
	reader.FieldsPerRecord, reader.LazyQuotes = -1, true
	if first, _, _ := strings.Cut(text, "\n"); strings.Count(first, ";") > strings.Count(first, ",") {
		reader.Comma = ';'
	}
	for first := true; ; first = false {
		fields, err := reader.Read()
		if errors.Is(err, io.EOF) {
			return people, problems
		}
		line, _ := reader.FieldPos(0)
		if err != nil {
			return people, append(problems, problem{line, "les guillemets ne se ferment pas"})
		}
		for i := range fields {
			fields[i] = strings.TrimSpace(fields[i])
		}
		switch joined := strings.Join(fields, ""); {
		case joined == "":
			continue
		case !utf8.ValidString(joined):
			problems = append(problems, problem{line, "ce n'est pas de l'UTF-8 : enregistrez le fichier en « CSV UTF-8 »"})
			continue
		case first && !strings.Contains(joined, "@"):
			if named := namedColumns(fields); named != nil {
				columns = named
				continue
			}
		}
		p, ok := personOf(line, fields, columns)
		if !ok {
			problems = append(problems, problem{line, fmt.Sprintf("%d colonnes, au lieu de email, prénom, nom et peut-être login", len(fields))})
			continue
		}
		people = append(people, p)
	}
}

// namedColumns reads a first line that names the columns; nil: it does not.
func namedColumns(fields []string) (columns []func(*person) *string) {
	found := 0
	for _, name := range fields {
		column := headers[protocol.Fold(name)]
		if column != nil {
			found++
		}
		columns = append(columns, column)
	}
	if found < 3 {
		return nil
	}
	return columns
}

// personOf reads a line; ok is false where it has too few columns, or a value in one
// that is none.
func personOf(line int, fields []string, columns []func(*person) *string) (p person, ok bool) {
	p.line = line
	for i, value := range fields {
		switch {
		case i < len(columns) && columns[i] != nil:
			*columns[i](&p) = value
		case i >= len(columns) && value != "":
			return p, false
		}
	}
	return p, len(fields) >= 3
}

// loginFor makes a login of a person's names, in ASCII, that taken does not say of;
// "" where the names have nothing for one.
func loginFor(p person, taken func(string) bool) string {
	var parts []string
	for _, name := range []string{p.firstName, p.lastName} {
		part := strings.Map(func(r rune) rune {
			switch {
			case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
				return r
			case r == ' ', r == '-':
				return '-'
			}
			return -1
		}, protocol.Fold(name))
		if part = strings.Trim(part, "-"); part != "" {
			parts = append(parts, part)
		}
	}
	base := strings.Join(parts, ".")
	if len(base) < protocol.MinLogin {
		return ""
	}
	for n := 1; ; n++ {
		suffix := ""
		if n > 1 {
			suffix = fmt.Sprint(n)
		}
		login := base[:min(len(base), protocol.MaxLogin-len(suffix))] + suffix
		if !taken(login) {
			return login
		}
	}
}
