package lineserver

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"etuservices/server/internal/config"
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

// key is what is limited: the client's network. ok is false for what is no IP address (a test's pipe).
func (a *addresses) key(remote net.Addr) (ip netip.Addr, ok bool) {
	ap, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return netip.Addr{}, false
	}
	return config.Network(ap.Addr()), true
}

// isExempt says whether limits per address leave a client alone: what has no IP
// address (a test's pipe), too.
func (a *addresses) isExempt(remote net.Addr) bool {
	_, hasIP := a.key(remote)
	return !hasIP || contains(a.exempt, remote)
}

// contains says whether an address is in one of the networks.
func contains(nets []netip.Prefix, remote net.Addr) bool {
	ap, err := netip.ParseAddrPort(remote.String())
	if err != nil {
		return false
	}
	ip := ap.Addr().Unmap().WithZone("")
	return slices.ContainsFunc(nets, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// enter counts a new connection, or says how long its address must wait.
func (a *addresses) enter(ip netip.Addr) (wait time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.all) >= maxAddresses {
		a.forget()
	}
	if a.all == nil {
		a.all = make(map[netip.Addr]*address)
	}
	one := a.all[ip]
	if one == nil {
		one = &address{fresh: rate.NewLimiter(rate.Every(time.Minute/time.Duration(a.perMinute)), a.perMinute)}
		a.all[ip] = one
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

func (a *addresses) leave(ip netip.Addr) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if one := a.all[ip]; one != nil {
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
