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
)

const (
	// headTime and idleTime keep a slow client from holding the port.
	headTime = 5 * time.Second
	idleTime = 2 * time.Minute
	// closeTime for a running answer at the end.
	closeTime = time.Second
)

// Handler answers /metrics, /healthz (the process lives) and /readyz (it may be
// sent clients: nothing stands in the way of its work and it is not going away).
func (m *Metrics) Handler(leaving *atomic.Bool) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		var missing []string
		if leaving.Load() {
			missing = append(missing, "arrêt en cours")
		}
		for _, problem := range m.stores.Health.Problems() {
			missing = append(missing, problem.Reason)
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
