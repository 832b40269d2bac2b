package main

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

var metricsLine = regexp.MustCompile(`msg=mesures adresse=(\S+)`)

// metricsAddr is where it says that it serves its metrics.
func (p *process) metricsAddr() string {
	p.t.Helper()
	found := metricsLine.FindStringSubmatch(p.logs.String())
	if found == nil {
		p.t.Fatalf("no address of metrics in the log:\n%s", p.logs)
	}
	return found[1]
}

// get asks the address of metrics.
func (p *process) get(path string) (code int, body string) {
	p.t.Helper()
	answer, err := http.Get("http://" + p.metricsAddr() + path)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	env := testenv.Real(t)
	server := start(t, env, append(adminArgs, "--metrics-addr", "127.0.0.1:0", "--instance", "un", "--quota-max", "2")...)
	register(t, server.Addr, "alice")
	alice := login(t, server.Addr, "alice")
	for range 2 {
		alice.Must("VENTE livre 1 titre")
	}
	alice.Refused("QUOTA", "VENTE livre 1 titre")
	alice.Refused("NO", "CHANTER")
	dial(t, server.Addr).leave()
	guesser := dial(t, server.Addr)
	for _, code := range []protocol.Code{protocol.ECHEC, protocol.ECHEC, protocol.EC} {
		guesser.Refused(code, "AUTH alice mauvais-mot")
	}
	guesser.Closed()
	anonymous := dial(t, server.Addr)
	anonymous.Refused("ECHEC", "AUTH alice mauvais-mot")
	login(t, server.Addr, "prof").Must("SUIVRE")
	testenv.WaitFor(t, 5*time.Second, "/metrics says all", func() bool {
		code, body := server.get("/metrics")
		if code != http.StatusOK {
			t.Fatalf("%d %s", code, body)
		}
		for _, want := range []string{
			`etu_connexions 3`, `etu_utilisateurs 2`, `etu_suiveurs 1`, `etu_serveurs 1`, `etu_evenements_perdus_total 0`,
			`etu_commandes_total{code="OK",verbe="VENTE"} 2`, `etu_commandes_total{code="QUOTA",verbe="VENTE"} 1`,
			`etu_commandes_total{code="NO",verbe="?"} 1`, `etu_commande_secondes_count{verbe="VENTE"} 3`,
			`etu_refus_quota_total 1`, `etu_echecs_total 4`, `etu_ventes_total 2`, `etu_connexions_reussies_total 2`,
			`etu_connexions_finies_total{raison="QUITTER"} `, `etu_connexions_finies_total{raison="EC"} 1`,
			`etu_instance_info{serveur="un"} 1`, `etu_magasin_erreurs_total{magasin="sql"} 0`,
			`etu_magasin_secondes_count{magasin="redis"}`, `go_build_info{`, `go_sql_open_connections{`,
		} {
			if !strings.Contains(body, want) {
				t.Logf("not yet: %s", want)
				return false
			}
		}
		return true
	})
	if code, body := server.get("/healthz"); code != http.StatusOK {
		t.Errorf("healthz: %d %s", code, body)
	}
	if code, body := server.get("/readyz"); code != http.StatusOK {
		t.Errorf("readyz: %d %s", code, body)
	}
	env.Redis().Stop(t)
	testenv.WaitFor(t, 5*time.Second, "not ready without Redis", func() bool {
		code, body := server.get("/readyz")
		return code == http.StatusServiceUnavailable && strings.Contains(body, "Redis")
	})
	if code, body := server.get("/healthz"); code != http.StatusOK {
		t.Errorf("healthz: %d %s", code, body)
	}
	alice.Refused("INDISPONIBLE", "QUOTA")
	if _, body := server.get("/metrics"); strings.Contains(body, `etu_magasin_erreurs_total{magasin="redis"} 0`) {
		t.Error("no failure of Redis counted")
	}
	env.Redis().Start(t)
	testenv.WaitFor(t, 5*time.Second, "ready again", func() bool { code, _ := server.get("/readyz"); return code == http.StatusOK })
}
