// Package cli is the server's own commands, for whoever can log in on its host:
// accounts, tables, boards, and a doctor. What they do holds at once on the
// servers that run, and stands in the audit under "~serveur".
package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"etuservices/server/internal/admin"
	"etuservices/server/internal/stats"
)

// ErrUsage is a command that is not written so.
var ErrUsage = errors.New("usage")

// Usage of all commands, for people.
const Usage = `Commandes (les options se donnent après, ou par l'environnement) :
  user add LOGIN EMAIL PRENOM NOM [admin]   ouvrir un compte
  user import FICHIER.csv                   ouvrir les comptes d'un fichier (email, prénom, nom[, login]) ;
                                            affiche une seule fois leurs mots de passe, en CSV
  user passwd LOGIN                         donner un mot de passe, à changer à la connexion
  user block LOGIN RAISON…                  bloquer un compte et fermer ses sessions
  user unblock LOGIN                        le rouvrir
  user raz LOGIN                            vider ses deux fenêtres de quota
  user role LOGIN etudiant|admin            changer son rôle et fermer ses sessions
  user delete LOGIN [RAISON…]               supprimer un compte ; ses ventes restent, sans nom
  user show LOGIN                           un compte et ce qu'il a fait en dernier
  user list [MOT…]                          les comptes
  export DOSSIER [--bom] [--virgule]        écrire comptes, connexions, appels, refus et ventes en CSV ;
                                            --virgule : prix à virgule, colonnes à point-virgule
  migrate                                   créer ou mettre à jour les tables
  boards rebuild                            rebâtir les tableaux depuis le registre
  backup FICHIER                            copier les magasins embarqués, serveur en marche ou non
  restore FICHIER                           les remettre, serveur arrêté ; ce qui était là est gardé
  doctor                                    vérifier réglages, magasins, horloges, limites
Un mot de passe est demandé, ou lu dans ETU_PASSWORD ; jamais une option.
`

// Tool is what commands work with.
type Tool struct {
	Terminal
	Admin  *admin.Admin
	Boards *stats.Boards
}

// Split parts a command line into the words of a command, its flags among them, and
// the server's options behind them; no words is no command: the server itself.
func Split(args []string) (words, options []string) {
	n := 0
	for n < len(args) && !strings.HasPrefix(args[n], "-") {
		n++
	}
	words = slices.Clone(args[:n])
	c, _ := find(words)
	for _, option := range args[n:] {
		if c != nil && slices.Contains(c.flags, option) {
			words = append(words, option)
		} else {
			options = append(options, option)
		}
	}
	return words, options
}

// Check says whether words are a command, before any store is opened.
func Check(words []string) error {
	if c, _ := find(words); c == nil {
		return fmt.Errorf("%w : commande inconnue ou incomplète : %s\n%s", ErrUsage, strings.Join(words, " "), usageOf(words[0]))
	}
	return nil
}

// usageOf gives the lines of Usage for the commands that begin so, all of them
// where none does.
func usageOf(first string) string {
	var lines []string
	for line := range strings.Lines(Usage) {
		if strings.HasPrefix(line, "  "+first+" ") {
			lines = append(lines, line)
		}
	}
	if lines == nil {
		return Usage
	}
	return strings.Join(lines, "")
}

// command is one of them: its first words, how many follow at least, at most
// (-1: any number), its own flags, which stand behind them.
type command struct {
	name        string
	least, most int
	run         func(ctx context.Context, t *Tool, args []string) error
	flags       []string
}

var commands = []command{
	{"user add", 4, 5, add, nil},
	{"user import", 1, 1, importRoster, nil},
	{"user passwd", 1, 1, passwd, nil},
	{"user block", 2, -1, block, nil},
	{"user unblock", 1, 1, unblock, nil},
	{"user raz", 1, 1, raz, nil},
	{"user role", 2, 2, role, nil},
	{"user delete", 1, -1, remove, nil},
	{"user show", 1, 1, show, nil},
	{"user list", 0, -1, list, nil},
	{"export", 1, 1, export, []string{flagBOM, flagComma}},
	{"migrate", 0, 0, migrate, nil},
	{"boards rebuild", 0, 0, rebuild, nil},
	{Doctor, 0, 0, nil, nil}, // this and the next run before the stores are open
	{Backup, 1, 1, nil, nil},
	{Restore, 1, 1, nil, nil},
}

// Doctor is the command that looks at stores which may not open.
const Doctor = "doctor"

// find gives the command that words are, and the words behind its name; nil where they
// are none.
func find(words []string) (c *command, args []string) {
	for i := range commands {
		c := &commands[i]
		name := strings.Fields(c.name)
		if len(words) < len(name) || !slices.Equal(words[:len(name)], name) {
			continue
		}
		args, given := words[len(name):], 0
		for _, word := range args {
			if !slices.Contains(c.flags, word) {
				given++
			}
		}
		if given >= c.least && (c.most < 0 || given <= c.most) {
			return c, args
		}
	}
	return nil, nil
}

// Run runs a command that Check found good.
func (t *Tool) Run(ctx context.Context, words []string) error {
	c, args := find(words)
	if c == nil || c.run == nil {
		return ErrUsage
	}
	return c.run(ctx, t, args)
}

func migrate(_ context.Context, t *Tool, _ []string) error { // opening the stores did it
	fmt.Fprintln(t, "tables à jour")
	return nil
}

func rebuild(ctx context.Context, t *Tool, _ []string) error {
	if err := t.Boards.Rebuild(ctx); err != nil {
		return err
	}
	fmt.Fprintln(t, "tableaux rebâtis depuis le registre")
	return nil
}
