package admin

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"etuservices/client/internal/api"
)

func names(a alerts) (all []string) {
	for _, one := range a.list {
		state := ""
		if one.seen {
			state += " seen"
		}
		if !one.ended.IsZero() {
			state += " ended"
		}
		all = append(all, fmt.Sprint(one.kind, " ", one.server, state))
	}
	return all
}

func wants(t *testing.T, a alerts, want ...string) {
	t.Helper()
	if got := names(a); !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A figure over its threshold for a moment is no alert, one about it rings once,
// and what is over and seen leaves the list.
func TestAlertOfAFigure(t *testing.T) {
	var a alerts
	rings := 0
	second := func(n int, over bool) {
		if a.check(noon.Add(time.Duration(n)*time.Second), subject{kind: slow}, over, float64(n)) != nil {
			rings++
		}
	}
	second(0, true)
	second(1, true)
	second(2, false)
	wants(t, a)
	for i := 3; i < 60; i++ {
		second(i, i%7 != 0 || i < 12)
	}
	wants(t, a, "4 ")
	a.acknowledge()
	wants(t, a, "4  seen")
	if rings != 1 || a.list[0].most != 59 {
		t.Errorf("it rang %d times, at most %v", rings, a.list[0].most)
	}
	for i := 60; i < 75; i++ {
		second(i, false)
	}
	wants(t, a)
}

func TestAlertsOfServers(t *testing.T) {
	var a alerts
	minute := 0
	servers := func(all ...api.Instance) (rings int) {
		minute++
		return len(a.instances(noon.Add(time.Duration(minute)*time.Minute), all))
	}
	well := api.Instance{Name: "s1", MySQL: true, Redis: true}
	other := api.Instance{Name: "s2", MySQL: true, Redis: true}
	lost, noRedis := other, well
	lost.Lost, noRedis.Redis = true, false
	if n := servers(well, other); n != 0 {
		t.Errorf("%d alerts at the start", n)
	}
	if n := servers(noRedis, lost) + servers(noRedis, lost); n != 2 {
		t.Errorf("%d rings", n)
	}
	wants(t, a, "0 s2", "3 s1")
	servers(well, lost)
	wants(t, a, "0 s2", "3 s1 ended")
	servers(well) // a minute later nothing more is heard of it
	wants(t, a, "0 s2 ended", "3 s1 ended")
	a.acknowledge()
	wants(t, a)
	servers(well, other)
	servers(well)
	wants(t, a, "1 s2 ended")
}

func TestAlertsAreBounded(t *testing.T) {
	var a alerts
	for i := range 3 * maxAlerts {
		a.check(noon, subject{serverLost, fmt.Sprint(i)}, true, 0)
	}
	if len(a.list) != maxAlerts || a.unseen() != maxAlerts {
		t.Errorf("%d kept", len(a.list))
	}
}
