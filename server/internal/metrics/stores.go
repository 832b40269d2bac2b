package metrics

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"etuservices/server/internal/store"
)

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
