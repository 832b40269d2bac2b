package stats

import "etuservices/server/internal/store"

// Scripts gives the package's Lua to the bare drivers of server/bench, which do
// the same work in Redis with nothing around it.
func Scripts() (best, calls, journal *store.Script) { return bestScript, callsScript, journalScript }

// Keys are the boards', for the same bare drivers.
var Keys = struct {
	Last, Total, LoginMark    string   // in database 0
	Calls, Services, CallMark string   // in database 1
	Call                      []string // what the script of calls is given
}{
	Last: keyLast, Total: keyTotal, LoginMark: keyLoginMark,
	Calls: keyCalls, Services: keyService, CallMark: keyCallMark,
	Call: callKeys,
}
