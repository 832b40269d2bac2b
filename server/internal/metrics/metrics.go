// Package metrics serves Prometheus's metrics and the health checks of this process, on
// an address of its own (ETU_METRICS_ADDR), never on the one that students reach.
package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/redis/go-redis/v9"

	"etuservices/protocol"
	"etuservices/server/internal/cluster"
	"etuservices/server/internal/lineserver"
	"etuservices/server/internal/monitor"
	"etuservices/server/internal/store"
)

// Metrics are the figures of this process. Its methods are safe for concurrent use.
type Metrics struct {
	registry *prometheus.Registry
	stores   *store.Stores
	replies  map[*protocol.Verb]*replies
	unknown  prometheus.Counter
	store    *prometheus.HistogramVec
	failures *prometheus.CounterVec
	ends     *prometheus.CounterVec
}

// replies are a verb's, found without a lookup by label.
type replies struct {
	took   prometheus.Observer
	byCode map[protocol.Code]prometheus.Counter
}

// steps of the histograms, in seconds: Redis alone to a store that hangs.
var steps = []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5}

// New makes the metrics of an instance and measures its stores; Register adds those
// of its other parts.
func New(stores *store.Stores, instance string) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), stores: stores, replies: make(map[*protocol.Verb]*replies)}
	factory := promauto.With(m.registry)
	counts := factory.NewCounterVec(prometheus.CounterOpts{
		Name: "etu_commandes_total", Help: "Réponses, par verbe et code (OK pour un succès).",
	}, []string{"verbe", "code"})
	took := factory.NewHistogramVec(prometheus.HistogramOpts{
		Name: "etu_commande_secondes", Help: "Durée d'une commande.", Buckets: steps,
	}, []string{"verbe"})
	for _, v := range protocol.Verbs {
		r := &replies{took: took.WithLabelValues(v.Name), byCode: make(map[protocol.Code]prometheus.Counter)}
		r.byCode[""] = counts.WithLabelValues(v.Name, "OK")
		for _, c := range protocol.Codes {
			r.byCode[c.Code] = counts.WithLabelValues(v.Name, string(c.Code))
		}
		m.replies[v] = r
	}
	m.unknown = counts.WithLabelValues("?", string(protocol.NO))
	m.ends = factory.NewCounterVec(prometheus.CounterOpts{
		Name: "etu_connexions_finies_total",
		Help: "Connexions finies, par raison (un code du protocole, ou QUITTER, EXPULSE, parti, lent, coupe, etranger, tls, proxy).",
	}, []string{"raison"})
	m.store = factory.NewHistogramVec(prometheus.HistogramOpts{
		Name: "etu_magasin_secondes", Help: "Durée d'une transaction SQL, ou d'un aller-retour de Redis.", Buckets: steps,
	}, []string{"magasin"})
	m.failures = factory.NewCounterVec(prometheus.CounterOpts{
		Name: "etu_magasin_erreurs_total", Help: "Magasin qui n'a pas répondu, ou pas à temps.",
	}, []string{"magasin"})
	for _, name := range []string{nameSQL, nameRedis} {
		m.store.WithLabelValues(name)
		m.failures.WithLabelValues(name)
	}
	factory.NewGauge(prometheus.GaugeOpts{
		Name: "etu_instance_info", Help: "Le nom de cette instance.", ConstLabels: prometheus.Labels{"serveur": instance},
	}).Set(1)
	m.watch(stores)
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewBuildInfoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewDBStatsCollector(stores.SQL.Write.DB, "etuservices"))
	return m
}

// Register adds the metrics that are read from these parts of the server.
func (m *Metrics) Register(lines *lineserver.Server, hub *cluster.Hub, mon *monitor.Monitor) {
	gauge := func(name, help string, read func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, read))
	}
	counter := func(name, help string, read func() float64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
	}
	gauge("etu_connexions", "Connexions ouvertes.", func() float64 { return float64(lines.Count()) })
	gauge("etu_utilisateurs", "Utilisateurs connectés à cette instance.", func() float64 { return float64(hub.Users()) })
	gauge("etu_suiveurs", "Connexions qui suivent.", func() float64 { return float64(mon.Followers()) })
	gauge("etu_serveurs", "Instances vivantes, 0 quand Redis ne répond pas.", func() float64 { return float64(hub.Servers()) })
	counter("etu_evenements_perdus_total", "Événements que personne n'a pu dire.", func() float64 { return float64(hub.Dropped() + mon.Dropped()) })
	counter("etu_connexions_reussies_total", "AUTH réussis.", func() float64 { return float64(mon.Get(monitor.Logins)) })
	counter("etu_refus_quota_total", "Refus de quota.", func() float64 { return float64(mon.Get(monitor.RefusedQuota)) })
	counter("etu_echecs_total", "Mots de passe et jetons refusés.", func() float64 { return float64(mon.Get(monitor.RefusedPassword)) })
	counter("etu_ventes_total", "Articles mis en vente.", func() float64 { return float64(mon.Get(monitor.Listings)) })
	counter("etu_achats_total", "Articles achetés.", func() float64 { return float64(mon.Get(monitor.Purchases)) })
}

// ConnEnded counts a connection, with the reason why it ended.
func (m *Metrics) ConnEnded(reason lineserver.Reason) { m.ends.WithLabelValues(string(reason)).Inc() }

// Observe counts a request; verb is nil for one that is unknown, code "" for a
// success.
func (m *Metrics) Observe(verb *protocol.Verb, code protocol.Code, took time.Duration) {
	r := m.replies[verb]
	if r == nil {
		m.unknown.Inc()
		return
	}
	r.took.Observe(took.Seconds())
	if c := r.byCode[code]; c != nil {
		c.Inc()
	}
}

// What the stores are called in labels.
const (
	nameSQL   = "sql"
	nameRedis = "redis"
)

// watch measures transactions and round trips.
func (m *Metrics) watch(s *store.Stores) {
	s.SQL.OnTx = func(took time.Duration, err error) { m.asked(nameSQL, took, err) }
	s.Redis.DB0.AddHook(hook{m})
	if !s.Redis.Cluster {
		s.Redis.DB1.AddHook(hook{m})
	}
}

func (m *Metrics) asked(name string, took time.Duration, err error) {
	m.store.WithLabelValues(name).Observe(took.Seconds())
	if store.Unavailable(err) {
		m.failures.WithLabelValues(name).Inc()
	}
}

// hook measures each command, or pipeline, of a Redis client.
type hook struct{ *Metrics }

func (h hook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h hook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		began := time.Now()
		err := next(ctx, cmd)
		h.asked(nameRedis, time.Since(began), err)
		return err
	}
}

func (h hook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		began := time.Now()
		err := next(ctx, cmds)
		h.asked(nameRedis, time.Since(began), err)
		return err
	}
}
