package testenv

import (
	"errors"
	"testing"
	"time"
)

// Eventually polls until check gives no error, and says how long that took. The
// test fails with the last error when it takes longer than within.
func Eventually(t testing.TB, within time.Duration, check func() error) time.Duration {
	t.Helper()
	for began := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		err := check()
		if err == nil {
			return time.Since(began)
		}
		if time.Since(began) > within {
			t.Fatalf("not within %v: %v", within, err)
		}
	}
}

// WaitFor is Eventually for a condition; what is said where it does not come true.
func WaitFor(t testing.TB, within time.Duration, what string, done func() bool) time.Duration {
	t.Helper()
	missing := errors.New(what)
	return Eventually(t, within, func() error {
		if done() {
			return nil
		}
		return missing
	})
}
