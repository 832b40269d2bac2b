package quota

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"etuservices/server/store"
)

const (
	// repayEvery is the pause between two tries to give back what is owed: a Redis
	// that hangs is waited for by the try itself, one that is gone is asked often
	// enough to be caught when it comes back.
	repayEvery = 100 * time.Millisecond
	// repayBatch bounds one round trip.
	repayBatch = 256
)

// redisClock estimates Redis's clock from what it last told, so that a script can
// be told until when its caller waits. In a Cluster it is the clock of the node
// that answered last; where it is wrong, the script says so and is asked again.
type redisClock struct {
	began time.Time
	ahead atomic.Int64 // milliseconds; 0 while nothing is known: everything is late
}

// saw notes what Redis told, a moment ago at the latest.
func (c *redisClock) saw(now int64) {
	c.ahead.Store(now - time.Since(c.began).Milliseconds() - 1) // both are cut
}

// at is what Redis's clock shows at a moment, or a little less.
func (c *redisClock) at(t time.Time) int64 { return t.Sub(c.began).Milliseconds() + c.ahead.Load() }

// debts are the slots that are to be given back and of which Redis did not
// confirm it. They are given back before anything else of their user, and by
// themselves as soon as Redis answers; what is older than a window has left it.
type debts struct {
	count atomic.Int64 // of all users: there are none, nearly always

	mu      sync.Mutex
	of      map[string]map[string]debt // by login and slot
	working bool                       // somebody repays in the background
}

type debt struct {
	slot  Slot
	since time.Time
}

func (d *debts) add(slot Slot) {
	d.mu.Lock()
	defer d.mu.Unlock()
	user := d.of[slot.User.Login]
	if user == nil {
		if d.of == nil {
			d.of = make(map[string]map[string]debt)
		}
		user = make(map[string]debt)
		d.of[slot.User.Login] = user
	}
	if _, there := user[slot.ID]; !there {
		d.count.Add(1)
	}
	user[slot.ID] = debt{slot, time.Now()}
}

// list gives the slots owed to a user, "" for all users.
func (d *debts) list(login string) (slots []Slot) {
	if d.count.Load() == 0 {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if login != "" {
		for _, debt := range d.of[login] {
			slots = append(slots, debt.slot)
		}
		return slots
	}
	for _, user := range d.of {
		for _, debt := range user {
			slots = append(slots, debt.slot)
		}
	}
	return slots
}

// paid forgets a slot that was given back by something sent at that moment, unless
// Redis may still take it after that; and one that has left the window by itself.
func (d *debts) paid(slot Slot, sent time.Time, confirmed bool, window time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	user := d.of[slot.User.Login]
	debt, there := user[slot.ID]
	if !there || time.Since(debt.since) < window && (!confirmed || sent.Before(slot.open)) {
		return
	}
	d.count.Add(-1)
	if delete(user, slot.ID); len(user) == 0 {
		delete(d.of, slot.User.Login)
	}
}

// begin says whether somebody must begin to repay in the background.
func (d *debts) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.working || len(d.of) == 0 {
		return false
	}
	d.working = true
	return true
}

// end says whether whoever repays may end.
func (d *debts) end() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.working = len(d.of) > 0
	return !d.working
}

// GiveBack frees a slot whose work was not committed, also when ctx has ended.
// Where Redis does not confirm it now, it does before this user's next answer.
func (k *Keeper) GiveBack(ctx context.Context, slot Slot) {
	k.debts.add(slot)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), store.RedisTimeout)
	defer cancel()
	if err := k.repay(ctx, slot.User.Login); err != nil {
		k.log.Debug("place de quota rendue dès que Redis répondra", "login", slot.User.Login, "erreur", err)
	}
	if k.debts.begin() {
		k.settling.Go(k.repayAll)
	}
}

// repay gives back what is owed to a user. Its error is that of a Redis that did
// not answer: what it refused to do, it is asked again.
func (k *Keeper) repay(ctx context.Context, login string) error {
	slots := k.debts.list(login)
	for len(slots) > 0 {
		n := min(repayBatch, len(slots))
		if err := k.repaySome(ctx, slots[:n]); err != nil {
			return err
		}
		slots = slots[n:]
	}
	return nil
}

func (k *Keeper) repaySome(ctx context.Context, slots []Slot) (silent error) {
	calls := make([]store.Call, len(slots))
	for i, slot := range slots {
		calls[i] = k.release(slot, true)
	}
	sent := time.Now()
	for i, err := range store.Each(ctx, k.stores.Redis.DB0, calls...) {
		k.debts.paid(slots[i], sent, err == nil, k.rule.Window)
		if err != nil && !store.Refusal(err) {
			silent = err
		}
	}
	return silent
}

// repayAll repays until nothing is owed any more.
func (k *Keeper) repayAll() {
	for closing := false; !closing; {
		select {
		case <-k.closing: // once more, then the ledger tells the next process
			closing = true
		case <-time.After(repayEvery):
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*store.RedisTimeout)
		_ = k.repay(ctx, "")
		cancel()
		if k.debts.end() {
			return
		}
	}
}

// release is the call that ends a slot's part in a repeatable call, and frees the
// slot where it is told to.
func (k *Keeper) release(slot Slot, free bool) store.Call {
	keys := []string{windowKey(slot.User, slot.Kind)}
	if slot.ref != "" {
		keys = append(keys, refKey(slot.User, slot.ref))
	}
	return store.Call{Script: releaseScript, Keys: keys, Args: []any{slot.ID, flag(free), k.rule.Window.Milliseconds()}}
}
