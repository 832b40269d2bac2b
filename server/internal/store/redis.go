package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"runtime"
	"strconv"
	"sync"
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

	addr   string // for the log, without password
	cli    string // how redis-cli reaches it, without user and password
	user   string // the account, "" for the default one
	number int    // of DB0
}

// Channel is the Pub/Sub channel between the instances that share these
// databases. It carries their number: a channel, unlike a key, is the same for
// all databases of a Redis.
func (r *Redis) Channel() string { return "etu:evenements:" + strconv.Itoa(r.number) }

// DB is one database of Redis.
type DB struct {
	redis.UniversalClient
	cluster *redis.ClusterClient // the same client where it is a Cluster's, nil otherwise

	batches batcher[*asked] // of Batch, on one server
	nodesMu sync.Mutex
	nodes   map[string]*batcher[*asked] // of Batch, by the address of a Cluster's master; under nodesMu
}

func newDB(client redis.UniversalClient, hook classifyHook) *DB {
	client.AddHook(hook)
	return &DB{
		UniversalClient: client, cluster: hook.cluster,
		batches: newRedisBatcher(), nodes: make(map[string]*batcher[*asked]),
	}
}

// Ping asks both databases for an answer within RedisTimeout; in a Cluster one node that
// answers is enough. A failure is ErrUnavailable.
func (r *Redis) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, RedisTimeout)
	defer cancel()
	if r.Cluster {
		return onSomeNode(ctx, func(ctx context.Context, key string) error { return r.DB0.Exists(ctx, key).Err() })
	}
	if err := r.DB0.Ping(ctx).Err(); err != nil {
		return err
	}
	return r.DB1.Ping(ctx).Err()
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
	return &Redis{
		DB0: newDB(redis.NewClient(o), classifyHook{}), DB1: newDB(redis.NewClient(&next), classifyHook{}),
		addr: o.Addr, cli: cli(o.Network, o.Addr), user: o.Username, number: o.DB,
	}
}

// newFailover makes the two clients of what Sentinel calls the master.
func newFailover(o *redis.FailoverOptions) *Redis {
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = RedisTimeout, RedisTimeout, RedisTimeout, RedisTimeout
	o.DialerRetries, o.MaxRetries = redisDials, noRetry
	o.PoolSize, o.PipelinePoolSize = redisConns(), ownPool
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	next := *o
	next.DB++
	first, second := redis.NewFailoverClient(o), redis.NewFailoverClient(&next)
	first.AddHook(nameless{})
	second.AddHook(nameless{})
	return &Redis{
		DB0: newDB(first, classifyHook{}), DB1: newDB(second, classifyHook{}),
		addr: "sentinel " + o.MasterName, cli: "redis-cli", user: o.Username, number: o.DB,
	}
}

// nameless makes a Sentinel that does not know the master's name a store that is
// away: go-redis gives redis.Nil then, which anywhere else means a missing key.
type nameless struct{}

func (nameless) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (nameless) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (nameless) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		nc, err := next(ctx, network, addr)
		if errors.Is(err, redis.Nil) {
			err = fmt.Errorf("%w: no Sentinel knows the master's name: %v", ErrUnavailable, err) //nolint:errorlint // hidden on purpose
		}
		return nc, err
	}
}

// classifyHook classifies the errors of all commands. In a Cluster it also bounds each
// operation by RedisTimeout: the Cluster client tries again up to 4 times, and each try
// has the time-outs of its own.
type classifyHook struct{ cluster *redis.ClusterClient } // nil: one server

func (classifyHook) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h classifyHook) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		bounded, cancel := h.bound(ctx)
		defer cancel()
		err := next(bounded, cmd)
		if err != nil {
			err = h.classify(ctx, err)
			cmd.SetErr(err)
		}
		return err
	}
}

func (h classifyHook) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		bounded, cancel := h.bound(ctx)
		defer cancel()
		err := next(bounded, cmds)
		if err == nil {
			return nil
		}
		for _, cmd := range cmds {
			if err := cmd.Err(); err != nil {
				cmd.SetErr(h.classify(ctx, err))
			}
		}
		return h.classify(ctx, err)
	}
}

func (h classifyHook) bound(ctx context.Context) (context.Context, context.CancelFunc) {
	if h.cluster == nil {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, RedisTimeout)
}

// classify knows a Cluster without a node for a command (none is known yet, no slots
// are served) too: go-redis has errors of its own there, which are neither replies nor
// failures of a connection. The Cluster client looks for a new master only where a node
// says MOVED, so it is made to look after each failure: a dead node says nothing
// (redis/go-redis#3979), and one that lost the others only CLUSTERDOWN.
func (h classifyHook) classify(ctx context.Context, err error) error {
	answered := redisReply(err)
	if h.cluster == nil || errors.Is(err, context.Canceled) || answered && redisCode(err) != codeClusterDown {
		return classify(err)
	}
	h.cluster.ReloadState(ctx)
	if answered || Unavailable(err) {
		return classify(err)
	}
	return fmt.Errorf("%w: %w", ErrUnavailable, err)
}

// cli is the redis-cli that speaks to a server.
func cli(network, addr string) string {
	host, port, err := net.SplitHostPort(addr)
	if network == "unix" || err != nil {
		return "redis-cli -s " + addr
	}
	return "redis-cli -h " + host + " -p " + port
}

func redisConns() int { return redisConnsPerCPU * runtime.GOMAXPROCS(0) }

// noMaintenance keeps a hosted service's handshake out of every connection.
func noMaintenance() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// errRedisURL keeps url.Parse's own error out, which quotes the password.
var errRedisURL = errors.New("ETU_REDIS_URL n'est pas une URL (redis://hôte:6379) ; un caractère spécial du mot de passe s'y écrit %XX")

// openRedis makes the clients that a URL asks for; nothing is connected yet.
// redis://, rediss:// or unix:// is one server, "?addr=host:port" (repeatable)
// names more hosts of a Cluster, "?master_name=" is Sentinel.
func openRedis(rawURL string) (*Redis, error) {
	u, err := url.Parse(rawURL)
	if err != nil {
		return nil, errRedisURL
	}
	var r *Redis
	query := u.Query()
	switch {
	case query.Has("master_name"):
		var o *redis.FailoverOptions
		if o, err = redis.ParseFailoverURL(rawURL); err == nil {
			r = newFailover(o)
		}
	case query.Has("addr"):
		var o *redis.ClusterOptions
		if o, err = redis.ParseClusterURL(rawURL); err == nil {
			r = newCluster(o)
		}
	default:
		var o *redis.Options
		if o, err = redis.ParseURL(rawURL); err == nil {
			r = newSingle(o)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("ETU_REDIS_URL : il faut redis://, rediss:// ou unix://, un hôte, un port et une base : %w", err)
	}
	if r.number < 0 {
		return nil, errors.Join(fmt.Errorf("ETU_REDIS_URL : il n'y a pas de base %d", r.number), r.close())
	}
	return r, nil
}

// go-redis has one logger a process, on stderr: every failed dial would stand
// there beside the error that the caller gets and logs. It is replaced here, for
// go-redis reads it without a lock once there are clients.
func init() { redis.SetLogger(quietLog{}) }

type quietLog struct{}

func (quietLog) Printf(ctx context.Context, format string, args ...any) {
	if slog.Default().Enabled(ctx, slog.LevelDebug) {
		slog.DebugContext(ctx, fmt.Sprintf(format, args...))
	}
}
