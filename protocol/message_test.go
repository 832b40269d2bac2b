package protocol_test

import (
	"errors"
	"reflect"
	"testing"

	"etuservices/protocol"
)

type fields = protocol.Fields

func TestParseMessage(t *testing.T) {
	for line, want := range map[string]protocol.Message{
		`+OK PONG`: {Mark: protocol.MarkOK, Word: "PONG"},
		`+OK ETUSERVICES proto=1 serveur=a :Bienvenue…`: {
			Mark: protocol.MarkOK, Word: "ETUSERVICES", Fields: fields{{"proto", "1"}, {"serveur", "a"}}, Text: "Bienvenue…",
		},
		`-ERR NO :Commande inconnue : x=1`: {Mark: protocol.MarkErr, Word: "NO", Text: "Commande inconnue : x=1"},
		`-ERR PLUS_TARD apres=3`:           {Mark: protocol.MarkErr, Word: "PLUS_TARD", Fields: fields{{"apres", "3"}}},
		`| id=1 titre="dit \"Nana\" \\ =" prix=4.50`: {
			Mark: protocol.MarkRow, Fields: fields{{"id", "1"}, {"titre", `dit "Nana" \ =`}, {"prix", "4.50"}},
		},
		`| titre="" description=`: {Mark: protocol.MarkRow, Fields: fields{{"titre", ""}, {"description", ""}}},
		`! ANNONCE :`:             {Mark: protocol.MarkEvent, Word: "ANNONCE"},
		`! STATS commandes_s=1`:   {Mark: protocol.MarkEvent, Word: "STATS", Fields: fields{{"commandes_s", "1"}}},
	} {
		got, err := protocol.ParseMessage(line)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s:\n got %+v, %v\nwant %+v", line, got, err, want)
		}
	}
}

func TestParseMessageRefuses(t *testing.T) {
	for _, line := range []string{
		``, `+`, `+OK`, `+OK `, `+OK  id=1`, `+OK pong`, `+OK :text`, `+OK id=1`, `OK PONG`, `+ok PONG`, ` +OK PONG`,
		`-ERR`, `-ERR :x`, `|`, `|id=1`, `| id`, `| id=1 x`, `| =1`, `| Id=1`, `| é=1`, `! `, `!VENDU`,
		`+OK PONG x`, `+OK PONG id="1`, `+OK PONG id="1"x`, `+OK PONG id="\n"`, "+OK PONG :\xff", "-ERR \xff",
		`HTTP/1.1 400 Bad Request`, `220 smtp`, `SSH-2.0-OpenSSH`,
	} {
		if m, err := protocol.ParseMessage(line); !errors.Is(err, protocol.ErrMessage) || !reflect.DeepEqual(m, protocol.Message{}) {
			t.Errorf("%q: %+v, %v; want ErrMessage and nothing else", line, m, err)
		}
	}
}

func TestMessageKinds(t *testing.T) {
	for line, want := range map[string]struct {
		code protocol.Code
		ends bool
	}{
		`+OK QUOTA`:    {"", true},
		`-ERR QUOTA`:   {protocol.QUOTA, true},
		`| id=1`:       {"", false},
		`! VENDU id=1`: {"", false},
	} {
		m, err := protocol.ParseMessage(line)
		if err != nil || m.Code() != want.code || m.Ends() != want.ends {
			t.Errorf("%s: code %q, ends %v, %v", line, m.Code(), m.Ends(), err)
		}
	}
}
