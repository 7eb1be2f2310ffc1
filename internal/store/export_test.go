package store

import (
	"context"
	"fmt"
	"strings"

	"storedesk/internal/desk"
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

// Fill makes n tickets with a comment each, by the database itself: every hundredth is
// solved, every fiftieth open, the others are closed; every tenth is of no known user.
func (db *DB) Fill(ctx context.Context, st *desk.Store, n int) error {
	numbers := fmt.Sprintf("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) ", n)
	const address = "CASE WHEN i %% 10 = 0 THEN 'Person' || (i %% 997) || '@home.example' END"
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec(numbers+fmt.Sprintf(`INSERT INTO tickets (store_id, id, seq, subject, type_id, requester_id, assignee_id, priority,
			from_email, order_number, channel, status, created_at, updated_at, solved_at)
			SELECT $1, i, 0, 'x', 0, CASE WHEN i %% 10 = 0 THEN 0 ELSE i END, 0, 'low', `+address+`, '', 'api',
			CASE WHEN i %% 100 = 0 THEN 'solved' WHEN i %% 50 = 0 THEN 'open' ELSE 'closed' END, i, i,
			CASE WHEN i %% 50 = 0 AND i %% 100 <> 0 THEN 0 ELSE i END FROM n`), st.ID)
		tx.Exec(numbers+fmt.Sprintf(`INSERT INTO comments (store_id, ticket_id, id, author_id, body, is_public, from_email, created_at)
			SELECT $1, i, i, CASE WHEN i %% 10 = 0 THEN 0 ELSE i END, 'x', $2, `+address+`, i FROM n`), st.ID, true)
		if db.dialect() == dialectPostgres {
			tx.Exec("ANALYZE tickets, comments")
		}
		return nil
	})
}

// PretendMany makes lists be walked as if a few rows were many.
func (db *DB) PretendMany() { db.est.few = -1 }

// RulePlans are the database's plans for what the rules ask of tickets again and again,
// by the index that each is to walk.
func (db *DB) RulePlans(ctx context.Context, st *desk.Store) (map[string]string, error) {
	unknown := unknownTickets(db.dialect())
	plans := map[string]string{}
	for index, q := range map[string]struct {
		sql  string
		args []any
	}{
		"tickets_solved":   {dueTickets(db.dialect(), desk.CloseSolved), []any{st.ID, 5000, 0, 0, 50}},
		"tickets_idle":     {dueTickets(db.dialect(), desk.CloseIdle), []any{st.ID, 5000, 0, 0, 50}},
		"tickets_unknown":  {unknown[0], []any{st.ID, "person70@HOME.example", 0, 20}},
		"comments_unknown": {unknown[1], []any{st.ID, "person70@HOME.example", 0, 20}},
	} {
		explain, detail := "EXPLAIN QUERY PLAN ", []any{new(int), new(int), new(int), nil}
		if db.dialect() == dialectPostgres {
			explain, detail = "EXPLAIN ", []any{nil}
		}
		err := db.query(ctx, explain+q.sql, q.args, func(row Row) error {
			var line string
			detail[len(detail)-1] = &line
			err := row.Scan(detail...)
			plans[index] += line + "\n"
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return plans, nil
}
