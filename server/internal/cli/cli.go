// Package cli is the server's own commands, for whoever has the machine:
// accounts, tables, boards, and a doctor. What they do holds at once on the
// servers that run, and stands in the audit under "~serveur".
package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"

	"etuservices/server/internal/accounts"
	"etuservices/server/internal/admin"
	"etuservices/server/internal/stats"
)

// ErrUsage is a command that is not written so.
var ErrUsage = errors.New("usage")

// Usage of all commands, for people.
const Usage = `Commandes (les options se donnent après, ou par l'environnement) :
  user add LOGIN EMAIL PRENOM NOM [admin]   ouvrir un compte
  user passwd LOGIN                         donner un mot de passe, à changer à la connexion
  user block LOGIN RAISON…                  bloquer un compte et fermer ses sessions
  user unblock LOGIN                        le rouvrir
  user raz LOGIN                            vider ses deux fenêtres de quota
  user role LOGIN etudiant|admin            changer son rôle et fermer ses sessions
  user delete LOGIN [RAISON…]               supprimer un compte ; ses ventes restent, sans nom
  user show LOGIN                           un compte et ce qu'il a fait en dernier
  user list [MOT…]                          les comptes
  migrate                                   créer ou mettre à jour les tables
  boards rebuild                            rebâtir les tableaux depuis le registre
  backup FICHIER                            copier les magasins embarqués, serveur en marche ou non
  restore FICHIER                           les remettre, serveur arrêté ; ce qui était là est gardé
  doctor                                    vérifier réglages, magasins, horloges, limites
Un mot de passe est demandé, ou lu dans ETU_PASSWORD ; jamais une option.
`

// Tool is what commands work with.
type Tool struct {
	Accounts *accounts.Accounts
	Admin    *admin.Admin
	Boards   *stats.Boards
	// Password gives the password that a command needs.
	Password func() (string, error)
	Out      io.Writer
}

// Split parts a command line into the words of a command and the options behind
// them; no words is no command: the server itself.
func Split(args []string) (words, options []string) {
	n := 0
	for n < len(args) && !strings.HasPrefix(args[n], "-") {
		n++
	}
	return args[:n], args[n:]
}

// Check says whether words are a command, before any store is opened.
func Check(words []string) error {
	if find(words) == nil {
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
// (-1: any number).
type command struct {
	name        string
	least, most int
	run         func(ctx context.Context, t *Tool, args []string) error
}

var commands = []command{
	{"user add", 4, 5, add},
	{"user passwd", 1, 1, passwd},
	{"user block", 2, -1, block},
	{"user unblock", 1, 1, unblock},
	{"user raz", 1, 1, raz},
	{"user role", 2, 2, role},
	{"user delete", 1, -1, remove},
	{"user show", 1, 1, show},
	{"user list", 0, -1, list},
	{"migrate", 0, 0, migrate},
	{"boards rebuild", 0, 0, rebuild},
	{Doctor, 0, 0, nil}, // this and the next run before the stores are open
	{Backup, 1, 1, nil},
	{Restore, 1, 1, nil},
}

// Doctor is the command that looks at stores which may not open.
const Doctor = "doctor"

func find(words []string) *command {
	for i, c := range commands {
		name := strings.Fields(c.name)
		if len(words) < len(name) || strings.Join(words[:len(name)], " ") != c.name {
			continue
		}
		if n := len(words) - len(name); n >= c.least && (c.most < 0 || n <= c.most) {
			return &commands[i]
		}
	}
	return nil
}

// Run runs a command that Check found good.
func (t *Tool) Run(ctx context.Context, words []string) error {
	c := find(words)
	if c == nil || c.run == nil {
		return ErrUsage
	}
	return c.run(ctx, t, words[len(strings.Fields(c.name)):])
}

func migrate(_ context.Context, t *Tool, _ []string) error { // opening the stores did it
	fmt.Fprintln(t.Out, "tables à jour")
	return nil
}

func rebuild(ctx context.Context, t *Tool, _ []string) error {
	if err := t.Boards.Rebuild(ctx); err != nil {
		return err
	}
	fmt.Fprintln(t.Out, "tableaux rebâtis depuis le registre")
	return nil
}

// ReadPassword gives the password of ETU_PASSWORD, or asks for it without showing it.
func ReadPassword(getenv func(string) string, in *os.File, out io.Writer) (string, error) {
	if password := getenv("ETU_PASSWORD"); password != "" {
		return password, nil
	}
	if fd := int(in.Fd()); term.IsTerminal(fd) {
		fmt.Fprint(out, "Mot de passe : ")
		defer fmt.Fprintln(out)
		password, err := term.ReadPassword(fd)
		return string(password), err
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if line == "" && err != nil {
		return "", fmt.Errorf("mot de passe : %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
