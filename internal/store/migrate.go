package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations
var migrations embed.FS

// ErrNewer is returned when the database was migrated by a newer program.
var ErrNewer = errors.New("the database belongs to a newer storedesk; upgrade this program instead of going back")

func (db *lite) migrate(ctx context.Context) error {
	return migrate(ctx, db.writersForMigration, goose.DialectSQLite3, "sqlite")
}

// writersForMigration lends goose a connection of its own, since the writer's single
// one is taken.
func (db *lite) writersForMigration() (*sql.DB, error) {
	return sql.Open("sqlite", dsn(db.path, "synchronous(full)"))
}

func (db *postgres) migrate(ctx context.Context) error {
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	open := func() (*sql.DB, error) { return stdlib.OpenDBFromPool(db.pool), nil }
	return migrate(ctx, open, goose.DialectPostgres, "postgres", goose.WithSessionLocker(locker))
}

func migrate(ctx context.Context, open func() (*sql.DB, error), d goose.Dialect, dir string, options ...goose.ProviderOption) error {
	db, err := open()
	if err != nil {
		return err
	}
	defer db.Close()
	files, err := fs.Sub(migrations, path.Join("migrations", dir))
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(d, db, files, options...)
	if err != nil {
		return err
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	for try := 1; ; try++ {
		at, err := provider.GetDBVersion(ctx)
		switch {
		case err == nil && at > newest:
			return ErrNewer
		case err == nil && at == newest:
			return nil
		}
		if err == nil {
			_, err = provider.Up(ctx)
		}
		if err != nil && try == migrationTries {
			return migrationError(err)
		}
		// On SQLite, where there is no lock to take beforehand, another process may
		// have been faster: then a look at the version tells.
	}
}

// migrationTries is how often a migration is tried.
const migrationTries = 5

func migrationError(err error) error {
	if strings.Contains(err.Error(), "extension") {
		return fmt.Errorf("migrating (the database user must be able to create the extensions pg_trgm and btree_gin, "+
			"or an administrator creates them beforehand): %w", err)
	}
	return fmt.Errorf("migrating: %w", err)
}
