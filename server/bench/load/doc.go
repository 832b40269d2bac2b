// Package load is the load generator: workers that repeat an operation in a
// closed loop (the next one begins when the last one has ended) or in an open
// one (they arrive at a rate, whether the last ones have ended or not), and how
// long each took.
package load
