package boards

import "etuservices/server/store"

// Scripts gives the package's Lua to the bare drivers of server/bench, which do
// the same work in Redis with nothing around it.
func Scripts() (best, calls, journal *store.Script) { return bestScript, callsScript, journalScript }
