package page

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"etuservices/client/internal/api"
	"etuservices/client/internal/i18n"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

func TestNextServiceFromOwnCalls(t *testing.T) {
	var s QuotaState
	s.Set(api.Quotas{Services: api.Quota{Used: 0, Max: 10, Left: 10, Window: 10 * time.Minute}}, noon)
	s.Spend(api.Quota{Used: 1, Max: 10, Left: 9}, noon)
	s.Spend(api.Quota{Used: 2, Max: 10, Left: 8}, noon.Add(time.Minute))
	if at := s.Services.Next; !at.Equal(noon.Add(10 * time.Minute)) {
		t.Errorf("next at %v", at)
	}
	if s.Due(noon.Add(70 * time.Second)) {
		t.Error("due although nothing changed")
	}
	later := noon.Add(10*time.Minute + time.Second)
	if !s.Due(later) {
		t.Error("not due although one came back")
	}
	s.Set(api.Quotas{Services: api.Quota{Used: 1, Max: 10, Left: 9, Window: 10 * time.Minute}}, later)
	if at := s.Services.Next; !at.Equal(noon.Add(11 * time.Minute)) {
		t.Errorf("the second at %v", at)
	}
}

func TestNextServiceUnknownForCallsOfAnotherRun(t *testing.T) {
	var s QuotaState
	s.Set(api.Quotas{Services: api.Quota{Used: 3, Max: 10, Left: 7, Window: 10 * time.Minute}}, noon)
	s.Spend(api.Quota{Used: 4, Max: 10, Left: 6}, noon)
	if at := s.Services.Next; !at.IsZero() {
		t.Errorf("next at %v: three calls were made nobody knows when", at)
	}
}

func TestReplayIsNoCall(t *testing.T) {
	var s QuotaState
	s.Set(api.Quotas{Services: api.Quota{Used: 0, Max: 10, Left: 10}}, noon)
	s.Spend(api.Quota{Used: 1, Max: 10, Left: 9}, noon)
	s.Spend(api.Quota{Used: 1, Max: 10, Left: 9}, noon.Add(time.Minute))
	if len(s.spent) != 1 {
		t.Errorf("%d calls noted", len(s.spent))
	}
}

func TestServerToldNext(t *testing.T) {
	var s QuotaState
	s.Set(api.Quotas{Services: api.Quota{Used: 10, Max: 10, Next: noon.Add(time.Minute)}}, noon)
	if at := s.Services.Next; !at.Equal(noon.Add(time.Minute)) {
		t.Errorf("next at %v", at)
	}
	if !s.Due(noon.Add(61 * time.Second)) {
		t.Error("not due at the instant that the server named")
	}
}

func TestLoadDropsStaleAnswers(t *testing.T) {
	e := &Env{Ctx: context.Background(), Now: func() time.Time { return noon }, After: func(time.Duration, tea.Msg) {}}
	var l Load[int]
	thens := 0
	ask := func(n int, err error) Delivery {
		l.Start(e, func(context.Context) (int, error) { return n, err }, func() { thens++ })
		return e.Commands()().(Delivery)
	}
	first := ask(1, nil)
	second := ask(2, nil)
	if first.Deliver(); l.Has || thens != 0 {
		t.Error("an answer that is no longer wanted was taken")
	}
	if second.Deliver(); l.Data != 2 || thens != 1 {
		t.Error("the answer was not taken")
	}
	if ask(0, errors.New("x")).Deliver(); l.Err == nil || l.Data != 2 || !l.Has || thens != 2 {
		t.Error("a failure lost what was there, or was not told")
	}
	late := ask(3, nil)
	e.GiveUp()
	if late.Deliver(); l.Data != 2 || thens != 2 {
		t.Error("an answer that was given up was taken: another user would see it")
	}
	if e.Busy() {
		t.Error("all answers came, and one is still awaited")
	}
}

// A quota that no honest server tells is drawn, and nothing is computed from it.
func TestMadQuota(t *testing.T) {
	const window = 10 * time.Minute
	for _, q := range []api.Quota{
		{Used: -1, Max: 10, Window: window},
		{Used: 1 << 40, Max: 1, Window: window},
		{Used: -1, Max: -1, Left: -1, Window: window},
		{Used: math.MinInt, Max: 10, Window: window},
		{Used: 1, Max: 10},
		{Window: window},
	} {
		var s QuotaState
		s.Spend(api.Quota{Used: 1, Max: 10, Left: 9}, time.Now())
		s.Set(api.Quotas{Services: q, Connections: q}, time.Now())
		if at := s.Services.Next; !at.IsZero() {
			t.Errorf("%+v: the next one at %s", q, at)
		}
	}
}

// TestItems: figures alone where the word would be cut.
func TestItems(t *testing.T) {
	e := &Env{T: i18n.T{Lang: i18n.French}}
	for w, want := range map[int]string{11: "11 articles", 10: "11", 0: "11"} {
		if got := strings.ReplaceAll(Items(e, 11, w), "\u00a0", " "); got != want {
			t.Errorf("in %d cells: %q, want %q", w, got, want)
		}
	}
}
