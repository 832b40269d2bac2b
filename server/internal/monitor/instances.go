package monitor

import (
	"context"

	"etuservices/server/internal/cluster"
)

// Instance is a server with its latest figures.
type Instance struct {
	cluster.Instance
	// In hundredths: of a command a second, and of a millisecond.
	CommandsPerSecond, P99 int64
}

// Instances gives all servers, and those that were lost in the last minute.
func (m *Monitor) Instances(ctx context.Context) []Instance {
	var all []Instance
	for _, i := range m.hub.Instances(ctx) {
		r := decodeReport(i.Report)
		one := Instance{i, r.recentCommands * 100 / int64(slotTime.Seconds()), r.recentP99}
		if i.Lost {
			one.Sockets, one.Users, one.CommandsPerSecond, one.P99 = 0, 0, 0, 0
		}
		all = append(all, one)
	}
	return all
}
