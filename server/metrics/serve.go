package metrics

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"etuservices/server/store"
)

const (
	// headTime and idleTime keep a slow client from holding the port.
	headTime = 5 * time.Second
	idleTime = 2 * time.Minute
	// closeTime for a running answer at the end.
	closeTime = time.Second
)

// Handler answers /metrics, /healthz (the process lives) and /readyz (it may be
// sent clients: its stores answer and it is not going away).
func (m *Metrics) Handler(leaving *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		var missing []string
		for _, x := range []struct {
			away bool
			why  string
		}{
			{leaving.Load(), "arrêt en cours"},
			{m.stores.Health.Missing(store.NeedSQL), "MySQL ne répond pas"},
			{m.stores.Health.Missing(store.NeedRedis), "Redis ne répond pas"},
		} {
			if x.away {
				missing = append(missing, x.why)
			}
		}
		if len(missing) > 0 {
			http.Error(w, strings.Join(missing, ", "), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ok")
	})
	return mux
}

// Serve answers on a listener until ctx ends.
func Serve(ctx context.Context, l net.Listener, handler http.Handler) error {
	server := &http.Server{Handler: handler, ReadHeaderTimeout: headTime, IdleTimeout: idleTime, WriteTimeout: idleTime}
	stop := context.AfterFunc(ctx, func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), closeTime)
		defer cancel()
		_ = server.Shutdown(ending)
	})
	defer stop()
	if err := server.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("mesures : %w", err)
	}
	return nil
}
