package site

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"etuservices/server/bench/report"
	"etuservices/server/internal/spawn"
)

// Machine describes where the measures are taken, in general terms.
func (s *Stores) Machine(ctx context.Context) (m report.Machine, err error) {
	place, err := s.Open(ctx)
	if err != nil {
		return m, err
	}
	defer place.Close()
	m = report.Machine{
		Load: loadAverage(),
		Date: time.Now().UTC().Format(time.DateOnly), Cores: runtime.GOMAXPROCS(0), MemoryGiB: memory(),
		System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
	}
	if err := place.Stores.SQL.Read.QueryRowContext(ctx, `SELECT VERSION(), @@innodb_flush_log_at_trx_commit`).
		Scan(&m.MariaDB, &m.FlushAtCommit); err != nil {
		return m, fmt.Errorf("site: %w", err)
	}
	m.MariaDB, _, _ = strings.Cut(m.MariaDB, "-") // the rest names the packager
	info, err := place.Stores.Redis.DB0.Info(ctx, "server").Result()
	if err != nil {
		return m, fmt.Errorf("site: %w", err)
	}
	_, version, _ := strings.Cut(info, "redis_version:")
	m.Redis, _, _ = strings.Cut(version, "\r\n")
	m.SyncMicros, err = syncTime()
	return m, err
}

// memory is the machine's, in GiB, where Linux tells it; 0 elsewhere.
func memory() int {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return 0
	}
	var kib int
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err != nil {
		return 0
	}
	return (kib + 1<<19) >> 20
}

// loadAverage is the last minute's, where Linux tells it; 0 elsewhere.
func loadAverage() (load float64) {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return 0
	}
	if _, err := fmt.Sscan(string(text), &load); err != nil {
		return 0
	}
	return load
}

// syncs is how many writes the disk is asked to make sure of: some tens of
// milliseconds on an SSD.
const syncs = 101

// syncTime is the median time of one, in microseconds, where the stores'
// folders are.
func syncTime() (int64, error) {
	dir, remove, err := spawn.TempDir()
	if err != nil {
		return 0, err
	}
	defer remove()
	f, err := os.CreateTemp(dir, "sync")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	times := make([]time.Duration, syncs)
	for i := range times {
		start := time.Now()
		if _, err := f.Write(make([]byte, 512)); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[syncs/2].Microseconds(), nil
}
