package cluster

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/wait"
)

var (
	//go:embed peers.lua
	peersText   string
	peersScript = store.NewScript(peersText)
)

const (
	// enterPause between two looks at a process that is in the way: it beats
	// every second.
	enterPause = 250 * time.Millisecond
	// alonePause between two looks whether the others have left.
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
	beat                        string // when it last beat, on Redis's clock
	against                     bool   // it is in the way
}

// conflicting are those that are in the way.
func conflicting(all []peer) []peer {
	return slices.DeleteFunc(slices.Clone(all), func(p peer) bool { return !p.against })
}

// peerConflicts tells peers that beat from those that died lately: theirs have beaten
// again since they were first seen.
type peerConflicts struct{ first map[string]string }

func (r *peerConflicts) beating(list []peer) (alive *peer) {
	first := make(map[string]string)
	for i, p := range list {
		seen, known := r.first[p.proc]
		if !known {
			seen = p.beat
		}
		first[p.proc] = seen
		if alive == nil && p.beat != seen {
			alive = &list[i]
		}
	}
	r.first = first
	return alive
}

// Enter takes this process's name among those that share its stores. It waits
// for those in its way that no longer beat (a server that was killed and starts
// again), and for Redis. Errors: ErrPeer for one that beats.
func (h *Hub) Enter(ctx context.Context) error {
	var seen peerConflicts
	for said := false; ; {
		all, err := h.peers(ctx, true)
		list := conflicting(all)
		switch {
		case err != nil && ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && !errors.Is(err, store.ErrUnavailable):
			return err
		case err != nil:
			if !said {
				h.Log.Warn("en attente de Redis pour rejoindre les autres serveurs", "erreur", err)
			}
			said = true
		case len(list) == 0:
			return nil
		default:
			if p := seen.beating(list); p != nil {
				return h.disagrees(p)
			}
			if !said {
				h.Log.Info("un serveur de même nom, ou d'une autre règle, s'est annoncé il y a peu ; s'il ne vit plus, sa place se libère dans quelques secondes", "serveur", list[0].instance)
			}
			said = true
		}
		if wait.For(ctx, enterPause) != nil {
			return context.Cause(ctx)
		}
	}
}

// peers asks for the others, and enters where none is in the way.
func (h *Hub) peers(ctx context.Context, enter bool) ([]peer, error) {
	ctx, cancel := context.WithTimeout(ctx, store.RedisTimeout)
	defer cancel()
	flag := "0"
	if enter {
		flag = "1"
	}
	answer, err := store.Eval(ctx, h.DB, store.Call{
		Script: peersScript, Keys: h.keys()[:2],
		Args: []any{life.Milliseconds(), keyPrefix, h.proc, h.Instance, h.Rule, keyLife.Milliseconds(), flag},
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
		p := peer{proc: text(0), beat: text(1), instance: text(2), rule: text(3), state: text(4), against: text(5) == "1"}
		if p.state != leavingState {
			staying++
		}
		list = append(list, p)
	}
	h.staying.Store(staying)
	return list, nil
}

// disagrees says what another process has against this one, and what to do.
func (h *Hub) disagrees(p *peer) error {
	if p.instance == h.Instance {
		return fmt.Errorf("%w : un autre serveur nommé « %s » tourne sur les mêmes magasins ; donnez un autre nom à celui-ci (ETU_INSTANCE), ou arrêtez l'autre d'abord",
			ErrPeer, h.Instance)
	}
	own, theirs := settings(h.Rule), settings(p.rule)
	var differences []string
	for _, setting := range strings.Fields(h.Rule) {
		name, _, _ := strings.Cut(setting, "=")
		if value, both := theirs[name]; both && value != own[name] {
			differences = append(differences, fmt.Sprintf("%s vaut %s ici et %s là-bas", name, own[name], value))
		}
	}
	return fmt.Errorf("%w : le serveur « %s » tourne sur les mêmes magasins avec une autre règle : %s ; donnez les mêmes valeurs à tous, ou arrêtez d'abord ceux qui ont l'ancienne",
		ErrPeer, p.instance, strings.Join(differences, ", "))
}

// settings are those of a rule, NAME=value with blanks between.
func settings(rule string) map[string]string {
	all := make(map[string]string)
	for _, setting := range strings.Fields(rule) {
		if name, value, ok := strings.Cut(setting, "="); ok {
			all[name] = value
		}
	}
	return all
}

// goneAfter looks in which a process is not there, it is said to be gone: an
// emptied Redis has it again with its next beat.
const goneAfter = 3

// peerLog is the other processes, as the log was last told.
type peerLog struct {
	known map[string]peer
	gone  map[string]int // looks in a row in which a known one was not there
}

// look says in the log who came and who is gone.
func (c *peerLog) look(log *slog.Logger, list []peer) {
	gone := make(map[string]int)
	here := make(map[string]peer, len(list))
	for _, p := range list {
		if here[p.proc] = p; c.known[p.proc].proc == "" {
			log.Info("un autre serveur est là", "serveur", p.instance)
		}
	}
	for proc, p := range c.known {
		if _, there := here[proc]; there {
			continue
		}
		if gone[proc] = c.gone[proc] + 1; gone[proc] < goneAfter {
			here[proc] = p
			continue
		}
		delete(gone, proc)
		log.Info("un autre serveur n'est plus là", "serveur", p.instance, "annonce", p.state == leavingState)
	}
	c.known, c.gone = here, gone
}

// watchPeers looks, with every beat, who came and went, and whether somebody came
// that Enter would not have let in: Redis was emptied, or this process stood still
// while its name was taken.
func (h *Hub) watchPeers(ctx context.Context) {
	var seen peerConflicts
	var others peerLog
	wait.Every(ctx, heartbeatEvery, func() {
		all, err := h.peers(ctx, false)
		if err != nil {
			return // the heartbeat says it
		}
		others.look(h.Log, all)
		list := conflicting(all)
		var problem error
		if p := seen.beating(list); p != nil {
			problem = h.disagrees(p)
		}
		h.Health.Report(h.Log, "regle", problem)
	})
}

// Leaving tells the other processes that this one stops: clients that leave them
// no longer land here.
func (h *Hub) Leaving() { h.leaving.Store(true) }

// Alone says that no other process is there that clients could go to, as far as
// Redis last told.
func (h *Hub) Alone() bool { return h.staying.Load() == 0 }

// UntilAlone waits until that is so; it is false when ctx ended first.
func (h *Hub) UntilAlone(ctx context.Context) bool {
	for !h.Alone() {
		if wait.For(ctx, alonePause) != nil {
			return false
		}
	}
	return true
}

// state is what a process says of itself with each beat.
func (h *Hub) state() string {
	if h.leaving.Load() {
		return leavingState
	}
	return ""
}
