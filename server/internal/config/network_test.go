package config_test

import (
	"testing"

	"etuservices/server/internal/config"
)

// TestNetworkIsWhatOneSubscriberHas: whatever way an address is written.
func TestNetworkIsWhatOneSubscriberHas(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.1": "192.0.2.1", "::ffff:192.0.2.1": "192.0.2.1",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::", "2001:DB8:1:2:ffff::": "2001:db8:1:2::", "2001:db8:1:3::1": "2001:db8:1:3::",
		"fe80::1%eth0": "fe80::", "::1": "::", "pipe": "pipe", "": "",
	} {
		if got := config.NetworkOf(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}
