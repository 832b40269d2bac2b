package session

import (
	"context"
	"time"
)

// until is a context with a deadline that go-redis reads and nobody wakes for:
// a timer and its channel cost more than the rest of a QUOTA. It is for work
// that asks only Redis, whose every wait ends by store.RedisTimeout as well;
// database/sql would wait for Done.
type until struct {
	context.Context
	end time.Time
}

// Deadline is when the work must have ended.
func (u *until) Deadline() (time.Time, bool) { return u.end, true }
