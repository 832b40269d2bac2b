package metrics

import "github.com/prometheus/client_golang/prometheus"

// registerer makes and registers in one step.
type registerer struct{ registry *prometheus.Registry }

func (r registerer) counterVec(name, help string, labels ...string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	r.registry.MustRegister(c)
	return c
}

func (r registerer) histogramVec(name, help string, labels ...string) *prometheus.HistogramVec {
	h := prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: steps}, labels)
	r.registry.MustRegister(h)
	return h
}

// gauge reads its value when it is asked; labels are a name and a value.
func (r registerer) gauge(name, help string, read func() float64, labels ...string) {
	o := prometheus.GaugeOpts{Name: name, Help: help}
	if len(labels) == 2 {
		o.ConstLabels = prometheus.Labels{labels[0]: labels[1]}
	}
	r.registry.MustRegister(prometheus.NewGaugeFunc(o, read))
}

func (r registerer) counter(name, help string, read func() float64) {
	r.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, read))
}
