package config

import (
	"flag"
	"fmt"
	"net/netip"
	"time"
)

// Limits are the numbers that keep one connection from costing the others.
type Limits struct {
	LoginTime            time.Duration // to log in, from connecting, INSCRIPTION or DECONNEXION
	Idle                 time.Duration // between two requests of a logged-in user
	WriteTimeout         time.Duration // for one write to be taken by the client
	LingerTime           time.Duration // after a closing reply, so that it arrives
	LingerBytes          int64         // read and thrown away meanwhile
	HandshakeTime        time.Duration // of TLS, and for the PROXY header
	DrainTime            time.Duration // over which a stop spreads the goodbyes
	StopTime             time.Duration // for running requests to end after that
	HashWait             time.Duration // in the line for password checks
	Events               int           // waiting for a client that does not read
	NewPerMinute         int           // new connections of one address
	UnauthenticatedShare int           // 1/n of MaxConns may be unauthenticated
	PreAuthQueries       int           // AUTH and INSCRIPTION that ask the stores at once, before a password is hashed
	FloodBurst           int           // verbs that reach a store, at once, before FloodRate holds

	Attempts Attempts
}

// DefaultLimits are what is used where nothing is set; the reason of each stands beside it.
var DefaultLimits = Limits{
	LoginTime:     180 * time.Second, // a person types; absolute, so a slow-loris gains nothing
	Idle:          5 * time.Minute,   // below the 350 s of common balancers: we close, with a sentence
	WriteTimeout:  10 * time.Second,  // nats-server's; a reader that never reads ends here
	LingerTime:    time.Second,       // unread input at close would reset the connection
	LingerBytes:   1 << 20,           // and lose the last line
	HandshakeTime: 5 * time.Second,   // nsqd's; a real one takes a round trip or two
	DrainTime:     20 * time.Second,  // reconnecting clients must not fall upon the others at once
	StopTime:      5 * time.Second,   // longer than any store's time-out
	HashWait:      10 * time.Second,  // PROTOCOL.md §3.1, INDISPONIBLE
	NewPerMinute:  1200,              // two classes that open three connections each
	// Whoever only connects cannot keep out those who work.
	UnauthenticatedShare: 4,
	// Measured: unbounded, two hundred connections that guess took every
	// connection to MySQL, and those who are logged in got INDISPONIBLE. Each asks
	// for about a millisecond, so that four let thousands in a second.
	PreAuthQueries: 4,
	FloodBurst:     200, // PROTOCOL.md §7.4
	Events:         128, // a screenful or two; the rest is dropped, never waited for
	Attempts: Attempts{
		PairMinute:   10,  // mox's
		PairDay:      50,  // mox's; it delays and never refuses: a classroom's owner would be out for a day
		Address:      300, // two hundred students who mistype once and a half
		Account:      20,  // then each guess costs a second more
		Delay:        time.Second,
		DelayMax:     5 * time.Second, // the owner still gets in after a short wait
		Registration: 400,             // two classes on their first day
	},
}

func (l *Limits) register(fs *flag.FlagSet) {
	fs.DurationVar(&l.LoginTime, "login-time", l.LoginTime, "temps pour s'identifier (AUTH) après l'ouverture d'une connexion")
	fs.DurationVar(&l.Idle, "idle", l.Idle, "inactivité permise entre deux commandes")
	fs.DurationVar(&l.WriteTimeout, "write-timeout", l.WriteTimeout, "temps laissé au client pour lire une réponse")
	fs.DurationVar(&l.LingerTime, "linger-time", l.LingerTime, "attente après une dernière réponse")
	fs.Int64Var(&l.LingerBytes, "linger-bytes", l.LingerBytes, "octets lus et jetés après une dernière réponse")
	fs.DurationVar(&l.HandshakeTime, "handshake-time", l.HandshakeTime, "temps laissé à une poignée de main TLS")
	fs.DurationVar(&l.DrainTime, "drain-time", l.DrainTime, "temps sur lequel un arrêt (SIGTERM) étale les départs ; 0 : tous à la fois")
	fs.DurationVar(&l.StopTime, "stop-time", l.StopTime, "temps laissé aux commandes en cours à l'arrêt")
	fs.DurationVar(&l.HashWait, "hash-wait", l.HashWait, "attente permise avant une vérification de mot de passe")
	fs.IntVar(&l.NewPerMinute, "new-per-minute", l.NewPerMinute, "nouvelles connexions d'une adresse, par minute")
	fs.IntVar(&l.UnauthenticatedShare, "strangers-part", l.UnauthenticatedShare, "une place sur tant est pour qui n'est pas connecté")
	fs.IntVar(&l.PreAuthQueries, "door", l.PreAuthQueries, "anonymes qui interrogent les magasins à la fois (AUTH, INSCRIPTION)")
	fs.IntVar(&l.FloodBurst, "flood-burst", l.FloodBurst, "commandes d'un coup avant d'être ralenti")
	l.Attempts.register(fs)
	fs.IntVar(&l.Events, "events", l.Events, "événements gardés pour un client qui ne lit pas")
}

