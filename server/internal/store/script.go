package store

import (
	"context"
	"crypto/sha1"
	"embed"
	"encoding/hex"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"
)

// Script is a Lua script that Redis keeps under the hash of its text.
type Script struct{ text, hash string }

// NewScript prepares a script.
func NewScript(text string) *Script {
	sum := sha1.Sum([]byte(text))
	return &Script{text: text, hash: hex.EncodeToString(sum[:])}
}

// ReadScript prepares the script of an embedded file.
func ReadScript(files embed.FS, name string) *Script {
	text, err := files.ReadFile(name)
	if err != nil {
		panic(err) // the program was built without it
	}
	return NewScript(string(text))
}

// Text is the script itself.
func (s *Script) Text() string { return s.text }

// Call is one run of a script.
type Call struct {
	Script *Script
	Keys   []string
	Args   []any
}

// Eval runs one script and gives its answer. A script that Redis has lost is sent again
// with its text. The error wraps ErrUnavailable where Redis is.
func Eval(ctx context.Context, db redis.UniversalClient, c Call) (any, error) {
	cmd := eval(ctx, evalSha, c.Script.hash, c)
	_ = db.Process(ctx, once{cmd}) // its error stands in cmd
	if err := cmd.Err(); err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
		cmd = eval(ctx, evalText, c.Script.text, c)
		_ = db.Process(ctx, once{cmd})
	}
	answer, err := cmd.Result()
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, err
	}
	return answer, nil
}

const (
	evalSha  = "evalsha"
	evalText = "eval"
	// keysAt is where the keys of both commands begin; a Cluster asks the node
	// of the first one.
	keysAt = 3
)

// once is a command that go-redis never sends again after a broken connection,
// in a pipeline neither, whatever MaxRetries says: it may have run.
type once struct{ *redis.Cmd }

// NoRetry is what go-redis asks before it sends again.
func (once) NoRetry() bool { return true }

// eval builds the command of a script.
func eval(ctx context.Context, name, script string, c Call) *redis.Cmd {
	args := make([]any, keysAt, keysAt+len(c.Keys)+len(c.Args))
	args[0], args[1], args[2] = name, script, len(c.Keys)
	for _, key := range c.Keys {
		args = append(args, key)
	}
	cmd := redis.NewCmd(ctx, append(args, c.Args...)...)
	if len(c.Keys) > 0 {
		cmd.SetFirstKeyPos(keysAt)
	}
	return cmd
}

// EvalAll runs scripts in one round trip and gives their answers in order. A Redis
// that lost its scripts (a restart) is given the missing ones again: a script
// that it does not know was not run, so none runs twice. The error wraps
// ErrUnavailable where Redis is.
func EvalAll(ctx context.Context, db *DB, calls ...Call) ([]any, error) {
	if len(calls) == 1 { // no pipeline for one: it costs allocations
		answer, err := Eval(ctx, db, calls[0])
		if err != nil {
			return nil, err
		}
		return []any{answer}, nil
	}
	return answers(pipeline(ctx, db, calls))
}

// answers are those of all commands, or the first error.
func answers(cmds []*redis.Cmd) ([]any, error) {
	list := make([]any, len(cmds))
	for i, cmd := range cmds {
		answer, err := cmd.Result()
		if err != nil && !errors.Is(err, redis.Nil) {
			return nil, err
		}
		list[i] = answer
	}
	return list, nil
}

// Each runs scripts in one round trip, as EvalAll does, and gives the error of each.
func Each(ctx context.Context, db *DB, calls ...Call) []error {
	errs := make([]error, len(calls))
	for i, cmd := range pipeline(ctx, db, calls) {
		if err := cmd.Err(); !errors.Is(err, redis.Nil) {
			errs[i] = err
		}
	}
	return errs
}

// pipeline runs scripts in one round trip, and in one more those that Redis had
// lost. Each command holds its own error. In a Cluster each node has a round trip of its
// own: in one pipeline over several nodes, go-redis gives the error of one to all.
func pipeline(ctx context.Context, db *DB, calls []Call) []*redis.Cmd {
	if db.cluster == nil {
		return pipelineOnce(ctx, db, calls)
	}
	cmds := make([]*redis.Cmd, len(calls))
	parts := db.parts(ctx, calls)
	eachAtOnce(parts, func(_ int, p part) { place(p, cmds, pipelineOnce(ctx, db, p.calls)) })
	return cmds
}

func pipelineOnce(ctx context.Context, db *DB, calls []Call) []*redis.Cmd {
	cmds := send(ctx, db, calls, func(c Call) *redis.Cmd { return eval(ctx, evalSha, c.Script.hash, c) })
	var lost []Call
	var places []int
	for i, cmd := range cmds {
		if redis.HasErrorPrefix(cmd.Err(), "NOSCRIPT") {
			lost, places = append(lost, calls[i]), append(places, i)
		}
	}
	if len(lost) > 0 {
		again := send(ctx, db, lost, func(c Call) *redis.Cmd { return eval(ctx, evalText, c.Script.text, c) })
		for j, cmd := range again {
			cmds[places[j]] = cmd
		}
	}
	return cmds
}

func send(ctx context.Context, db *DB, calls []Call, command func(Call) *redis.Cmd) []*redis.Cmd {
	pipe := db.Pipeline()
	cmds := make([]*redis.Cmd, len(calls))
	for i, c := range calls {
		cmds[i] = command(c)
		_ = pipe.Process(ctx, once{cmds[i]}) // only queued
	}
	_, _ = pipe.Exec(ctx)
	return cmds
}

// MayHaveRun says whether a command that failed with err may have run all the
// same: its answer was lost. A refusal is an answer, and what was never sent did
// not run.
func MayHaveRun(err error) bool {
	var reply redis.Error
	if errors.As(err, &reply) || errors.Is(err, redis.ErrClosed) ||
		errors.Is(err, redis.ErrPoolTimeout) || errors.Is(err, redis.ErrPoolExhausted) {
		return false
	}
	var lost lostAnswer
	if errors.As(err, &lost) {
		return true
	}
	var op *net.OpError
	return !errors.As(err, &op) || op.Op != "dial"
}

// lostAnswer hides what it wraps from errors.Is and errors.As on purpose.
type lostAnswer struct{ err error }

func (l lostAnswer) Error() string        { return "answer lost: " + l.err.Error() }
func (l lostAnswer) Is(target error) bool { return target == ErrUnavailable }
