//go:build unix

package cli

import (
	"fmt"
	"syscall"
)

// files looks at the number of files that the process may hold open.
func files(r *report, conns int) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		r.say(false, "limite de fichiers : "+err.Error(), "ulimit -n")
		return
	}
	need := uint64(conns + spareFiles)
	r.say(uint64(limit.Max) >= need, fmt.Sprintf("fichiers ouverts : %d permis, pour %d connexions", limit.Max, conns),
		fmt.Sprintf("ulimit -n %d (systemd : LimitNOFILE=%d), ou baissez ETU_MAX_CONNS", need, need))
}
