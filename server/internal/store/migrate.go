package store

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"github.com/golang-migrate/migrate/v4"
	"github.com/golang-migrate/migrate/v4/database"
	"github.com/golang-migrate/migrate/v4/source"
	"github.com/golang-migrate/migrate/v4/source/iofs"
)

// Every file can be run again from its beginning (IF NOT EXISTS …): that is how
// a migration that was cut by a kill is mended. A file once published is never
// changed; a change is the next number.
//
//go:embed migrations
var migrations embed.FS

// migrateUp brings the tables to the last version and closes drv and its handle.
// The caller keeps other processes out.
func migrateUp(log *slog.Logger, folder string, drv database.Driver) error {
	src, err := iofs.New(migrations, "migrations/"+folder)
	if err != nil {
		return errors.Join(fmt.Errorf("migrations: %w", err), drv.Close())
	}
	m, err := migrate.NewWithInstance("iofs", src, folder, drv)
	if err != nil {
		return errors.Join(fmt.Errorf("migrations: %w", err), drv.Close())
	}
	defer func() { _, _ = m.Close() }()

	has, _, err := m.Version()
	if err != nil && !errors.Is(err, migrate.ErrNilVersion) {
		return fmt.Errorf("migrations: %w", migrationCause(err))
	}
	last, err := lastMigration(folder)
	if err = errors.Join(err, notNewer(has, last)); err != nil {
		return err
	}
	err = m.Up()
	var dirty migrate.ErrDirty
	if errors.As(err, &dirty) || isMySQL(migrationCause(err), myDuplicate) {
		log.Warn("migration interrompue : reprise", "version", has)
		// All of them again, and not the last alone: what a cut left out is put
		// back whichever file it stands in.
		if err = forgetVersions(m); err == nil {
			err = m.Up()
		}
	}
	switch {
	case errors.Is(err, migrate.ErrNoChange):
		return nil
	case err != nil:
		return fmt.Errorf("migrations: %w", migrationCause(err))
	}
	log.Info("tables à jour", "version", last)
	return nil
}

// forgetVersions takes away every row that says how far the tables are: processes that
// migrate at once, on nodes of a cluster, may leave several, of which Force takes one.
func forgetVersions(m *migrate.Migrate) (err error) {
	for !errors.Is(err, migrate.ErrNilVersion) {
		if err := m.Force(database.NilVersion); err != nil {
			return err
		}
		if _, _, err = m.Version(); err != nil && !errors.Is(err, migrate.ErrNilVersion) {
			return err
		}
	}
	return nil
}

// ErrNewer is a database whose tables a later version of the server has changed.
var ErrNewer = errors.New("les tables sont d'une version plus récente que ce programme")

// lastMigration is the greatest number of a folder's files.
func lastMigration(folder string) (last uint, err error) {
	files, err := migrations.ReadDir("migrations/" + folder)
	for _, file := range files {
		m, err := source.Parse(file.Name())
		if err != nil {
			return 0, err
		}
		last = max(last, m.Version)
	}
	return last, err
}

// notNewer fails with ErrNewer when tables have a version that this program lacks.
func notNewer(has, last uint) error {
	if has <= last {
		return nil
	}
	return fmt.Errorf("%w : elles en sont à %d, il s'arrête à %d ; relancez le serveur plus récent, ou restaurez une sauvegarde d'avant la mise à jour", ErrNewer, has, last)
}

// migrationCause finds the driver's error, which the library's types hide from
// errors.As: without it a lost connection would not read as unavailable.
func migrationCause(err error) error {
	var byValue database.Error
	if errors.As(err, &byValue) && byValue.OrigErr != nil {
		return errors.Join(err, byValue.OrigErr)
	}
	var byPointer *database.Error
	if errors.As(err, &byPointer) && byPointer.OrigErr != nil {
		return errors.Join(err, byPointer.OrigErr)
	}
	return err
}

// Versions are the version numbers of both stores' programs, for people; "?" for one
// that does not say.
func (s *Stores) Versions(ctx context.Context) (sql, redis string) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	question := `SELECT VERSION()`
	if s.SQL.Dialect == SQLite {
		question = `SELECT sqlite_version()`
	}
	var number string
	if err := s.SQL.Read.QueryRow(ctx, question).Scan(&number); err != nil {
		number = "?"
	}
	sql = s.SQL.Dialect.String() + " " + number
	if s.SQL.Dialect == SQLite {
		return sql + " embarqué", "embarqué"
	}
	info, _ := s.Redis.DB0.Info(ctx, "server").Result()
	for line := range strings.Lines(info) {
		if number, found := strings.CutPrefix(line, "redis_version:"); found {
			return sql, "Redis " + strings.TrimSpace(number)
		}
	}
	return sql, "Redis ?"
}
