package session_test

import (
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// wrong says lines that fail as a login does, and wants ECHEC reste=2, ECHEC
// reste=1, EC and the end.
func wrong(t *testing.T, c *talk, lines ...string) {
	t.Helper()
	for i, want := range []string{"-ERR ECHEC reste=2 ", "-ERR ECHEC reste=1 ", "-ERR EC "} {
		a := c.Do(lines[i])
		if !strings.HasPrefix(a.Line, want) {
			t.Errorf("%q: %q, want %q…", lines[i], a.Line, want)
		}
		if c.Closed != (i == 2) {
			t.Errorf("%q: closed is %v", lines[i], c.Closed)
		}
	}
}

// TestThreeTries: three failures of one connection end it, whichever verb
// they come by, whatever succeeds between them.
func TestThreeTries(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	login := h.newcomer(t, "etudiant")
	bad, unknown := "AUTH "+login+" faux", "AUTH personne faux"

	t.Run("AUTH", func(t *testing.T) { wrong(t, h.connect(t), bad, bad, bad) })
	t.Run("UP", func(t *testing.T) {
		wrong(t, h.connect(t), "UP:"+login+":faux", "up "+login+" faux", "UP:"+login+": "+password)
	})
	t.Run("unknown logins", func(t *testing.T) {
		wrong(t, h.connect(t), unknown, "AUTH "+strings.Repeat("x", 1000)+" y", `AUTH "" y`)
	})
	t.Run("passwords out of bounds", func(t *testing.T) {
		wrong(t, h.connect(t), "AUTH "+login+" x", "AUTH "+login+" :", "AUTH "+login+" "+strings.Repeat("x", 1500))
	})
	t.Run("REPRENDRE", func(t *testing.T) {
		wrong(t, h.connect(t), "REPRENDRE x", `REPRENDRE ""`, "REPRENDRE "+strings.Repeat("é", 900))
	})
	t.Run("mixed", func(t *testing.T) { wrong(t, h.connect(t), bad, "REPRENDRE x", unknown) })
	t.Run("MOTDEPASSE", func(t *testing.T) {
		const change = "MOTDEPASSE faux nouveaumot"
		wrong(t, h.loginAs(t, login), change, change, change)
	})
	t.Run("not reset by other verbs", func(t *testing.T) {
		c := h.connect(t)
		for i, want := range []protocol.Code{protocol.ECHEC, protocol.ECHEC, protocol.EC} {
			c.Refused(bad, want)
			if i < 2 {
				c.Must("PING")
				c.Refused("QUI", protocol.AUTH)
				c.Refused("AUTH x", protocol.SYNTAXE)
			}
		}
	})
	t.Run("not reset by a success", func(t *testing.T) {
		c := h.connect(t)
		c.Refused(bad, protocol.ECHEC)
		c.Must("AUTH " + login + " " + password)
		c.Refused("MOTDEPASSE faux nouveaumot", protocol.ECHEC)
		c.Must("MOTDEPASSE " + password + " " + password)
		c.Must("DECONNEXION")
		c.Refused("REPRENDRE x", protocol.EC)
		if !c.Closed {
			t.Error("still open")
		}
	})
	t.Run("of this connection alone", func(t *testing.T) {
		h.loginAs(t, login)
		if a := h.connect(t).Refused(bad, protocol.ECHEC); a.Fields.Get("reste") != "2" {
			t.Errorf("%s", a.Line)
		}
	})
}

// TestUnknownLoginLooksLikeWrongPassword: the same reply, to the byte.
func TestUnknownLoginLooksLikeWrongPassword(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, plenty)
		login := h.newcomer(t, "etudiant")
		known := h.connect(t).Refused("AUTH "+login+" faux", protocol.ECHEC)
		for _, line := range []string{
			"AUTH personne faux", "AUTH personne@univ.fr faux", "REPRENDRE x", "AUTH " + login + "@univ.fr faux",
			// What a store's own idea of equality might take for the login.
			`AUTH "` + login + ` " ` + password, "AUTH " + login + "\x00 " + password, `AUTH "` + login + `@univ.fr " ` + password,
			"AUTH é " + password, "AUTH 🎸 " + password, "AUTH ' " + password, "UP:é:" + password, "AUTH é@é " + password,
			"AUTH " + strings.Replace(login, "e", "é", 1) + " " + password, "AUTH " + strings.Replace(login, "e", "é", 1) + "@univ.fr " + password,
			"AUTH " + login + "\u200b " + password, "AUTH % " + password, "AUTH " + strings.Repeat("x@", 900) + " y",
		} {
			if a := h.connect(t).Refused(line, protocol.ECHEC); a.Line != known.Line {
				t.Errorf("%q: %q, want %q", line, a.Line, known.Line)
			}
		}
	})
}

// TestDeadTokens: a token dies with DECONNEXION and with MOTDEPASSE from
// elsewhere, at once on the connections that live on it.
func TestDeadTokens(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, plenty)
		login := h.newcomer(t, "etudiant")
		first, second := h.connect(t), h.connect(t)
		tokenOf := func(c *talk) string { return c.Must("AUTH " + login + " " + password).Fields.Get("jeton") }
		one, two := tokenOf(first), tokenOf(second)

		first.Must("MOTDEPASSE " + password + " " + password)
		second.Refused("QUI", protocol.AUTH)
		second.Refused("REPRENDRE "+two, protocol.ECHEC)
		if a := second.Must("REPRENDRE " + one); a.Fields.Get("jeton") != one {
			t.Errorf("another token: %s", a.Line)
		}
		second.Must("DECONNEXION")
		first.Refused("QUI", protocol.AUTH)
		first.Refused("REPRENDRE "+one, protocol.ECHEC)
	})
}
