package admin

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"time"

	"etuservices/client/internal/api"
	"etuservices/protocol"
)

// A user near the limit is shown before being refused, behind those who were
// refused, and no longer than what is known is true.
func TestQuotaUse(t *testing.T) {
	all := quotaUses{}
	minute := func(m int) time.Time { return noon.Add(time.Duration(m) * time.Minute) }
	call := func(m int, login string, used int) {
		all.happened(api.Activity{At: minute(m), Type: "VENTE", Login: login, Fields: protocol.Fields{
			{Key: "utilise", Value: strconv.Itoa(used)}, {Key: "max", Value: "10"},
		}}, 10*time.Minute)
	}
	refuse := func(m int, login, code string) {
		all.happened(api.Activity{At: minute(m), Type: "REFUS", Login: login, Fields: protocol.Fields{{Key: "code", Value: code}}}, 10*time.Minute)
	}
	wants := func(m int, want ...string) {
		t.Helper()
		var got []string
		for _, s := range all.list(minute(m - 10)) {
			got = append(got, fmt.Sprintf("%s %d %d", s.login, s.times, s.used))
		}
		if !slices.Equal(got, want) {
			t.Errorf("after %d min: %q, want %q", m, got, want)
		}
	}
	call(0, "far", 7)
	call(0, "eight", 8)
	call(0, "full", 10)
	refuse(0, "wrong", "ECHEC")
	refuse(0, "", "QUOTA")
	refuse(0, "over", "QUOTA")
	refuse(1, "over", "QUOTA")
	refuse(2, "full", "QUOTA")
	wants(2, "full 1 10", "over 2 0", "eight 0 8")
	call(3, "eight", 2) // the window was emptied, or went by
	wants(3, "full 1 10", "over 2 0")
	wants(11, "full 1 10", "over 2 0")
	wants(12, "full 1 10")
	wants(13)
	refuse(20, "over", "QUOTA") // begins anew
	wants(20, "over 1 0")
}
