package store

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/sync/errgroup"
)

// A load into a database that is nearly empty drops the indexes that only speed up
// reading and builds them at the end, which takes a fraction of the time that keeping
// them does. What was dropped stands in the table imports, under no store, until it
// is there again; EnsureIndexes reads it after an interruption.

// nearlyEmpty is how many rows a table may have to be worth loading without indexes.
const nearlyEmpty = 10_000

// droppedIndexes is the source in the table imports under which dropped indexes stand.
const droppedIndexes = "dropped indexes"

// loadedTables are the tables whose indexes a load may drop.
const loadedTables = "'users', 'orders', 'tickets', 'ticket_tags', 'ticket_products', 'attachments', 'ticket_subjects', 'ticket_words'"

// Begin makes the database ready for a load of many rows. Finish must follow.
func (b *Bulk) Begin(ctx context.Context) error {
	for _, table := range []string{"users", "tickets"} {
		n := 0
		err := one(ctx, b.db, fmt.Sprintf("SELECT count(*) FROM (SELECT 1 FROM %s LIMIT %d) x", table, nearlyEmpty), nil, &n)
		if err != nil || n == nearlyEmpty {
			return err
		}
	}
	return b.db.dropIndexes(ctx, int64(b.now()))
}

// Finish brings dropped indexes back and lets the database look at its new content.
func (b *Bulk) Finish(ctx context.Context) error {
	if err := b.db.EnsureIndexes(ctx); err != nil {
		return err
	}
	if b.db.dialect() == dialectSQLite {
		return nil // its plans are fixed by how the queries are written
	}
	return b.db.Write(ctx, func(tx *Tx) error {
		tx.Exec("ANALYZE users, orders, products, tags, tickets, ticket_tags, ticket_products, comments, attachments, " +
			"ticket_docs, ticket_subjects, ticket_words")
		return nil
	})
}

func (db *DB) dropIndexes(ctx context.Context, now int64) error {
	catalog := "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name IN (" + loadedTables + ") AND sql LIKE 'CREATE INDEX %'"
	if db.dialect() == dialectPostgres {
		catalog = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename IN (" +
			loadedTables + ") AND indexdef LIKE 'CREATE INDEX %'"
	}
	return db.Write(ctx, func(tx *Tx) error {
		tx.Begin()
		return tx.query(ctx, catalog, nil, func(row Row) error {
			var name, sql string
			if err := row.Scan(&name, &sql); err != nil {
				return err
			}
			tx.Exec(`INSERT INTO imports (store_id, source, kind, position, updated_at) VALUES (0, $1, $2, $3, $4)
				ON CONFLICT (store_id, source, kind) DO UPDATE SET position = excluded.position`, droppedIndexes, name, sql, now)
			tx.Exec("DROP INDEX IF EXISTS " + name)
			return nil
		})
	})
}

// EnsureIndexes builds the indexes that an interrupted load left out. It takes as long
// as the tables are large, and no time when nothing is missing.
func (db *DB) EnsureIndexes(ctx context.Context) error {
	missing := map[string]string{}
	err := db.query(ctx, "SELECT kind, position FROM imports WHERE store_id = 0 AND source = $1", []any{droppedIndexes},
		func(row Row) error {
			var name, sql string
			err := row.Scan(&name, &sql)
			missing[name] = sql
			return err
		})
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(2)
	for name, sql := range missing {
		group.Go(func() error {
			if err := db.createIndex(ctx, name, sql); err != nil {
				return fmt.Errorf("building index %s: %w", name, err)
			}
			return nil
		})
	}
	return group.Wait()
}

func (db *DB) createIndex(ctx context.Context, name, sql string) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Begin()
		if db.dialect() == dialectPostgres {
			tx.Exec("SET LOCAL statement_timeout = 0")
			tx.Exec("SET LOCAL maintenance_work_mem = '256MB'")
		}
		tx.Exec(strings.Replace(sql, "CREATE INDEX ", "CREATE INDEX IF NOT EXISTS ", 1))
		tx.Exec("DELETE FROM imports WHERE store_id = 0 AND source = $1 AND kind = $2", droppedIndexes, name)
		return nil
	})
}
