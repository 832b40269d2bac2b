package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"etuservices/server/internal/admin"
)

// errNotConfirmed is a reset that the person did not confirm.
var errNotConfirmed = errors.New("rien n'est effacé")

// reset empties the market and the ledger for the next group of students.
func reset(ctx context.Context, t *Tool, _ []string) error {
	c, err := t.Admin.Contents(ctx)
	if err != nil {
		return err
	}
	for _, ask := range []struct{ question, answer string }{
		{fmt.Sprintf("Seront effacés : %d articles, %d appels et %d connexions, les quotas, les classements et les\n"+
			"messages ; chacun devra se reconnecter. Les %d comptes restent.\nContinuer ? Tapez « oui » : ",
			c.Articles, c.Calls, c.Logins, c.Accounts), "oui"},
		{"Rien de cela ne se retrouvera sans sauvegarde. Tapez « effacer » : ", "effacer"},
	} {
		given, err := t.Ask(ask.question)
		switch {
		case err != nil:
			return err
		case strings.TrimSpace(given) != ask.answer:
			return errNotConfirmed
		}
	}
	if err := t.Admin.Clear(ctx, admin.CLIActor); err != nil {
		return err
	}
	fmt.Fprintln(t, "marché et registre vides ; les comptes sont restés")
	return nil
}
