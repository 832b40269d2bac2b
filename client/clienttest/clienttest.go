// Package clienttest is the client without its screens, for the tests of the
// server: what they need of client/internal/api, which they cannot import.
package clienttest

import "etuservices/client/internal/api"

// What a client and its calls take.
type (
	Options = api.Options
	Query   = api.Query
	Sale    = api.Sale
)

// New makes a client that connects at its first call.
func New(opt Options) *api.Client { return api.New(opt) }
