package link

import "time"

// Phase is where a link stands.
type Phase uint8

// The phases. A user is told of Offline only.
const (
	// Connecting: the first attempt, or the first after a loss, is under way.
	Connecting Phase = iota
	// Online: requests are sent as they come.
	Online
	// Offline: attempts failed; the next one is at RetryAt. Requests wait.
	Offline
	// Idle: the server closed an unused connection; the next request opens a new
	// one.
	Idle
	// Closed: Close was called, or Options.Once and it is over.
	Closed
)

// String gives the phase's name, for logs and tests.
func (p Phase) String() string {
	return [...]string{"connecting", "online", "offline", "idle", "closed"}[p]
}

// State is what is known of the link.
type State struct {
	Phase   Phase
	Since   time.Time // of this phase
	Attempt int       // 1 for the first since the loss; 0 when online
	RetryAt time.Time // Offline: the next attempt; zero while it is under way
	Err     error     // Offline, Closed: why
	Server  string    // the instance that greeted us last
	// Generation counts the connections made: what was shown under an earlier
	// one may be stale, events in between were missed.
	Generation int
}

func (l *Link) setState(s State) {
	l.mu.Lock()
	defer l.mu.Unlock()
	s.Since = time.Now()
	if s.Phase == l.state.Phase {
		s.Since = l.state.Since
	}
	s.Generation = l.gen
	if s.Server == "" {
		s.Server = l.state.Server
	}
	l.state = s
	select { // newest wins; setState is the only writer, under the lock
	case <-l.change:
	default:
	}
	l.change <- s
}
