package store

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"storedesk/internal/desk"
)

// postgres is two pools of connections to one PostgreSQL database, which differ in how
// their statements are planned.
type postgres struct {
	pool *pgxpool.Pool
	// search plans each statement with its values, for searches in text: a plan made
	// without them can be a thousand times slower. All other statements are written so
	// that only one plan makes sense; it is made once for each connection.
	search *pgxpool.Pool
}

// sessionSettings are what every session has.
var sessionSettings = []string{
	"application_name = 'storedesk'",
	"statement_timeout = '60s'", // no statement holds a connection for ever,
	"idle_in_transaction_session_timeout = '60s'",
	"jit = off",            // pages are small: compiling them costs more than running them,
	"enable_memoize = off", // and no document is read twice
}

func openPostgres(ctx context.Context, url string) (*postgres, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	searching := config.Copy()
	searching.MaxConns = max(2, config.MaxConns/2)
	searching.ConnConfig.DefaultQueryExecMode = pgx.QueryExecModeExec
	db := &postgres{}
	if db.pool, err = openPool(ctx, config, "force_generic_plan"); err != nil {
		return nil, err
	}
	if db.search, err = openPool(ctx, searching, "force_custom_plan"); err != nil {
		db.pool.Close()
		return nil, err
	}
	if err := db.pool.Ping(ctx); err != nil {
		db.close()
		return nil, fmt.Errorf("connecting to PostgreSQL: %w", err)
	}
	return db, nil
}

// openPool makes a pool whose sessions have our settings, but for those the operator
// has put into the URL.
func openPool(ctx context.Context, config *pgxpool.Config, planning string) (*pgxpool.Pool, error) {
	var set strings.Builder
	for _, setting := range append(sessionSettings, "plan_cache_mode = "+planning) {
		name, _, _ := strings.Cut(setting, " ")
		if _, own := config.ConnConfig.RuntimeParams[name]; !own {
			set.WriteString("SET " + setting + ";")
		}
	}
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.PgConn().Exec(ctx, set.String()).ReadAll()
		return err
	}
	return pgxpool.NewWithConfig(ctx, config)
}

func (db *postgres) dialect() dialect { return dialectPostgres }

func (db *postgres) close() {
	db.pool.Close()
	db.search.Close()
}

type pgQuerier interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

func (db *postgres) query(ctx context.Context, sql string, args []any, each func(Row) error) error {
	return pgQuery(ctx, db.pool, sql, args, each)
}

func pgQuery(ctx context.Context, q pgQuerier, sql string, args []any, each func(Row) error) error {
	rows, err := q.Query(ctx, sql, args...)
	if err != nil {
		return translatePostgres(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return translatePostgres(rows.Err())
}

// maxTries bounds how often a transaction is run again after the database gave it up
// in favour of another.
const maxTries = 10

func (db *postgres) write(ctx context.Context, fn func(*Tx) error) error {
	for try := 1; ; try++ {
		err := db.tryWrite(ctx, fn)
		if err == nil || try == maxTries || !again(err) {
			return err
		}
	}
}

// again: serialization failure or deadlock.
func again(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && (e.Code == "40001" || e.Code == "40P01")
}

func (db *postgres) tryWrite(ctx context.Context, fn func(*Tx) error) error {
	conn, err := db.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	c := &pgTx{conn: conn.Conn()}
	tx := &Tx{conn: c}
	if err := fn(tx); err != nil {
		return errors.Join(err, c.rollback(ctx))
	}
	if err := c.finish(ctx, tx.queued); err != nil {
		return errors.Join(err, c.rollback(ctx))
	}
	for _, fn := range tx.after {
		fn()
	}
	return nil
}

// pgTx is a write on one connection. Unless it began explicitly, the statements
// queued are sent as one pipeline, which PostgreSQL runs as one transaction: a
// create costs two round trips instead of one for every statement.
type pgTx struct {
	conn  *pgx.Conn
	want  bool // the next statement is to open the transaction
	begun bool
}

func (c *pgTx) query(ctx context.Context, sql string, args []any, each func(Row) error) error {
	return c.run(ctx, []statement{{sql, args, each}})
}

func (c *pgTx) begin() { c.want = !c.begun }

func (c *pgTx) run(ctx context.Context, list []statement) error {
	if len(list) == 0 {
		return nil
	}
	batch := &pgx.Batch{}
	if c.want {
		batch.Queue("begin")
		c.want, c.begun = false, true
	}
	for _, s := range list {
		queued := batch.Queue(s.sql, s.args...)
		if s.each == nil {
			continue
		}
		queued.Query(func(rows pgx.Rows) error {
			for rows.Next() {
				if err := s.each(rows); err != nil {
					return err
				}
			}
			return rows.Err()
		})
	}
	return translatePostgres(c.conn.SendBatch(ctx, batch).Close())
}

func (c *pgTx) finish(ctx context.Context, list []statement) error {
	if !c.begun && !c.want {
		return c.run(ctx, list)
	}
	if err := c.run(ctx, append(list, statement{sql: "commit"})); err != nil {
		return err
	}
	c.begun = false
	return nil
}

func (c *pgTx) rollback(ctx context.Context) error {
	if !c.begun {
		return nil
	}
	c.begun = false
	_, err := c.conn.Exec(context.WithoutCancel(ctx), "rollback")
	if err != nil {
		c.conn.Close(context.WithoutCancel(ctx)) // never hand an open transaction back to the pool
	}
	return err
}

// translatePostgres turns PostgreSQL's error codes into errors of desk.
func translatePostgres(err error) error {
	var e *pgconn.PgError
	if errors.As(err, &e) && e.Code == "23505" {
		return &desk.Error{Code: desk.Conflict, Message: "already there", Err: err}
	}
	return err
}
