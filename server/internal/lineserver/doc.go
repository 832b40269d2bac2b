// Package tcp carries lines: it accepts, counts, times, writes and closes, and
// knows nothing of the trade. Five rules (after mox and Ergo):
//
//  1. One request at a time per connection; parallelism is more connections.
//  2. Never write to a socket while holding a lock.
//  3. Only the connection's own goroutine may wait for its socket; others drop
//     events into its box.
//  4. Every wait has a deadline.
//  5. Commit first, publish after.
package lineserver
