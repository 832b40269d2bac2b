package config

import (
	"flag"
	"fmt"
	"time"
)

// Attempts bounds the guessing of passwords. A classroom is one address: what
// one address may do is generous, what it may do to one account is not. Nothing
// here ever locks an account, which would be a weapon against others.
type Attempts struct {
	PairMinute   int           // failures of one address on one account, a minute
	PairDay      int           // and a day, after which each guess waits DelayMax
	Address      int           // failures of one address, a minute
	Account      int           // failures on one account, an hour, for each Delay that an attempt waits
	Delay        time.Duration // before the password is checked
	DelayMax     time.Duration
	Registration int // accounts opened from one address, an hour
}

// DefaultAttempts with the reason of each number.
var DefaultAttempts = Attempts{
	PairMinute:   10,  // mox's
	PairDay:      50,  // mox's; it delays and never refuses: a classroom's owner would be out for a day
	Address:      300, // two hundred students who mistype once and a half
	Account:      20,  // servers.md: then each guess costs a second more
	Delay:        time.Second,
	DelayMax:     5 * time.Second, // an owner still gets in, in the time of a breath
	Registration: 400,             // two classes on their first day
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
