package session_test

import (
	"context"
	"strings"
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/session"
	"etuservices/server/internal/testenv"
)

// TestNoSecretInAnyLog says passwords and tokens in every way, rightly,
// wrongly, to a panicking server and to stores that are gone, and looks for
// them in everything that is logged, debug included.
func TestNoSecretInAnyLog(t *testing.T) {
	testenv.Each(t, func(t *testing.T, env *testenv.Env) {
		h := newTestServer(t, env, 3)
		secrets := []string{"S3cretUn-", "S3cretDeux-", "S3cretTrois-", "S3cret"}
		c := h.connect(t)
		gone, cancel := context.WithCancel(context.Background())
		cancel()
		lines := []string{
			"INSCRIPTION alice alice@univ.fr Alice Martin S3cretUn-été", "INSCRIPTION x S3cretUn-été", "INSCRIPTION alice alice@univ.fr Alice Martin S3cretUn-été",
			"AUTH alice S3cretDeux-", "AUTH S3cretDeux- x", "UP:alice:S3cretUn-été", "REPRENDRE S3cretTrois-", "AUTHS3cretUn- alice", "S3cretUn-été",
			"MOTDEPASSE S3cretUn-été court", "MOTDEPASSE S3cretUn-été S3cretDeux-\x1b", "MOTDEPASSE S3cretDeux- S3cretTrois-", "MOTDEPASSE S3cretUn-été S3cretDeux-",
			"AUTH alice S3cretDeux- \xff", "AUTH \"S3cretDeux-", "UP:S3cretDeux-", "SEND:S3cretTrois-", "VENTE livre 1 S3cretTrois-",
		}
		say := func(ctx context.Context, line string) {
			if c.s.Line(ctx, []byte(line), &c.out) {
				c = h.connect(t)
			}
			a, err := readAnswer(string(c.out.Bytes()))
			if err == nil && a.Fields.Get("jeton") != "" {
				secrets = append(secrets, a.Fields.Get("jeton"))
			}
			c.out.Reset()
		}
		all := func(ctx context.Context) {
			for range 3 { // anonymous and logged in, within the quota and over it
				for _, line := range lines {
					say(ctx, line)
				}
				say(ctx, "REPRENDRE "+secrets[len(secrets)-1])
				say(ctx, "DECONNEXION")
			}
		}
		all(context.Background())
		if len(secrets) == 4 {
			t.Fatal("nobody ever logged in")
		}
		all(gone)
		for _, verb := range []string{"INSCRIPTION", "AUTH", "REPRENDRE", "MOTDEPASSE"} {
			replaceHandler(t, verb, func(context.Context, *session.Session, *protocol.Request, *protocol.Writer) error { panic(errBroken) })
		}
		all(context.Background())
		logs := h.logs.String()
		if !strings.Contains(logs, "incident=") || !strings.Contains(logs, "indisponible") {
			t.Error("nothing was logged; this test sees nothing")
		}
		for _, s := range secrets {
			if strings.Contains(logs, s) {
				t.Errorf("%q stands in the log:\n%s", s, logs)
			}
		}
	})
}
