package main

import (
	"os"
	"runtime"
	"testing"
	"time"
)

func TestCPUTimeGrowsWithWork(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("there is no /proc")
	}
	before := cpuTime(os.Getpid())
	for until := time.Now().Add(10 * time.Second); cpuTime(os.Getpid()) < before+2*tick; {
		if time.Now().After(until) {
			t.Fatal("ten seconds of work are no time")
		}
	}
	if cpuTime(-1) != 0 {
		t.Error("a process that is not there has used time")
	}
}
