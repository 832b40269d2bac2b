package protocol_test

import (
	"errors"
	"testing"

	"etuservices/protocol"
)

func TestParsePrice(t *testing.T) {
	for s, want := range map[string]int64{
		"0": 0, "0.00": 0, "0,00": 0, "4": 400, "4.5": 450, "4.50": 450, "4,5": 450, "4,50": 450,
		"0.01": 1, "9999.99": 999_999, "9999,99": 999_999, "0004.50": 450,
	} {
		if got, err := protocol.ParsePrice(s); err != nil || got != want {
			t.Errorf("%q = %d, %v; want %d", s, got, err, want)
		}
	}
	for _, s := range []string{
		"", " ", ".", ",", "4.", "4,", ".5", ",5", "4.505", "10000", "10000.00", "9999.991", "-1", "+1", "-0",
		"4.5.0", "4,5,0", "4.,5", "1,234.50", "1 000", "1e3", "0x10", "NaN", "Inf", "4€", "٤", "4.5 ",
		"99999999999999999999999999", "4.-5", "4.+5",
	} {
		if got, err := protocol.ParsePrice(s); !errors.Is(err, protocol.ErrPrice) {
			t.Errorf("%q = %d, %v; want ErrPrice", s, got, err)
		}
	}
}

func TestFormatPriceReadsBack(t *testing.T) {
	for cents, want := range map[int64]string{0: "0.00", 1: "0.01", 10: "0.10", 450: "4.50", 999_999: "9999.99"} {
		if got := protocol.FormatPrice(cents); got != want {
			t.Errorf("%d is %q, want %q", cents, got, want)
		}
	}
	for cents := int64(0); cents <= protocol.MaxPriceCents; cents += 7 {
		if got, err := protocol.ParsePrice(protocol.FormatPrice(cents)); err != nil || got != cents {
			t.Fatalf("%d reads back as %d, %v", cents, got, err)
		}
	}
}