func (l *Limits) check() error {
	for _, d := range []time.Duration{l.LoginTime, l.Idle, l.WriteTimeout, l.LingerTime, l.HandshakeTime, l.StopTime, l.HashWait} {
		if d <= 0 {
			return fmt.Errorf("%w : une durée doit être positive", ErrInvalid)
		}
	}
	if l.Events < 1 || l.DrainTime < 0 || l.LingerBytes < 0 || l.NewPerMinute < 1 || l.UnauthenticatedShare < 1 || l.PreAuthQueries < 1 || l.FloodBurst < 1 {
		return fmt.Errorf("%w : un nombre doit être positif", ErrInvalid)
	}
	return l.Attempts.check()
}

// Attempts bounds the guessing of passwords. A classroom is one address: what
// one address may do is generous, what it may do to one account is not. Nothing
// here ever locks an account: anybody could lock out others.
type Attempts struct {
	PairMinute   int           // failures of one address on one account, a minute
	PairDay      int           // and a day, after which each guess waits DelayMax
	Address      int           // failures of one address, a minute
	Account      int           // failures on one account, an hour, for each Delay that an attempt waits
	Delay        time.Duration // before the password is checked
	DelayMax     time.Duration
	Registration int // accounts opened from one address, an hour
}

func (a *Attempts) register(fs *flag.FlagSet) {
	fs.IntVar(&a.PairMinute, "failures-minute", a.PairMinute, "échecs d'une adresse sur un compte, par minute")
	fs.IntVar(&a.PairDay, "failures-day", a.PairDay, "échecs d'une adresse sur un compte, par jour, au-delà desquels chaque essai attend le plus longtemps")
	fs.IntVar(&a.Address, "failures-address", a.Address, "échecs d'une adresse, par minute, tous comptes ensemble")
	fs.IntVar(&a.Account, "failures-account", a.Account, "échecs sur un compte, par heure, pour chaque --failure-delay d'attente de plus")
	fs.DurationVar(&a.Delay, "failure-delay", a.Delay, "attente ajoutée à chaque essai par --failures-account échecs sur le compte")
	fs.DurationVar(&a.DelayMax, "failure-delay-max", a.DelayMax, "attente la plus longue d'un essai de mot de passe")
	fs.IntVar(&a.Registration, "registrations", a.Registration, "comptes ouverts depuis une adresse, par heure")
}

func (a *Attempts) check() error {
	for _, n := range []int{a.PairMinute, a.PairDay, a.Address, a.Account, a.Registration} {
		if n < 1 {
			return fmt.Errorf("%w : les limites d'essais doivent être positives", ErrInvalid)
		}
	}
	if a.Delay < 0 || a.DelayMax < 0 {
		return fmt.Errorf("%w : une attente ne peut être négative", ErrInvalid)
	}
	return nil
}

// subscriber is what one subscriber of an IPv6 network has at least (RFC 6177):
// to count its addresses one by one would be to count none.
const subscriber = 64

// Network is what every limit by address counts: an IPv4 address, or the /64 of
// an IPv6 one.
func Network(ip netip.Addr) netip.Addr {
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(subscriber); err == nil {
			ip = p.Masked().Addr()
		}
	}
	return ip
}

// NetworkOf is Network of an address as text; what is none is its own network (a
// test's pipe).
func NetworkOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	return Network(ip).String()
}
