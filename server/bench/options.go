package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"
)

// options are the command line's.
type options struct {
	verbs    []string // empty: all
	conns    int
	time     time.Duration
	rounds   int
	rate     float64
	json     string
	check    bool
	profiles string
	big      int // users and articles of ECHELLE
	idle     int // connections of REPOS
	users    int // of a place
	ledger   int // rows of DEMARRAGE

	drive    []string // servers that run already: they are driven, nothing is measured
	students int      // who drive them
}

var errOptions = errors.New("option invalide")

func parse(args []string, notes io.Writer) (o options, err error) {
	fs := flag.NewFlagSet("bench", flag.ContinueOnError)
	fs.SetOutput(notes)
	verbs := fs.String("verbs", "", "mesures à faire, séparées par des virgules (vide : toutes, et BENCHMARKS.md est récrit) : "+strings.Join(verbNames(), ", "))
	fs.IntVar(&o.conns, "conns", 64, "connexions")
	fs.DurationVar(&o.time, "time", 2*time.Second, "durée mesurée de chaque tour d'un côté")
	fs.IntVar(&o.rounds, "rounds", 5, "tours : serveur et pilote nu, l'un après l'autre")
	fs.Float64Var(&o.rate, "rate", 200, "requêtes par seconde de la mesure ETUDIANTS, en boucle ouverte")
	fs.StringVar(&o.json, "json", "", "fichier où écrire aussi les résultats en JSON (- : la sortie)")
	fs.BoolVar(&o.check, "check", false, "comparer à la dernière mesure gardée, échouer au-delà de 20 % de moins ; n'écrit rien")
	fs.StringVar(&o.profiles, "profile", "", "dossier où garder les profils (pprof) du serveur pendant ses tours")
	fs.IntVar(&o.big, "big", 1_000_000, "comptes et articles de la mesure ECHELLE, à côté de 1 000 (0 : ne pas la faire)")
	fs.IntVar(&o.idle, "idle", 15_000, "connexions au repos de la mesure REPOS (0 : ne pas la faire)")
	fs.IntVar(&o.users, "users", 1000, "comptes des autres mesures, deux par connexion au moins")
	fs.IntVar(&o.ledger, "ledger", 100_000, "lignes au registre de la mesure DEMARRAGE")
	drive := fs.String("drive", "", "adresses de serveurs qui tournent déjà, séparées par des virgules : des étudiants s’y inscrivent et y travaillent pendant -time, jusqu’à -rate commandes par seconde, avec des creux et des bosses ; rien d’autre n’est mesuré")
	fs.IntVar(&o.students, "students", 200, "étudiants de -drive")
	if err := fs.Parse(args); err != nil {
		return o, err
	}
	for addr := range strings.SplitSeq(*drive, ",") {
		if addr = strings.TrimSpace(addr); addr != "" {
			o.drive = append(o.drive, addr)
		}
	}
	if len(o.drive) > 0 && !given(fs, "time") {
		o.time = driveTime
	}
	if o.students < 1 || o.conns < 1 || o.time <= 0 || o.rounds < 1 || o.rate <= 0 || o.users < 1 || o.ledger < 1 || fs.NArg() > 0 {
		return o, fmt.Errorf("%w : des nombres positifs, et rien derrière les options", errOptions)
	}
	for v := range strings.SplitSeq(strings.ToUpper(*verbs), ",") {
		if v = strings.TrimSpace(v); v == "" {
			continue
		}
		if !known(v) {
			return o, fmt.Errorf("%w : pas de mesure %s ; il y a %s", errOptions, v, strings.Join(verbNames(), ", "))
		}
		o.verbs = append(o.verbs, v)
	}
	return o, nil
}

// given says whether an option stands on the command line.
func given(fs *flag.FlagSet, name string) (found bool) {
	fs.Visit(func(f *flag.Flag) { found = found || f.Name == name })
	return found
}
