package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// ErrRedisRights is an account of Redis that may not do all that is needed. No
// wait mends it.
var ErrRedisRights = errors.New("droits Redis insuffisants")

// redisRights are every command that neither administers nor endangers Redis, on our keys
// and channels, and INFO, by which the doctor reads its settings.
const redisRights = "~etu:* &etu:* +@all -@admin -@dangerous +info"

// rightsHint is what gives them.
const rightsHint = "donnez-les à ce compte : ACL SETUSER %s " + redisRights

// rightsKey stands before the keys of the probe; they end by themselves.
const (
	rightsKey  = "etu:{droits}:"
	rightsLife = 10 * time.Second
)

// noEvent is a message that instances ignore.
const noEvent = "{}"

// redisCommands are those that the scripts and the server run, each with
// arguments that do no harm; a test holds them to the scripts. Keys are given
// without rightsKey, as the first argument.
var redisCommands = [][]any{
	{"SET", "mot", 1},
	{"GET", "mot"},
	{"INCR", "mot"},
	{"INCRBY", "mot", 1},
	{"EXISTS", "mot"},
	{"PEXPIREAT", "mot", 9999999999999},
	{"PEXPIRE", "mot", rightsLife.Milliseconds()},
	{"EXPIRE", "mot", int(rightsLife.Seconds())},
	{"PTTL", "mot"},
	{"HSET", "table", "a", 1},
	{"HGET", "table", "a"},
	{"HMGET", "table", "a"},
	{"HGETALL", "table"},
	{"HVALS", "table"},
	{"HEXISTS", "table", "a"},
	{"HLEN", "table"},
	{"HDEL", "table", "a"},
	{"SADD", "noms", "a"},
	{"SCARD", "noms"},
	{"ZUNIONSTORE", "rangs", 1, rightsKey + "noms"},
	{"SREM", "noms", "a"},
	{"ZADD", "rangs", 1, "a"},
	{"ZINCRBY", "rangs", 1, "a"},
	{"ZCARD", "rangs"},
	{"ZCOUNT", "rangs", 0, 1},
	{"ZSCORE", "rangs", "a"},
	{"ZMSCORE", "rangs", "a"},
	{"ZRANGE", "rangs", 0, 0},
	{"ZREVRANGE", "rangs", 0, 0},
	{"ZRANGEBYSCORE", "rangs", 0, 1},
	{"ZREMRANGEBYRANK", "rangs", 0, 0},
	{"ZREMRANGEBYSCORE", "rangs", 0, 1},
	{"ZREM", "rangs", "a"},
	{"LPUSH", "liste", "a"},
	{"LTRIM", "liste", 0, 0},
	{"LRANGE", "liste", 0, 0},
	{"DEL", "mot"},
	{"DEL", "table"},
	{"DEL", "noms"},
	{"DEL", "rangs"},
	{"DEL", "liste"},
	{"TIME"},
}

// checkRights tries in both databases what the server will need, so that an
// account which lacks a right is found at the start and not by a user. Errors:
// ErrRedisRights with the names of what is refused, ErrUnavailable.
func (r *Redis) checkRights(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*RedisTimeout)
	defer cancel()
	var refusals []string
	note := func(what string, err error) error {
		switch {
		case err == nil, errors.Is(err, redis.Nil):
		case redis.IsPermissionError(err):
			if !slices.Contains(refusals, what) {
				refusals = append(refusals, what)
			}
		case !redisReply(err), notReady(err):
			return err
		}
		return nil
	}
	for _, db := range []*DB{r.DB0, r.DB1} {
		cmds, err := db.Pipelined(ctx, probes)
		if err != nil && !redisReply(err) {
			return err
		}
		for _, cmd := range cmds {
			if err := note(strings.ToUpper(cmd.Name()), cmd.Err()); err != nil {
				return err
			}
		}
	}
	if err := note("PUBLISH "+r.Channel(), r.DB0.Publish(ctx, r.Channel(), noEvent).Err()); err != nil {
		return err
	}
	sub := r.DB0.Subscribe(ctx, r.Channel())
	defer func() { _ = sub.Close() }()
	_, err := sub.ReceiveTimeout(ctx, RedisTimeout)
	if err := note("SUBSCRIBE "+r.Channel(), err); err != nil {
		return err
	}
	if len(refusals) > 0 {
		return r.rights(strings.Join(refusals, ", "))
	}
	return nil
}

func probes(pipe redis.Pipeliner) error {
	ctx := context.Background()
	for _, c := range redisCommands {
		if len(c) > 1 {
			c = slices.Clone(c)
			c[1] = rightsKey + c[1].(string)
		}
		pipe.Do(ctx, c...)
	}
	const script = "return 1"
	key := []string{rightsKey + "mot"}
	pipe.Eval(ctx, script, key)
	pipe.EvalSha(ctx, NewScript(script).hash, key)
	return nil
}

// rights says which rights the account lacks, and how it gets them.
func (r *Redis) rights(what string) error {
	user := r.user
	if user == "" {
		user = "default"
	}
	return fmt.Errorf("%w : refusé à « %s » : %s ; "+rightsHint, ErrRedisRights, user, what, user)
}

// Lacking turns the refusal of a right into ErrRedisRights, with what to do, and
// leaves every other error as it is.
func (r *Redis) Lacking(err error) error {
	if err == nil || !redis.IsPermissionError(err) {
		return err
	}
	return r.rights(err.Error())
}

// redisReply says that Redis answered, though with an error.
func redisReply(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply)
}

// notReady says that Redis answers but is still starting: data that load, a
// Cluster whose slots nobody has taken yet, a replica before its first copy.
func notReady(err error) bool {
	return slices.ContainsFunc([]string{"LOADING", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN"}, func(code string) bool {
		return redis.HasErrorPrefix(err, code)
	})
}
