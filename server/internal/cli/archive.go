package cli

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"etuservices/server/internal/admin"
)

// flagMonths of archive is how many whole months stay, beside the current one.
const flagMonths = "mois"

const (
	keptMonths = 3 // by default
	// mostMonths is far beyond what anybody asks for, and a date all the same.
	mostMonths = 1200
)

// months gives the value of flagMonths. Errors: ErrUsage.
func months(args []string) (int, error) {
	kept := keptMonths
	for _, arg := range args {
		value, found := strings.CutPrefix(arg, "--"+flagMonths)
		if !found {
			continue
		}
		n, err := strconv.Atoi(strings.TrimPrefix(value, "="))
		if err != nil || n < 1 || n > mostMonths {
			return 0, fmt.Errorf("%w : --%s veut un nombre de mois, de 1 à %d", ErrUsage, flagMonths, mostMonths)
		}
		kept = n
	}
	return kept, nil
}

// archive moves the rows of past months out of the tables that grow.
func archive(ctx context.Context, t *Tool, args []string) error {
	kept, err := months(args)
	if err != nil {
		return err
	}
	done, err := t.Admin.Archive(ctx, admin.CLIActor, kept)
	switch {
	case err != nil:
		return err
	case done.Empty():
		fmt.Fprintln(t, "rien à archiver jusqu'au", done.Until())
	default:
		fmt.Fprintln(t, "archivé", done)
	}
	return nil
}
