package main

import (
	"fmt"
	"testing"

	"etuservices/server/internal/testenv"
)

// TestClassroomBehindOneAddress: two hundred students behind one NAT register,
// mistype, log in and work at the same time, with the defaults. The address is not a trusted one.
func TestClassroomBehindOneAddress(t *testing.T) {
	t.Parallel()
	classroom(t, start(t, testenv.Real(t), nobodyExempt))
}

func classroom(t *testing.T, server *process) {
	const students = 200
	var counts tally
	storm(students, func(i int) {
		name := fmt.Sprintf("e%d", i)
		c, err := chaosDial(server.Addr)
		if err != nil {
			counts.Add(reply{}, err)
			return
		}
		defer c.nc.Close()
		lines := []string{
			fmt.Sprintf("INSCRIPTION %[1]s %[1]s@univ.fr P N %[2]s", name, password),
			fmt.Sprintf("AUTH %s mauvais-mot", name),
			fmt.Sprintf("AUTH %s %s", name, password),
			"VENTE livre 1 Réseaux",
			"ARTICLES",
			"MESVENTES",
		}
		for _, line := range lines {
			counts.Add(c.Try("%s", line))
		}
	})
	counts.Want(t, "a classroom", map[string]int{"OK": 5 * students, "ECHEC": students})
}
