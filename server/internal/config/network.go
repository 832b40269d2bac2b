package config

import "net/netip"

// subscriber is what one subscriber of an IPv6 network has at least (RFC 6177):
// to count its addresses one by one would be to count none.
const subscriber = 64

// Network is what every limit by address counts: an IPv4 address, or the /64 of
// an IPv6 one.
func Network(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(subscriber); err == nil {
			ip = p.Masked().Addr()
		}
	}
	return ip
}

// NetworkOf is Network of an address as text; what is none is its own network (a
// test's pipe).
func NetworkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	return Network(ip).String()
}
