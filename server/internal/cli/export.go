package cli

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/store"
)

// The flags of export.
const (
	flagBOM   = "bom"
	flagComma = "virgule"
)

// exported is a file of an export: the rows of a query, in its order. It is asked for some
// users at a time, whose IDs stand for ofUsers: sorting the rows of all of them takes
// longer than MySQL may keep us waiting (store.SQLTimeout). The kinds of the columns say
// how their values are written.
type exported struct {
	file    string
	columns []column
	query   string
}

const (
	ofUsers     = "{IN}"
	exportUsers = 100
)

type column struct {
	name string
	kind kind
}

type kind uint8

const (
	text    kind = iota
	instant      // RFC 3339
	amount       // of cents
)

func texts(names ...string) []column {
	columns := make([]column, len(names))
	for i, name := range names {
		columns[i].name = name
	}
	return columns
}

// exports add up: the rows of connexions.csv and appels.csv are those of the ledger and
// of its archive, under the logins of comptes.csv, which has deleted accounts ("~" and a number), too.
var exports = []exported{
	{
		"comptes.csv",
		slices.Concat(texts("login", "prenom", "nom", "email", "role", "etat"), []column{{"ouvert_le", instant}},
			texts("connexions", "ventes", "achats", "refus")),
		`SELECT u.login, u.prenom, u.nom, u.email, u.role, u.etat, u.cree_le, u.nb_connexions, u.nb_ventes, u.nb_achats,
		  (SELECT COALESCE(SUM(r.nombre), 0) FROM refus r WHERE r.utilisateur_id = u.id)
		FROM utilisateurs u WHERE u.id {IN} ORDER BY u.login`,
	},
	{
		"connexions.csv",
		slices.Concat(texts("login"), []column{{"instant", instant}}, texts("adresse", "serveur")),
		`SELECT u.login, c.instant, c.adresse, c.serveur
		FROM (SELECT * FROM connexions WHERE utilisateur_id {IN}
		  UNION ALL SELECT * FROM connexions_archive WHERE utilisateur_id {IN}) c JOIN utilisateurs u ON u.id = c.utilisateur_id ORDER BY u.login, c.instant, c.id`,
	},
	{
		"appels.csv",
		slices.Concat(texts("login"), []column{{"instant", instant}}, texts("service", "article", "resultat", "ref", "serveur")),
		`SELECT u.login, a.instant, a.service, COALESCE(a.article_id, ''), a.resultat, COALESCE(a.ref, ''), a.serveur
		FROM (SELECT * FROM appels WHERE utilisateur_id {IN}
		  UNION ALL SELECT * FROM appels_archive WHERE utilisateur_id {IN}) a JOIN utilisateurs u ON u.id = a.utilisateur_id ORDER BY u.login, a.instant, a.id`,
	},
	{
		"refus.csv",
		texts("login", "jour", "quota", "nombre"),
		`SELECT u.login, CAST(r.jour AS CHAR), r.quota, r.nombre
		FROM refus r JOIN utilisateurs u ON u.id = r.utilisateur_id WHERE u.id {IN} ORDER BY u.login, r.jour, r.quota`,
	},
	{
		"ventes.csv",
		slices.Concat(texts("vendeur"), []column{{"publie_le", instant}}, texts("article", "categorie", "titre"),
			[]column{{"prix", amount}}, texts("etat", "acheteur"), []column{{"vendu_le", instant}}),
		`SELECT v.login, a.publie_le, a.id, a.categorie, a.titre, a.prix_centimes, a.etat, COALESCE(b.login, ''), a.vendu_le
		FROM articles a JOIN utilisateurs v ON v.id = a.vendeur_id LEFT JOIN utilisateurs b ON b.id = a.acheteur_id
		WHERE v.id {IN} ORDER BY v.login, a.publie_le, a.id`,
	},
}

// export writes CSV files that hold what one moment had.
func export(ctx context.Context, t *Tool, args []string) error {
	if err := t.Admin.NoteExport(ctx, admin.CLIActor); err != nil {
		return err
	}
	return t.Admin.Stores.SQL.Snapshot(ctx, func(ctx context.Context, from store.Conn) error {
		users, err := store.Column[int64](ctx, from, `SELECT id FROM utilisateurs ORDER BY login`)
		if err != nil {
			return err
		}
		for _, e := range exports {
			rows, err := t.exportOne(ctx, from, e, users, slices.Contains(args, "--"+flagBOM), slices.Contains(args, "--"+flagComma))
			if err != nil {
				return fmt.Errorf("%s : %w", e.file, err)
			}
			fmt.Fprintf(t, "%s : %d lignes\n", e.file, rows)
		}
		return nil
	})
}

func (t *Tool) exportOne(ctx context.Context, from store.Conn, e exported, users []int64, bom, comma bool) (lines int, err error) {
	file, err := t.Create(e.file)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	const chunk = 64 << 10 // each is a message of the control socket
	buffer := bufio.NewWriterSize(file, chunk)
	if bom {
		_, _ = buffer.WriteString("\ufeff")
	}
	out := csv.NewWriter(buffer)
	if comma {
		out.Comma = ';'
	}
	fields := make([]string, len(e.columns))
	for i, c := range e.columns {
		fields[i] = c.name
	}
	if err := out.Write(fields); err != nil {
		return 0, err
	}
	instants, values := make([]store.Instant, len(fields)), make([]any, len(fields))
	for i, c := range e.columns {
		if values[i] = &fields[i]; c.kind == instant {
			values[i] = &instants[i]
		}
	}
	row := func(rows *sql.Rows) error {
		if err := rows.Scan(values...); err != nil {
			return err
		}
		lines++
		for i, c := range e.columns {
			switch c.kind {
			case instant:
				fields[i] = ""
				if !instants[i].IsZero() {
					fields[i] = instants[i].Format(time.RFC3339Nano)
				}
			case amount:
				cents, err := strconv.ParseInt(fields[i], 10, 64)
				if err != nil {
					return err
				}
				if fields[i] = protocol.FormatPrice(cents); comma {
					fields[i] = strings.Replace(fields[i], ".", ",", 1)
				}
			}
		}
		return out.Write(harmless(fields))
	}
	for some := range slices.Chunk(users, exportUsers) {
		in, ids := store.InClause(some)
		args := slices.Repeat(ids, strings.Count(e.query, ofUsers))
		if err = from.Query(ctx, row, strings.ReplaceAll(e.query, ofUsers, in), args...); err != nil {
			break
		}
	}
	out.Flush()
	return lines, errors.Join(err, out.Error(), buffer.Flush())
}
