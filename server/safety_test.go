package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/testenv"
)

// What does not exist is sold, again and again.
func TestNothingIsSoldTwiceOrFromNothing(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice", "bob", "carl")
		alice, bob, carl := login(t, server.Addr, "alice"), login(t, server.Addr, "bob"), login(t, server.Addr, "carl")
		alice.Must("VENTE livre 1 Réseaux")
		alice.Must("VENTE livre 2 Retiré")
		alice.Must("RETRAIT 2")
		bob.Must("ACHAT 1")
		wants{
			{"ACHAT 999", "ABSENT"},
			{"ACHAT 9223372036854775807", "ABSENT"},
			{"ACHAT 1", "VENDU"},
			{"ACHAT 2", "VENDU"},
		}.ask(t, carl, "carl")
		wants{{"ACHAT 1", "VENDU"}, {"RETRAIT 1", "INTERDIT"}}.ask(t, bob, "bob")
		wants{{"ACHAT 2", "INTERDIT"}, {"RETRAIT 1", "VENDU"}}.ask(t, alice, "alice")
		if rows := bob.Must("MESACHATS").Rows; len(rows) != 1 {
			t.Errorf("bob has %d articles", len(rows))
		}
		if n := carl.Must("QUOTA").Rows[1].Fields.Int("utilise"); n != 4 {
			t.Errorf("carl's calls: %d, each counts", n)
		}
	})
}

// Passwords as they are, in tables, keys or files.
func TestNoSecretIsStored(t *testing.T) {
	t.Parallel()
	const secret = "mot-de-passe-très-secret"
	_, servers, judge := pair(t, "--admin-login", "chef", "--admin-password", secret)
	c := dial(t, servers[0].Addr)
	c.Must("INSCRIPTION alice alice@univ.fr Alice Martin %s", secret)
	token := c.Must("AUTH alice %s", secret).Fields.Get("jeton")
	c.Must("VENTE livre 1 ref=k Réseaux")
	c.Must("MOTDEPASSE %q %s-neuf", secret, secret)
	resume(t, token, 1, servers[1].Addr)
	var stored bytes.Buffer
	judge.dump(&stored)
	for db, r := range []redis.UniversalClient{judge.db0, judge.db1} {
		n := dumpRedis(t, r, &stored)
		if n == 0 {
			t.Errorf("database %d is empty", db)
		}
	}
	logs := servers[0].logs.String() + servers[1].logs.String()
	for name, s := range map[string]string{"password": secret, "token": token} {
		if strings.Contains(stored.String(), s) {
			t.Errorf("a %s is stored as it is", name)
		}
		if strings.Contains(logs, s) {
			t.Errorf("a %s is in the log", name)
		}
	}
	if !strings.Contains(stored.String(), "alice@univ.fr") || !strings.Contains(stored.String(), "$argon2id$v=19$m=") {
		t.Fatalf("nothing was looked through: %s", stored.String())
	}
}

// dump writes every value of every table.
func (j *judge) dump(out *bytes.Buffer) {
	j.t.Helper()
	for _, table := range []string{"utilisateurs", "articles", "mots", "connexions", "appels", "refs", "jetons"} {
		rows, err := j.sql.Query(`SELECT * FROM ` + table)
		if err != nil {
			j.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			j.t.Fatal(err)
		}
		values, dest := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
		for i := range values {
			dest[i] = &values[i]
		}
		for rows.Next() {
			if err := rows.Scan(dest...); err != nil {
				j.t.Fatal(err)
			}
			for _, v := range values {
				out.Write(v)
				out.WriteByte('\n')
			}
		}
		if err := rows.Close(); err != nil {
			j.t.Fatal(err)
		}
	}
}

func dumpRedis(t *testing.T, r redis.UniversalClient, out *bytes.Buffer) int {
	t.Helper()
	ctx := context.Background()
	keys := r.Keys(ctx, "*").Val()
	for _, key := range keys {
		out.WriteString(key + "\n")
		switch r.Type(ctx, key).Val() {
		case "string":
			out.WriteString(r.Get(ctx, key).Val())
		case "hash":
			fmt.Fprint(out, r.HGetAll(ctx, key).Val())
		case "zset":
			fmt.Fprint(out, r.ZRangeWithScores(ctx, key, 0, -1).Val())
		case "set":
			fmt.Fprint(out, r.SMembers(ctx, key).Val())
		default:
			t.Errorf("%s is a %s", key, r.Type(ctx, key).Val())
		}
	}
	return len(keys)
}

// What a user types becomes SQL, or a shell's command.
func TestWordsStayWords(t *testing.T) {
	t.Parallel()
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		server := start(t, env)
		register(t, server.Addr, "alice")
		c := login(t, server.Addr, "alice")
		for i, title := range []string{
			`'; DROP TABLE articles; -- `, `x' OR '1'='1`, `$(touch /tmp/x) && rm -rf / | ` + "`id`", `%s %d \0 \' \" {{.}}`, `a%_b`,
		} {
			title = strings.TrimSpace(title)
			r := c.Must("VENTE livre 1 :%s", title)
			if got := r.Fields.Get("titre"); got != title {
				t.Errorf("title %q came back as %q", title, got)
			}
			if got := c.Must("ARTICLE %d", i+1).Fields.Get("titre"); got != title {
				t.Errorf("title %q is kept as %q", title, got)
			}
		}
		for _, line := range []string{
			`ARTICLES q="' UNION SELECT --"`, `ARTICLES q=z%`, `ARTICLES apres="' OR 1=1"`, `ARTICLES vendeur="' OR '1'='1"`,
		} {
			if r := c.Do("%s", line); len(r.Rows) != 0 {
				t.Errorf("%s: %d rows", line, len(r.Rows))
			}
		}
		anonymous := dial(t, server.Addr)
		if r := anonymous.Do(`AUTH "' OR '1'='1" ' OR '1'='1`); r.Word != "ECHEC" {
			t.Errorf("%s", r.Line)
		}
		if r := anonymous.Do("REPRENDRE ' OR '1'='1"); r.OK() {
			t.Errorf("%s", r.Line)
		}
	})
}

// Others act on accounts, and learn which logins exist.
func TestUnauthenticatedDoesAndLearnsNothing(t *testing.T) {
	t.Parallel()
	server := start(t, testenv.Embedded(t))
	register(t, server.Addr, "alice")
	c := dial(t, server.Addr)
	for _, line := range []string{
		"QUI", "QUOTA", "VENTE livre 1 Réseaux", "ACHAT 1", "ARTICLES", "ARTICLE 1", "RETRAIT 1", "MESVENTES",
		"MESACHATS", "STATS", "NB", "MOTDEPASSE ancien nouveau-mot", "DECONNEXION",
	} {
		if r := c.Do("%s", line); r.Word != "AUTH" || len(r.Rows) > 0 {
			t.Errorf("%s: %s", line, r.Line)
		}
	}
	known := dial(t, server.Addr).Do("AUTH alice mauvais-mot")
	unknown := dial(t, server.Addr).Do("AUTH personne mauvais-mot")
	if known.Line != unknown.Line || known.Word != "ECHEC" {
		t.Errorf("known: %s, unknown: %s", known.Line, unknown.Line)
	}
}
