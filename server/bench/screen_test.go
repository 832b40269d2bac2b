package main

import "testing"

func TestBenchmarksAreRead(t *testing.T) {
	got := benchmarks([]byte("goos: linux\nBenchmarkKeyInCatalogue/move-2 \t 100\t 400000 ns/op\n" +
		"BenchmarkFirstFrame-2   100   9000000 ns/op   6.5 ms/frame\nPASS\n"))
	if got["KeyInCatalogue/move"]["ns/op"] != 400000 || got["FirstFrame"]["ms/frame"] != 6.5 || len(got) != 2 {
		t.Errorf("%v", got)
	}
}
