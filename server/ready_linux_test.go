package main

import (
	"testing"

	"golang.org/x/sys/unix"

	"etuservices/server/internal/testenv"
)

// The disk of the embedded stores takes nothing more: a limit on the size of
// this process's files stands for it.
func TestFullDiskIsNotReady(t *testing.T) {
	t.Parallel()
	env := testenv.Embedded(t)
	server := start(t, env, "--metrics-addr", "127.0.0.1:0")
	register(t, server.Addr, "alice")
	alice := login(t, server.Addr, "alice")
	alice.Must("VENTE livre 1 Réseaux")
	server.becomes("at first")

	full := unix.Rlimit{Cur: 1, Max: unix.RLIM_INFINITY}
	room := unix.Rlimit{Cur: unix.RLIM_INFINITY, Max: unix.RLIM_INFINITY}
	var old unix.Rlimit
	if err := unix.Prlimit(server.cmd.Process.Pid, unix.RLIMIT_FSIZE, &full, &old); err != nil {
		t.Fatal(err)
	}
	server.becomes("full", "SQLite", "ETU_DATA")
	doctorFinds(t, env, "SQLite", "ETU_DATA")
	alice.Must("ARTICLES")
	alice.Refused("INDISPONIBLE", "VENTE livre 1 Réseaux")
	alice.Must("PING")
	if err := unix.Prlimit(server.cmd.Process.Pid, unix.RLIMIT_FSIZE, &room, nil); err != nil {
		t.Fatal(err)
	}
	server.becomes("room again")
	alice.worksAgain("VENTE livre 1 Réseaux")
}
