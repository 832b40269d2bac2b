//go:build profile

package main

import (
	"net"
	"net/http"
	_ "net/http/pprof" // registers its handlers
	"os"
)

// Built with -tags profile, and so never in a server that is shipped, a server
// gives its profiles on the Unix socket that ETU_PROFILE_SOCKET names:
// curl --unix-socket PATH http://server/debug/pprof/profile.
func init() {
	socket := os.Getenv("ETU_PROFILE_SOCKET")
	if socket == "" {
		return
	}
	listener, err := net.Listen("unix", socket)
	if err != nil {
		panic(err)
	}
	go func() { _ = http.Serve(listener, nil) }() //nolint:gosec // only who may open the socket connects
}
