package cluster

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

const (
	// enterPause is how often Enter reads the heartbeat of a process that conflicts.
	enterPause = 250 * time.Millisecond
	// alonePause is how often UntilAlone reads whether the others have left.
	alonePause = 200 * time.Millisecond
	// leavingState is what a process that stops says of itself.
	leavingState = "part"
)

// ErrPeer is another process on the same stores with which this one cannot live:
// it has the same name, or another rule.
var ErrPeer = errors.New("serveurs en désaccord")

// peer is another process on the same stores.
type peer struct {
	proc, instance, rule, state string
	heartbeat                   string // when its last one came, on Redis's clock
	conflicts                   bool   // it has this process's name, or another rule
}

// conflicting gives those that conflict with this process.
func conflicting(all []peer) []peer {
	return slices.DeleteFunc(slices.Clone(all), func(p peer) bool { return !p.conflicts })
}

// heartbeats has the heartbeat of each process at which it was first seen: one with a
// later heartbeat lives, the others may have died lately.
type heartbeats map[string]string

// alive notes the heartbeats of list, and gives one of its processes that lives, nil
// where none is known to.
func (h heartbeats) alive(list []peer) (alive *peer) {
	for proc := range h {
		if !slices.ContainsFunc(list, func(p peer) bool { return p.proc == proc }) {
			delete(h, proc)
		}
	}
	for i, p := range list {
		if first, known := h[p.proc]; !known {
			h[p.proc] = p.heartbeat
		} else if first != p.heartbeat {
			alive = &list[i]
		}
	}
	return alive
}

// Enter takes this process's name among those that share its stores. It waits until
// processes that conflict and send no more heartbeats (a server that was killed and
// starts again) have expired, and for Redis. Errors: ErrPeer for one that lives.
func (h *Hub) Enter(ctx context.Context) error {
	conflicts := make(heartbeats)
	for logged := false; ; logged = true {
		all, err := h.peers(ctx, true)
		list := conflicting(all)
		switch {
		case err != nil && ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && !errors.Is(err, store.ErrUnavailable):
			return err
		case err == nil && len(list) == 0:
			return nil
		case err != nil && !logged:
			h.Log.Warn("en attente de Redis pour rejoindre les autres serveurs", "erreur", err)
		case err == nil:
			if p := conflicts.alive(list); p != nil {
				return h.conflictError(p)
			}
			if !logged {
				h.Log.Info("un serveur de même nom, ou d'une autre règle, s'est annoncé il y a peu ; s'il ne vit plus, sa place se libère dans quelques secondes", "serveur", list[0].instance)
			}
		}
		if wait.For(ctx, enterPause) != nil {
			return context.Cause(ctx)
		}
	}
}

// peers reads the other processes and, with enter set, enters this one in the same
// step if none conflicts.
func (h *Hub) peers(ctx context.Context, enter bool) ([]peer, error) {
	ctx, cancel := context.WithTimeout(ctx, store.RedisTimeout)
	defer cancel()
	answer, err := store.Eval(ctx, h.DB, store.Call{
		Script: peersScript, Keys: h.keys()[:2],
		Args: []any{life.Milliseconds(), keyPrefix, h.proc, h.Instance, h.Rule, keyLife.Milliseconds(), enter},
	})
	if err != nil {
		return nil, fmt.Errorf("cluster: peers: %w", err)
	}
	const fields = 6
	all, ok := answer.([]any)
	if !ok || len(all)%fields != 0 {
		return nil, errSnapshot
	}
	var list []peer
	staying := int64(0)
	for row := range slices.Chunk(all, fields) {
		text := func(j int) string { s, _ := row[j].(string); return s }
		p := peer{proc: text(0), heartbeat: text(1), instance: text(2), rule: text(3), state: text(4), conflicts: text(5) == "1"}
		if p.state != leavingState {
			staying++
		}
		list = append(list, p)
	}
	h.staying.Store(staying)
	return list, nil
}

// conflictError says what another process has against this one, and what to do.
func (h *Hub) conflictError(p *peer) error {
	if p.instance == h.Instance {
		return fmt.Errorf("%w : un autre serveur nommé « %s » tourne sur les mêmes magasins ; donnez un autre nom à celui-ci (ETU_INSTANCE), ou arrêtez l'autre d'abord",
			ErrPeer, h.Instance)
	}
	theirs := make(map[string]string)
	for setting := range strings.FieldsSeq(p.rule) {
		name, value, _ := strings.Cut(setting, "=")
		theirs[name] = value
	}
	var differences []string
	for setting := range strings.FieldsSeq(h.Rule) {
		name, own, _ := strings.Cut(setting, "=")
		if value, both := theirs[name]; both && value != own {
			differences = append(differences, fmt.Sprintf("%s vaut %s ici et %s là-bas", name, own, value))
		}
	}
	return fmt.Errorf("%w : le serveur « %s » tourne sur les mêmes magasins avec une autre règle : %s ; donnez les mêmes valeurs à tous, ou arrêtez d'abord ceux qui ont l'ancienne",
		ErrPeer, p.instance, strings.Join(differences, ", "))
}

// goneAfter is how many readings in a row must lack a process before the log says
// that it is gone: an emptied Redis has it again with its next heartbeat.
const goneAfter = 3

// peerLog has the other processes of which the log says that they are there.
type peerLog map[string]*loggedPeer

type loggedPeer struct {
	peer
	missing int // from so many readings in a row
}

// update says in the log who came and who is gone.
func (l peerLog) update(log *slog.Logger, list []peer) {
	for _, p := range l {
		p.missing++
	}
	for _, p := range list {
		if l[p.proc] == nil {
			log.Info("un autre serveur est là", "serveur", p.instance)
		}
		l[p.proc] = &loggedPeer{peer: p}
	}
	for proc, p := range l {
		if p.missing == goneAfter {
			delete(l, proc)
			log.Info("un autre serveur n'est plus là", "serveur", p.instance, "annonce", p.state == leavingState)
		}
	}
}

// watchPeers logs, once a second, who came and went, and reports a process that Enter
// would not have let in: Redis was emptied, or this process stood still while its name
// was taken.
func (h *Hub) watchPeers(ctx context.Context) {
	conflicts, others := make(heartbeats), make(peerLog)
	wait.Every(ctx, heartbeatEvery, func() {
		all, err := h.peers(ctx, false)
		if err != nil {
			return // heartbeatLoop logs it
		}
		others.update(h.Log, all)
		var problem error
		if p := conflicts.alive(conflicting(all)); p != nil {
			problem = h.conflictError(p)
		}
		h.Health.Report(h.Log, "regle", problem)
	})
}

// Leaving announces, with the next heartbeat, that this process stops, so that the
// others no longer count it as an alternative for their clients.
func (h *Hub) Leaving() { h.leaving.Store(true) }

// Alone says that clients could go to no other process, as of the last reading.
func (h *Hub) Alone() bool { return h.staying.Load() == 0 }

// UntilAlone waits until Alone is true; it returns false when ctx ended first.
func (h *Hub) UntilAlone(ctx context.Context) bool {
	for !h.Alone() {
		if wait.For(ctx, alonePause) != nil {
			return false
		}
	}
	return true
}

// state is what a process says of itself with each heartbeat.
func (h *Hub) state() string {
	if h.leaving.Load() {
		return leavingState
	}
	return ""
}
