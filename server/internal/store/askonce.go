package store

import (
	"context"
	"errors"
	"net"

	"github.com/redis/go-redis/v9"
)

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
