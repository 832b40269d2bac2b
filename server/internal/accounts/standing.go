package accounts

import (
	"time"

	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// accountStatus is what an administrator decided of an account.
type accountStatus struct {
	state string        // quota.Active, or another
	until store.Instant // thrown out until then; zero: not
}

// refusal is why nobody may log in at a moment: nil or *Blocked.
func (s accountStatus) refusal(at time.Time) error {
	if s.state != ledger.Active {
		return &Blocked{}
	}
	if wait := s.until.Sub(at); !s.until.IsZero() && wait > 0 {
		return &Blocked{After: wait}
	}
	return nil
}
