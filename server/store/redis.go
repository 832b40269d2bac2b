package store

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

const (
	// RedisTimeout bounds one Redis operation: a healthy one takes well under a
	// millisecond, and the SQL part of the same request needs its own time.
	RedisTimeout = time.Second
	// redisConnsPerCPU: measured, 64 connections are no faster than 10 a core.
	// go-redis lets no more than this many operations run at once.
	redisConnsPerCPU = 10
	// redisDials a connection: one, for go-redis's five would hide a Redis that
	// is gone for half a second; the next operation tries again anyway.
	redisDials = 1
	// noRetry is go-redis's way to write 0. A script that takes a quota's slot
	// may have run though its answer was lost: run again, it would take two.
	noRetry = -1
	// ownPool keeps pipelines in the one bounded pool.
	ownPool = -1
)

// Redis is the cache. DB0 is database 0 (or the URL's), DB1 the next one. In a
// Cluster, which has one database, both are the same client.
type Redis struct {
	DB0, DB1 *DB
	Cluster  bool

	addr string // for the log, without password
}

// DB is one database.
type DB struct {
	redis.UniversalClient
	lanes lanes[*asked] // of Together
}

func newDB(client redis.UniversalClient) *DB {
	return &DB{UniversalClient: client, lanes: lanes[*asked]{free: redisLanes, most: mostAsked}}
}

// Ping asks both databases for an answer within RedisTimeout.
// A failure is ErrUnavailable.
func (r *Redis) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, RedisTimeout)
	defer cancel()
	if err := r.DB0.Ping(ctx).Err(); err != nil {
		return Classify(err)
	}
	return Classify(r.DB1.Ping(ctx).Err())
}

func (r *Redis) close() error {
	if r.Cluster {
		return r.DB0.Close()
	}
	return errors.Join(r.DB0.Close(), r.DB1.Close())
}

// newSingle makes the two clients of one server.
func newSingle(o *redis.Options) *Redis {
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = RedisTimeout, RedisTimeout, RedisTimeout, RedisTimeout
	o.DialerRetries, o.MaxRetries = redisDials, noRetry
	o.PoolSize, o.PipelinePoolSize = redisConns(), ownPool
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = noMaintenance()
	next := *o
	next.DB++
	return &Redis{DB0: newDB(redis.NewClient(o)), DB1: newDB(redis.NewClient(&next)), addr: o.Addr}
}

// newFailover makes the two clients of what Sentinel calls the master.
func newFailover(o *redis.FailoverOptions) *Redis {
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = RedisTimeout, RedisTimeout, RedisTimeout, RedisTimeout
	o.DialerRetries, o.MaxRetries = redisDials, noRetry
	o.PoolSize, o.PipelinePoolSize = redisConns(), ownPool
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	next := *o
	next.DB++
	return &Redis{DB0: newDB(redis.NewFailoverClient(o)), DB1: newDB(redis.NewFailoverClient(&next)), addr: "sentinel " + o.MasterName}
}

// newCluster makes the one client of a Cluster.
func newCluster(o *redis.ClusterOptions) *Redis {
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = RedisTimeout, RedisTimeout, RedisTimeout, RedisTimeout
	o.DialerRetries, o.MaxRetries = redisDials, noRetry
	o.PoolSize, o.PipelinePoolSize = redisConns(), ownPool
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = noMaintenance()
	client := redis.NewClusterClient(o)
	client.OnNewNode(func(node *redis.Client) { node.AddHook(askOnce{}) })
	db := newDB(client)
	return &Redis{DB0: db, DB1: db, Cluster: true, addr: o.Addrs[0]}
}

func redisConns() int { return redisConnsPerCPU * runtime.GOMAXPROCS(0) }

// noMaintenance keeps a hosted service's handshake out of every connection.
func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}
