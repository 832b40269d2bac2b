package session_test

import (
	"testing"

	"etuservices/protocol"
	"etuservices/server/internal/testenv"
)

// TestCommonPasswordsAreRefused where a password is chosen, and nowhere else.
func TestCommonPasswordsAreRefused(t *testing.T) {
	h := newTestServer(t, testenv.Embedded(t), plenty)
	c := h.connect(t)
	a := c.Refused("INSCRIPTION dora dora@univ.fr Dora Durand Azertyuiop", protocol.INVALIDE)
	if got := a.Fields.Get("champ"); got != "motdepasse" {
		t.Errorf("champ=%s", got)
	}
	c.Must("INSCRIPTION dora dora@univ.fr Dora Durand motdepasse")
	c.Refused("AUTH dora azertyuiop", protocol.ECHEC) // compared, not judged
	c.Must("AUTH dora motdepasse")
	c.Refused("MOTDEPASSE motdepasse 12345678", protocol.INVALIDE)
}
