package store

import (
	"context"
	"slices"
	"strconv"
	"sync"

	"github.com/redis/go-redis/v9"
)

// newCluster makes the one client of a Cluster.
func newCluster(o *redis.ClusterOptions) *Redis {
	o.DialTimeout, o.ReadTimeout, o.WriteTimeout, o.PoolTimeout = RedisTimeout, RedisTimeout, RedisTimeout, RedisTimeout
	o.DialerRetries, o.MaxRetries = redisDials, noRetry
	o.PoolSize, o.PipelinePoolSize = redisConns(), ownPool
	o.ContextTimeoutEnabled, o.DisableIdentity = true, true
	o.MaintNotificationsConfig = noMaintenance()
	o.DisableRoutingPolicies = true // no command of ours goes to several nodes
	client := redis.NewClusterClient(o)
	client.OnNewNode(func(node *redis.Client) { node.AddHook(askOnce{}) })
	db := newDB(client, classifyHook{client})
	return &Redis{DB0: db, DB1: db, Cluster: true, addr: o.Addrs[0], user: o.Username}
}

// askOnce stands on every node of a Cluster. The Cluster client sends a command
// again after a broken connection, whatever MaxRetries says, though the first one
// may have run. It does not recognise the error that askOnce gives it, so that
// redirections still work and nothing runs twice. Scripts say so themselves, see
// once, for a pipeline's errors cannot be changed before it is sent again.
type askOnce struct{}

// DialHook changes nothing: what was not connected did not run.
func (askOnce) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessPipelineHook changes nothing: scripts do not run twice, and the other
// commands that we pipeline may.
func (askOnce) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

// ProcessHook makes an error after which a command may have run final.
func (askOnce) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if err == nil || !MayHaveRun(err) {
			return err
		}
		err = lostAnswer{err}
		cmd.SetErr(err)
		return err
	}
}

// part is those of several calls whose keys are on one node of a Cluster.
type part struct {
	node   string // its address, "" while the Cluster does not tell
	places []int  // of the calls among all
	calls  []Call
}

// parts splits calls by the master that has their first key.
func (db *DB) parts(ctx context.Context, calls []Call) []part {
	var parts []part
	for i, c := range calls {
		node := ""
		if master, err := db.cluster.MasterForKey(ctx, c.Keys[0]); err == nil {
			node = master.Options().Addr
		}
		n := slices.IndexFunc(parts, func(p part) bool { return p.node == node })
		if n < 0 {
			n, parts = len(parts), append(parts, part{node: node})
		}
		parts[n].places, parts[n].calls = append(parts[n].places, i), append(parts[n].calls, c)
	}
	return parts
}

// place puts what the calls of a part got where it belongs among all.
func place[T any](p part, all, own []T) {
	for i, at := range p.places {
		all[at] = own[i]
	}
}

// eachAtOnce runs f for all parts at the same time.
func eachAtOnce(parts []part, f func(i int, p part)) {
	if len(parts) == 1 {
		f(0, parts[0])
		return
	}
	var all sync.WaitGroup
	for i, p := range parts {
		all.Go(func() { f(i, p) })
	}
	all.Wait()
}

// batchesOf gives the batches of a node.
func (db *DB) batchesOf(node string) *batcher[*asked] {
	db.nodesMu.Lock()
	defer db.nodesMu.Unlock()
	b := db.nodes[node]
	if b == nil {
		own := newRedisBatcher()
		b = &own
		db.nodes[node] = b
	}
	return b
}

// probedKeys are how many keys onSomeNode tries: enough to be on several nodes.
const probedKeys = 8

// onSomeNode runs f for keys that are spread over the nodes of a Cluster, and succeeds as
// soon as one does: a Cluster that lost a node still serves the keys of the others.
func onSomeNode(ctx context.Context, f func(ctx context.Context, key string) error) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	results := make(chan error, probedKeys)
	for i := range probedKeys {
		go func() { results <- f(ctx, clusterProbeKey(i)) }()
	}
	for range probedKeys {
		if err = <-results; err == nil {
			return nil
		}
	}
	return err
}

func clusterProbeKey(i int) string { return probeKey + ":" + strconv.Itoa(i) }
