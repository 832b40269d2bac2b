// Package store opens everything that remembers: SQL, which is the truth, and
// Redis, which is the cache. Without settings it opens embedded stores that
// speak the same SQL tables and the same Redis commands.
//
// It knows nothing of the trade: no query of accounts or articles stands here.
package store
