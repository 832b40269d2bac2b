package protocol

import (
	"errors"
	"strings"
)

// ErrPrice is a price out of bounds or not written as one.
var ErrPrice = errors.New("protocol: not a price between 0.00 and 9999.99")

// ParsePrice reads an amount ("4", "4.5", "4.50" or "4,50") into cents.
func ParsePrice(s string) (cents int64, err error) {
	s = strings.Replace(s, ",", ".", 1)
	units, fraction, found := strings.Cut(s, ".")
	if units == "" || found && (fraction == "" || len(fraction) > 2) {
		return 0, ErrPrice
	}
	if len(fraction) == 1 {
		fraction += "0"
	}
	if fraction == "" {
		fraction = "00"
	}
	for _, c := range []byte(units + fraction) {
		if c < '0' || c > '9' {
			return 0, ErrPrice
		}
		if cents = cents*10 + int64(c-'0'); cents > MaxPriceCents {
			return 0, ErrPrice
		}
	}
	return cents, nil
}

// FormatPrice writes cents as the wire does: 450 is "4.50".
func FormatPrice(cents int64) string { return string(appendPrice(nil, cents)) }
