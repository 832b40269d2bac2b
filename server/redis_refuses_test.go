package main

import (
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/alicebob/miniredis/v2/server"

	"etuservices/server/internal/testenv"
)

// refusals are what Redis may answer to any command, and whether its log must tell
// an administrator what to do.
var refusals = []string{
	"OOM command not allowed when used memory > 'maxmemory'.",
	"READONLY You can't write against a read only replica.",
	"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
	"NOREPLICAS Not enough good replicas to write.",
	"NOPERM this user has no permissions to run the 'evalsha' command",
	"CLUSTERDOWN The cluster is down",
	"CLUSTERDOWN Hash slot not served",
	"LOADING Redis is loading the dataset in memory",
	"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
	"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
	"TRYAGAIN Multiple keys request during rehashing of slot",
	"MOVED 3999 127.0.0.1:1",
	"ASK 3999 127.0.0.1:1",
	"NOAUTH Authentication required.",
	"WRONGPASS invalid username-password pair or user is disabled.",
	"WRONGTYPE Operation against a key holding the wrong kind of value",
	"NOSCRIPT No matching script. Please use EVAL.",
	"UNKILLABLE Sorry the script already executed write commands against the dataset.",
	"EXECABORT Transaction discarded because of previous errors.",
	"CROSSSLOT Keys in request don't hash to the same slot",
	"NOGOODSLAVE No suitable replica to promote",
	"ERR max number of clients reached",
	"ERR unknown command 'EVALSHA', with args beginning with:",
	"ERR value is not an integer or out of range",
	"ERR SELECT is not allowed in cluster mode",
	"ERR The user executing the script can't run this command or subcommand",
}

// insideScript is how a refusal inside a script reads, by version of Redis.
var insideScript = map[string]func(string) string{
	"plain": func(text string) string { return text },
	"in a script of Redis 7": func(text string) string {
		return text + " script: 8ab22ecb3b20a1d0bc3b0f8e8f2f9d30c4f7a8c1, on @user_script:1."
	},
	"in a script of Redis 6": func(text string) string {
		return "ERR Error running script (call to f_8ab22ecb3b20a1d0bc3b0f8e8f2f9d30c4f7a8c1): @user_script:1: @user_script: 1: -" + text
	},
	"in a script of Redis 6.2": func(text string) string {
		return "ERR Error running script (call to f_8ab22ecb3b20a1d0bc3b0f8e8f2f9d30c4f7a8c1): @user_script:1: " + text
	},
}

// TestWhateverRedisRefuses: every verb is answered INDISPONIBLE, or done where it
// can do without Redis; the connection is kept; nothing counts; the log says once
// what to do.
func TestWhateverRedisRefuses(t *testing.T) {
	t.Parallel()
	redis := miniredis.RunT(t)
	var refusal atomic.Pointer[func(command string) string]
	redis.Server().SetPreHook(func(peer *server.Peer, command string, _ ...string) bool {
		if f := refusal.Load(); f != nil {
			if text := (*f)(strings.ToUpper(command)); text != "" {
				peer.WriteError(text)
				return true
			}
		}
		return false
	})
	env := testenv.Real(t)
	env.RedisURL = "redis://" + redis.Addr()
	srv := start(t, env, "--admin-login", "prof", "--admin-password", password)
	register(t, srv.Addr, "alice", "bob")
	alice, token := loginToken(t, srv.Addr, "alice")
	prof := login(t, srv.Addr, "prof")
	alice.Must("VENTE livre 1 ref=avant Réseaux")
	judge := &judge{t: t, sql: newJudge(t, env).sql}
	calls, logins := judge.Used("appels", "alice"), judge.Used("connexions", "bob")

	for _, text := range refusals {
		for where, form := range insideScript {
			script := where != "plain"
			f := func(command string) string {
				if script && command != "EVAL" && command != "EVALSHA" {
					return ""
				}
				return form(text)
			}
			refusal.Store(&f)
			name := fmt.Sprintf("%s, %s", text, where)
			wants{
				{"VENTE livre 1 Réseaux", "INDISPONIBLE"},
				{"VENTE livre 1 ref=k Réseaux", "INDISPONIBLE"},
				{"ACHAT 1", "INDISPONIBLE"},
				{"QUOTA", "INDISPONIBLE"},
				{"STATS", "INDISPONIBLE"},
				{"VENTE livre 1 ref=avant Réseaux", "VENTE"}, // a replay
				{"ARTICLES", "ARTICLES"},
				{"MESVENTES", "MESVENTES"},
				{"QUI", "QUI"},
			}.ask(t, alice, name)
			anonymous := dial(t, srv.Addr)
			wants{
				{"AUTH bob " + password, "INDISPONIBLE"},
				{"REPRENDRE " + token, "REPRENDRE"},
			}.ask(t, anonymous, name)
			anonymous.leave()
			for _, line := range []string{"NB", "SESSIONS", "RAZ bob", "COMPTES", "SUIVRE periode=60", "STOP", "ANNONCE :Essai"} {
				if r, err := prof.Try("%s", line); err != nil || !r.OK() && r.Word != "INDISPONIBLE" {
					t.Fatalf("%s: %s: %s (%v)", name, line, r.Line, err)
				}
			}
			refusal.Store(nil)
			if r := alice.Do("QUOTA"); !r.OK() || int(r.Rows[1].Fields.Int("utilise")) != calls {
				t.Errorf("after %s: %v %s", name, r.Rows, r.Line)
			}
		}
	}
	if n := judge.Used("appels", "alice"); n != calls {
		t.Errorf("%d calls in the ledger, want %d", n, calls)
	}
	if n := judge.Used("connexions", "bob"); n != logins {
		t.Errorf("%d logins in the ledger, want %d", n, logins)
	}
	alice.Must("VENTE livre 1 ref=k Réseaux")
	logs := srv.logs.String()
	if strings.Contains(logs, "incident=") {
		t.Errorf("a fault of ours:\n%s", logs)
	}
	for _, advice := range []string{
		"CONFIG SET maxmemory", "REPLICAOF NO ONE", "disque de Redis", "min-replicas-to-write", "ACL SETUSER", "--cluster fix",
		"vérifiez ETU_REDIS_URL", "maxclients", "DEL",
	} {
		n := 0
		for line := range strings.Lines(logs) {
			if strings.Contains(line, "level=ERROR") && strings.Contains(line, advice) {
				n++
			}
		}
		if n == 0 {
			t.Errorf("no ERROR says %q", advice)
		}
	}
}
