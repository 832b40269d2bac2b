package ledger

import "etuservices/server/internal/store"

// Scripts gives the package's Lua to the bare drivers of server/bench, which do
// the same work in Redis with nothing around it.
func Scripts() (take, look *store.Script) { return reserveScript, usageScript }

// WindowKeys gives, for the same bare drivers, a user's windows of logins and
// of calls, each with its "known" mark.
func WindowKeys(u User) []string {
	keys := u.windowKeys()
	return keys[:]
}
