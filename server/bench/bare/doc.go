// Package bare does what a verb does in Redis and SQL, and nothing else: with
// the stores as the server opens them, its scripts and its statements, but no
// parsing, no check, no session, no deadline. What the server adds to that is
// its own cost. Commands that do not depend on each other share a round trip,
// as a driver written for nothing else would have it.
//
// A test in server/bench holds the commands of both against each other.
package bare
