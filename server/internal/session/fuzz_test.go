package session_test

import (
	"strings"
	"testing"
)

// seeds are dialogues that go wrong somewhere, of people and of attackers.
var seeds = []string{
	"PING\r\nAIDE\nQUI\n\n \nQUITTER\nPING\n",
	"UP:alice:motdepasse\nSEND:1\nNB\nEND\n",
	"INSCRIPTION bob bob@univ.fr B M motdepasse\nAUTH bob motdepasse\nMOTDEPASSE motdepasse nouveaumot\nDECONNEXION\n",
	"VENTE livre 4.50 ref=a description=\"b c\" E=mc2\nACHAT 1 ref=a\nARTICLES q=é n=100 tri=-prix\nMESVENTES n=1\nMESACHATS\nRETRAIT 1\n",
	"STATS\nQUOTA\nSTATS TOP\nARTICLES apres=1-1 tri=prix\nREPRENDRE \"\"\n",
	"SUIVRE\nANNONCE a\nSESSIONS\nCOMPTES n=1\nEXPULSER bob minutes=1 b\nBLOQUER bob b\nDEBLOQUER bob\nRAZ bob\nSTOP\n",
	"NOUVEAUMDP bob motdepasse2\nINSCRIPTIONS fermees\nINSCRIPTIONS ouvertes\nSUPPRIMER bob b\nSUIVRE periode=1\nPING\n",
	"\xff\xfb\x01PING\xff\xf4\r\x00\nVENTE livre 1 \x1b[2J\xe2\x80\xa8\n\xef\xbb\xbf\xc3\x28\n",
	"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "QUIT HTTP/1.1\nPING\n", "\x16\x03\x01\x02\x00\x01", "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\nk\n",
	strings.Repeat("A", 3000), "PING\n" + strings.Repeat("\xff\xfa", 1100) + "\nPING\n",
	strings.Repeat("PING\nFAUX\nAIDE\n", 300),
}

// The fuzzers feed a whole connection in one state, its goroutine, its
// reader and its session, with bytes cut anywhere: never a panic, a hang, a
// reply too many or too few, one out of order, an event inside one, or a
// control character on its way out. (Give go test -fuzzminimizetime=20x: what
// runs in the background makes coverage differ from run to run, and minimizing
// for its default minute finds nothing.)

func FuzzAnonymous(f *testing.F)     { fuzz(f, anonymous) }
func FuzzStudent(f *testing.F)       { fuzz(f, student) }
func FuzzAdministrator(f *testing.F) { fuzz(f, administrator) }

func fuzz(f *testing.F, in state) {
	for i, seed := range seeds {
		f.Add([]byte(seed), []byte{byte(i), byte(i * 31)})
	}
	h := newFuzzServer(f)
	f.Fuzz(func(t *testing.T, stream, cuts []byte) {
		h.logs.Reset()
		if err := h.converse(t, in, stream, cuts); err != nil {
			t.Error(err)
		}
		if logs := h.logs.String(); strings.Contains(logs, "incident=") || strings.Contains(logs, "panique=") {
			t.Errorf("incident:\n%s", h.logs)
		}
	})
}
