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

	"etuservices/protocol/manual"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/stats"
)

// ErrUsage is a command that is not written so.
var ErrUsage = errors.New("usage")

// Usage of all commands, for people.
func Usage() string {
	return "Commandes (les options se donnent après, ou par l'environnement) :\n" + usageOf(nil) +
		"Un mot de passe est demandé, ou lu dans ETU_PASSWORD ; jamais une option.\n"
}

// Tool is what commands work with.
type Tool struct {
	Terminal
	Admin  *admin.Admin
	Boards *stats.Boards
}

// Split parts a command line into the words of a command, its flags among them as
// --name or --name=value, and the server's options behind them; no words is no command: the server itself.
func Split(args []string) (words, options []string) {
	n := 0
	for n < len(args) && !strings.HasPrefix(args[n], "-") {
		n++
	}
	words = slices.Clone(args[:n])
	c, _ := find(words)
	for args = args[n:]; len(args) > 0; args = args[1:] {
		option := strings.TrimPrefix(strings.TrimPrefix(args[0], "-"), "-")
		name, _, given := strings.Cut(option, "=")
		own := -1
		if c != nil && option != args[0] {
			own = slices.IndexFunc(c.Flags, func(o manual.Option) bool { return o.Name == name && (o.Arg != "" || !given) })
		}
		switch {
		case own < 0:
			options = append(options, args[0])
		case c.Flags[own].Arg != "" && !given && len(args) > 1:
			words = append(words, "--"+name+"="+args[1])
			args = args[1:]
		default:
			words = append(words, "--"+option)
		}
	}
	return words, options
}

// Check says whether words are a command, with flags that can be, before any store is
// opened.
func Check(words []string) error {
	c, args := find(words)
	if c == nil {
		return fmt.Errorf("%w : commande inconnue ou incomplète : %s\n%s", ErrUsage, strings.Join(words, " "), usageOf(words))
	}
	_, err := months(args)
	return err
}

// usageColumn is where the texts of commands begin.
const usageColumn = 36

// usageOf gives the usage of the commands that begin as words do, of all of them where
// none does.
func usageOf(words []string) string {
	var some, all []manual.Row
	for _, c := range Commands() {
		row := manual.Row{Usage: c.Usage(), Text: c.Help()}
		if all = append(all, row); len(words) > 0 && strings.HasPrefix(c.Words+" ", words[0]+" ") {
			some = append(some, row)
		}
	}
	if some == nil {
		some = all
	}
	return manual.List(usageColumn, some)
}

// Commands are the commands, as people type them.
func Commands() []manual.Command {
	list := make([]manual.Command, len(commands))
	for i, c := range commands {
		list[i] = c.Command
	}
	return list
}

// command is one of them: how many words follow its name at least, at most (-1: any
// number). Its own flags stand behind them.
type command struct {
	manual.Command
	least, most int
	run         func(ctx context.Context, t *Tool, args []string) error // nil: it runs before the stores are open
}

var commands = []command{
	{manual.Command{Words: "user add", Args: "LOGIN EMAIL PRENOM NOM [admin]", Text: "ouvrir un compte"}, 4, 5, add},
	{manual.Command{Words: "user import", Args: "FICHIER.csv", Text: "ouvrir les comptes d'un fichier (email, prénom, nom[, login]) ; " +
		"affiche une seule fois leurs mots de passe, en CSV"}, 1, 1, importRoster},
	{manual.Command{Words: "user passwd", Args: "LOGIN", Text: "donner un mot de passe, à changer à la connexion"}, 1, 1, passwd},
	{manual.Command{Words: "user block", Args: "LOGIN RAISON…", Text: "bloquer un compte et fermer ses sessions"}, 2, -1, block},
	{manual.Command{Words: "user unblock", Args: "LOGIN", Text: "le rouvrir"}, 1, 1, unblock},
	{manual.Command{Words: "user raz", Args: "LOGIN", Text: "vider ses deux fenêtres de quota"}, 1, 1, raz},
	{manual.Command{Words: "user role", Args: "LOGIN etudiant|admin", Text: "changer son rôle et fermer ses sessions"}, 2, 2, role},
	{manual.Command{Words: "user delete", Args: "LOGIN [RAISON…]", Text: "supprimer un compte ; ses ventes restent, sans nom"}, 1, -1, remove},
	{manual.Command{Words: "user show", Args: "LOGIN", Text: "un compte et ce qu'il a fait en dernier"}, 1, 1, show},
	{manual.Command{Words: "user list", Args: "[MOT…]", Text: "les comptes"}, 0, -1, list},
	{manual.Command{
		Words: "export", Args: "DOSSIER", Text: "écrire comptes, connexions, appels, refus et ventes en CSV",
		Flags: []manual.Option{{Name: flagBOM, Text: "pour un tableur"}, {Name: flagComma, Text: "prix à virgule, colonnes à point-virgule"}},
	}, 1, 1, export},
	{manual.Command{
		Words: "archive", Text: "ranger à part les connexions, appels et actes des mois passés, serveurs en marche",
		Flags: []manual.Option{{Name: flagMonths, Arg: "N", Text: "mois entiers qui restent avec celui en cours (défaut : 3)"}},
	}, 0, 0, archive},
	{manual.Command{Words: "reset", Text: "effacer articles, appels et connexions pour le groupe suivant ; " +
		"les comptes restent ; demandé deux fois"}, 0, 0, reset},
	{manual.Command{Words: Migrate, Text: "créer ou mettre à jour les tables"}, 0, 0, migrate},
	{manual.Command{Words: "boards rebuild", Text: "rebâtir les tableaux depuis le registre"}, 0, 0, rebuild},
	{manual.Command{Words: Backup, Args: "FICHIER", Text: "copier les magasins embarqués, serveur en marche ou non"}, 1, 1, nil},
	{manual.Command{Words: Restore, Args: "FICHIER", Text: "les remettre, serveur arrêté ; ce qui était là est gardé"}, 1, 1, nil},
	{manual.Command{Words: Doctor, Text: "vérifier réglages, magasins, horloges, limites"}, 0, 0, nil},
}

const (
	// Doctor is the command that looks at stores which may not open.
	Doctor = "doctor"
	// Migrate is the only command that makes stores where there are none.
	Migrate = "migrate"
)

// find gives the command that words are, and the words behind its name; nil where they
// are none.
func find(words []string) (c *command, args []string) {
	for i := range commands {
		c := &commands[i]
		name := strings.Fields(c.Words)
		if len(words) < len(name) || !slices.Equal(words[:len(name)], name) {
			continue
		}
		args, given := words[len(name):], 0
		for _, word := range args {
			if !strings.HasPrefix(word, "--") { // Split leaves no other than its flags
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
