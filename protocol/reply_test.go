package protocol_test

import (
	"testing"
	"time"

	"etuservices/protocol"
)

func TestOut(t *testing.T) {
	var o protocol.Writer
	o.OK("ETUSERVICES").Int("proto", protocol.Version).Str("serveur", "a").Text("Bienvenue…")
	o.Row().Int("id", -7).Str("titre", "Le Petit Prince").Price("prix", 450).End()
	at := time.Date(2026, 11, 21, 15, 0, 0, 123_999_999, time.FixedZone("CET", 3600))
	o.Row().Time("publie", at).Time("vendu", time.Time{}).End()
	o.OK("PONG").End()
	o.Err(protocol.QUOTA).Str("quota", "services").Int("apres", 600).Text("Attendez\r\n10 minutes.\x1b")
	o.Event("ANNONCE").Text("")
	o.Raw("+OK VENTE id=1")
	want := "+OK ETUSERVICES proto=1 serveur=a :Bienvenue…\r\n" +
		"| id=-7 titre=\"Le Petit Prince\" prix=4.50\r\n" +
		"| publie=2026-11-21T14:00:00.123Z vendu=\"\"\r\n" +
		"+OK PONG\r\n" +
		"-ERR QUOTA quota=services apres=600 :Attendez\ufffd\ufffd10 minutes.\ufffd\r\n" +
		"! ANNONCE :\r\n" +
		"+OK VENTE id=1\r\n"
	if got := string(o.Bytes()); got != want || o.Len() != len(want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
}

// A reply that cannot be finished is never half sent.
func TestOutTruncate(t *testing.T) {
	var o protocol.Writer
	o.OK("PONG").End()
	n := o.Len()
	o.Row().Int("id", 1).End()
	o.Row().Int("id", 2)
	o.Truncate(n)
	o.Err(protocol.INDISPONIBLE).Int("apres", 5).End()
	if got := string(o.Bytes()); got != "+OK PONG\r\n-ERR INDISPONIBLE apres=5\r\n" {
		t.Errorf("%q", got)
	}
	if o.Reset(); o.Len() != 0 {
		t.Error("Reset leaves something")
	}
	o.OK("PONG").End()
	if o.Release(); o.Len() != 0 || o.Bytes() != nil {
		t.Error("Release leaves something")
	}
	if o.OK("PONG").End(); string(o.Bytes()) != "+OK PONG\r\n" {
		t.Errorf("after Release: %q", o.Bytes())
	}
}
