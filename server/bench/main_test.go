package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"etuservices/server/bench/bare"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// The sizes of the measures; TestBenchmarksRun has smaller ones.
var (
	conns        = flag.Int("conns", 64, "connections of a side")
	users        = flag.Int("users", 1000, "accounts of a measure")
	large        = flag.Int("large", 1_000_000, "accounts and articles of the large side of BenchmarkScale")
	scaleLedger  = flag.Int("scale-ledger", 0, "rows of the ledger of a third side of BenchmarkScale; 0: no such side")
	idle         = flag.Int("idle", 15_000, "connections of BenchmarkIdle")
	settle       = flag.Duration("settle", 20*time.Second, "time to give memory back in BenchmarkIdle")
	rowsOfLedger = flag.Int("ledger", 100_000, "rows of the ledger in BenchmarkStart")
)

// bareVariable makes this test binary the bare line server on the stores that
// the environment names: its value is the window's length.
const (
	bareVariable    = "ETU_BENCH_BARE"
	groupedVariable = "ETU_BENCH_GROUPED"
)

func TestMain(m *testing.M) {
	if window := os.Getenv(bareVariable); window != "" {
		fmt.Fprintln(os.Stderr, serveBare(context.Background(), window))
		os.Exit(1)
	}
	testenv.Main(m)
}

// serveBare serves until the process is killed.
func serveBare(ctx context.Context, window string) error {
	stores, err := store.Open(ctx, store.Options{MySQLDSN: os.Getenv("ETU_MYSQL_DSN"), RedisURL: os.Getenv("ETU_REDIS_URL")})
	if err != nil {
		return err
	}
	length, err := time.ParseDuration(window)
	if err != nil {
		return err
	}
	driver, err := bare.New(ctx, stores, ledger.Rule{Max: unlimited, Window: length}, os.Getenv(groupedVariable) != "")
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	offer := eachOffer()
	fmt.Println("listening on", listener.Addr())
	return bare.Serve(listener, func() bare.Handler { return driver.Handler(ctx, offer) })
}

var built struct {
	sync.Once
	path string
	err  error
}

// serverProgram is the server, built once.
func serverProgram(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		built.path = filepath.Join(testenv.SharedTempDir(t), "etuservices-server")
		if out, err := exec.Command("go", "build", "-o", built.path, "etuservices/server").CombinedOutput(); err != nil {
			built.err = fmt.Errorf("go build: %w: %s", err, out)
		}
	})
	if built.err != nil {
		t.Fatal(built.err)
	}
	return built.path
}

// TestBenchmarksRun runs the benchmarks that differ in kind once, in small, on the
// real server: each side does its work, and none is refused.
func TestBenchmarksRun(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds the server and starts it for every measure")
	}
	testenv.Real(t) // skips where MariaDB or Redis is missing
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), self, "-test.run=^$", "-test.bench=^Benchmark(Read|Call|Embedded|Idle|Start|Allocs)$", "-test.benchtime=1x",
		"-conns=2", "-users=20", "-large=500", "-idle=10", "-settle=0s", "-ledger=100").CombinedOutput()
	if err != nil || bytes.Contains(out, []byte("--- FAIL")) {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, want := range []string{
		"Read/PING/side=server", "Read/PING/side=bare", "Read/PING/side=redis", "Read/PING16/side=server",
		"Read/QUOTA/side=grouped", "Read/STATS/side=server", "Read/AUTH/side=server", "Read/AUTH/side=hash", "Read/Resume/side=server",
		"Call/VENTE/side=server", "Call/VENTE/side=bare", "Call/VENTE/side=grouped", "Call/VENTE/side=direct", "Call/ACHAT/side=direct",
		"Embedded/VENTE/side=server", "Embedded/VENTE/side=bare", "Allocs/PING/side=server", "Idle", "Start",
	} {
		if !bytes.Contains(out, []byte("Benchmark"+want)) {
			t.Errorf("no figure for %s", want)
		}
	}
	if t.Failed() {
		t.Logf("%s", out)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, args := range [][]string{
		{}, {"-drive", "x:1", "-students", "0"}, {"-drive", "x:1", "-time", "-1s"}, {"-nix"}, {"-drive", "x:1", "PING"}, {"-drive", " , "},
	} {
		if _, err := parse(args, io.Discard); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	o, err := parse([]string{"-drive", "a:1, b:2"}, io.Discard)
	if err != nil || strings.Join(o.addrs, " ") != "a:1 b:2" || o.time != 3*time.Minute {
		t.Errorf("%+v, %v", o, err)
	}
}
