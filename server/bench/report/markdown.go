package report

import (
	"fmt"
	"io"
	"strings"
)

const intro = `# Mesures

Écrit par ` + "`make bench`" + `. Le serveur, et à côté de lui un **pilote nu** qui fait
dans Redis et en SQL exactement ce que fait le verbe (mêmes bibliothèques, mêmes
réglages, mêmes scripts, mêmes instructions) et rien d'autre. L'un après l'autre,
tour à tour, sur la même machine : seuls les **rapports** ont un sens, la médiane
de ceux des tours.

- PING, QUOTA, STATS : le pilote est derrière un serveur de lignes nu (une
  goroutine par connexion), donc avec le même saut TCP.
- VENTE, ACHAT : le pilote est appelé directement, sans réseau ; les lignes
  « même saut TCP » le mettent derrière le serveur de lignes nu.
- AUTH : argon2id seul, avec autant de vérificateurs que le serveur.
- ETUDIANTS : un mélange de tout, en boucle ouverte à un débit donné ; les temps
  comptent depuis l'instant où la requête était due.
- « 1 000 → n » : les mêmes questions à mille comptes et articles et à n, tour à
  tour, dans un MariaDB qui a la place pour n (1 Gio ; dans ses 128 Mio d'origine
  un ACHAT attend le disque). Deux mots communs qui se rencontrent peu : la
  première fois que des mots communs sont demandés à un serveur, il lit toute la
  liste et apprend à côté où ils sont ; ensuite il le sait, quels que soient ceux
  qu'on demande ensemble.
- CPU : ce qu'une requête coûte au processus qui la sert (Linux), tous cœurs
  confondus ; les magasins ont le leur.
- Le maximum des quotas est relevé des deux côtés pour que rien ne soit refusé ;
  MariaDB a ses réglages d'origine, Redis ne garde rien sur disque ; les deux côtés
  les joignent par la boucle locale (TCP).
`

// WriteMarkdown writes what is kept beside the benchmark.
func WriteMarkdown(w io.Writer, r Result) {
	m := r.Machine
	fmt.Fprint(w, intro)
	fmt.Fprintf(w, "\n%s, %d cœurs", m.System, m.Cores)
	if m.MemoryGiB > 0 {
		fmt.Fprintf(w, ", %d Gio de mémoire", m.MemoryGiB)
	}
	fmt.Fprintf(w, ", %s, MariaDB %s (`innodb_flush_log_at_trx_commit=%d`), Redis %s ; fsync médian %d µs.\n",
		m.Go, m.MariaDB, m.FlushAtCommit, m.Redis, m.SyncMicros)
	if m.Load > 0 {
		fmt.Fprintf(w, "Charge de la machine au départ : %.1f (0 : rien d'autre n'y travaillait).\n", m.Load)
	}
	fmt.Fprintf(w, "%s, %d connexions, %d tours de %v de chaque côté.\n", m.Date, r.Conns, r.Rounds, r.Time)
	begun := false
	for _, line := range lines(r) {
		switch {
		case line == nil:
			begun = false
		case begun:
			writeLine(w, line)
		default:
			begun = true
			fmt.Fprintln(w)
			writeLine(w, line)
			fmt.Fprintln(w, "|---"+strings.Repeat("|---:", len(line)-1)+"|")
		}
	}
}

func writeLine(w io.Writer, line []string) {
	fmt.Fprintln(w, "| "+strings.Join(line, " | ")+" |")
}
