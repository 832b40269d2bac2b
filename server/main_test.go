package main

import (
	"flag"
	"os"
	"testing"

	"github.com/alexedwards/argon2id"

	"etuservices/server/internal/hashing"
	"etuservices/server/internal/testenv"
)

// serveVariable makes this test binary the server, so that tests kill, stop and
// restart real processes of the very code under test, race detector included.
const serveVariable = "ETU_TEST_SERVE"

// costVariable makes it hash at the real cost and in another process, as users
// have it.
const costVariable = "ETU_TEST_COST"

// attackVariable makes this test binary something else, by name: what attacks
// must not share the process of who measures.
const attackVariable = "ETU_TEST_ATTACK"

var attacks = map[string]func(args []string) error{}

// testCost hashes in a fraction of a millisecond. No setting reaches it.
var testCost = argon2id.Params{Memory: 8, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func TestMain(m *testing.M) {
	if hashing.RunWorker(os.Args[1:]) {
		return
	}
	if attack := attacks[os.Getenv(attackVariable)]; attack != nil {
		if err := attack(os.Args[1:]); err != nil {
			os.Exit(complain(err, 1))
		}
		return
	}
	if os.Getenv(serveVariable) == "" {
		waitTogether()
		testenv.Main(m)
		return
	}
	hash := hashing.Options{Cost: testCost}
	if os.Getenv(costVariable) != "" {
		hash = hashing.Options{Cost: hashing.Cost, Worker: true}
	}
	os.Exit(program(os.Args[1:], hash))
}

// waitTogether lets more parallel tests run than there are cores, for most of
// them wait: for a window's edge, a time-out, a store that comes back.
func waitTogether() {
	const tests = "6"
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", tests)
	}
}
