package store

import (
	"context"
	"strings"
)

// Columns lists the columns of every table that both databases must have.
func (db *DB) Columns(ctx context.Context) (map[string][]string, error) {
	sql := `SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
		WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE '%\_text%' ESCAPE '\' ORDER BY m.name, c.cid`
	if db.dialect() == dialectPostgres {
		sql = `SELECT table_name::text, column_name::text FROM information_schema.columns
			WHERE table_schema = 'public' ORDER BY table_name COLLATE "C", ordinal_position`
	}
	tables := map[string][]string{}
	err := db.query(ctx, sql, nil, func(row Row) error {
		var table, column string
		err := row.Scan(&table, &column)
		if table != "sequences" && !strings.HasPrefix(table, "goose") {
			tables[table] = append(tables[table], column)
		}
		return err
	})
	return tables, err
}

// PretendNewer records a migration that this program does not have.
func (db *DB) PretendNewer(ctx context.Context) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec("INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, $1)", true)
		return nil
	})
}

// Texts runs a query that yields one text for each row.
func (db *DB) Texts(ctx context.Context, sql string, args ...any) (list []string, err error) {
	err = db.query(ctx, sql, args, func(row Row) error {
		var text string
		err := row.Scan(&text)
		list = append(list, text)
		return err
	})
	return list, err
}
