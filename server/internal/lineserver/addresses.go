package lineserver

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxAddresses bounds the memory of who came lately; at the bound, addresses
// without a connection are forgotten.
const maxAddresses = 10_000

// addresses counts the connections of each address: open ones, and new ones
// over a minute.
type addresses struct {
	maxOpen   int
	perMinute int
	exempt    []netip.Prefix

	mu  sync.Mutex
	all map[netip.Addr]*address
}

type address struct {
	open  int
	fresh *rate.Limiter
}

// ipOf gives a client's address; ok is false for what has none (a test's pipe).
func ipOf(remote net.Addr) (ip netip.Addr, ok bool) {
	ap, err := netip.ParseAddrPort(remote.String())
	return ap.Addr().Unmap().WithZone(""), err == nil
}

// contains says whether an address is in one of the networks.
func contains(nets []netip.Prefix, ip netip.Addr) bool {
	return slices.ContainsFunc(nets, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// enter counts a new connection of a network, or says how long it must wait.
func (a *addresses) enter(network netip.Addr) (wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.all) >= maxAddresses {
		a.forget()
	}
	one := a.all[network]
	if one == nil {
		one = &address{fresh: rate.NewLimiter(rate.Every(time.Minute/time.Duration(a.perMinute)), a.perMinute)}
		a.all[network] = one
	}
	if one.open >= a.maxOpen {
		return time.Second // as soon as one of them leaves
	}
	if r := one.fresh.Reserve(); r.Delay() > 0 {
		wait = r.Delay()
		r.Cancel()
		return wait
	}
	one.open++
	return 0
}

func (a *addresses) leave(network netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one := a.all[network]; one != nil {
		one.open--
	}
}

func (a *addresses) forget() {
	for ip, one := range a.all {
		if one.open == 0 {
			delete(a.all, ip)
		}
	}
}
