// Package store keeps the nouns of desk in one SQLite file or in PostgreSQL. It is
// the only package that knows SQL. Every query names the store (tenant) it is for;
// what both databases understand is written once, what must differ stands in
// sqlite.go and postgres.go.
//
// A write is a function run by DB.Write: it reads through its Tx, queues what is to
// be written, and everything queued becomes durable together or not at all. Instants
// are microseconds, ids of zero mean "none".
package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"sync"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

// DB is an open database. It is safe for use by many goroutines.
type DB struct {
	engine
	log   *slog.Logger
	est   estimates
	seen  existence
	spans spanMemo

	settling settling
	events   Bell // rung when a write of this process has made events
	jobs     Bell // rung when one has made jobs

	followers []func(*desk.Store, *desk.Event) *desk.Job

	docs     coalescer[wire.Document]
	versions coalescer[int64] // of tickets: the number of the latest event
}

// engine is what differs between the two databases.
type engine interface {
	reader
	// write runs fn and makes what it queued durable, as one transaction.
	write(ctx context.Context, fn func(*Tx) error) error
	dialect() dialect
	migrate(ctx context.Context) error
	// queryPlanned is query for searches: see dialect.go.
	queryPlanned(ctx context.Context, sql string, args []any, each func(Row) error) error
	close()
}

// reader runs one query and calls each for every row.
type reader interface {
	query(ctx context.Context, sql string, args []any, each func(Row) error) error
}

// Row is the current row of a query.
type Row interface{ Scan(dest ...any) error }

// Options of Open.
type Options struct {
	// URL is postgres://… or sqlite:PATH; empty means storedesk.db in DataDir.
	URL     string
	DataDir string
	Log     *slog.Logger
}

// Open connects to the database, creating a SQLite file that is not there. It does
// not migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Log == nil {
		o.Log = slog.Default()
	}
	db := &DB{log: o.Log}
	var err error
	switch scheme, _, _ := strings.Cut(o.URL, ":"); scheme {
	case "":
		db.engine, err = openSQLite(ctx, filepath.Join(o.DataDir, "storedesk.db"))
	case "sqlite", "file":
		db.engine, err = openSQLite(ctx, sqlitePath(o.URL))
	case "postgres", "postgresql":
		db.engine, err = openPostgres(ctx, o.URL)
	default:
		return nil, fmt.Errorf("database URL: scheme %q is neither postgres nor sqlite", scheme)
	}
	if err != nil {
		return nil, err
	}
	db.coalesce()
	return db, nil
}

// CheckURL says what is wrong with a database URL, without connecting.
func CheckURL(raw string) error {
	scheme, rest, _ := strings.Cut(raw, ":")
	switch scheme {
	case "":
		return nil
	case "sqlite", "file":
		if strings.TrimLeft(rest, "/") == "" {
			return errors.New("no file named: write sqlite:PATH")
		}
		return nil
	case "postgres", "postgresql":
		_, err := url.Parse(raw)
		return err
	}
	return fmt.Errorf("scheme %q is neither postgres nor sqlite", scheme)
}

func sqlitePath(raw string) string {
	_, path, _ := strings.Cut(raw, ":")
	return strings.TrimPrefix(path, "//")
}

// Close releases all connections.
func (db *DB) Close() { db.close() }

// Migrate brings the schema to this program's version. It refuses a database that a
// newer program has migrated. Indexes that an interrupted import left out are built.
func (db *DB) Migrate(ctx context.Context) error {
	if err := db.migrate(ctx); err != nil {
		return err
	}
	return db.EnsureIndexes(ctx)
}

// Write runs fn in a transaction. fn may run more than once (the database may ask
// for a retry), so it touches nothing but its Tx and results it overwrites.
func (db *DB) Write(ctx context.Context, fn func(*Tx) error) error {
	return db.write(ctx, func(tx *Tx) error {
		tx.db = db
		return fn(tx)
	})
}

// WriteSoon is Write for what may be done again: after a crash of PostgreSQL's machine the
// last moment of it may be missing, as a whole. It does not wait for the disk there.
func (db *DB) WriteSoon(ctx context.Context, fn func(*Tx) error) error {
	return db.Write(ctx, func(tx *Tx) error {
		if db.dialect() == dialectPostgres {
			tx.Begin()
			tx.Exec("SET LOCAL synchronous_commit = off")
		}
		return fn(tx)
	})
}

// statement is one SQL text with its arguments, and, if it yields rows that matter,
// what to do with each.
type statement struct {
	sql  string
	args []any
	each func(Row) error
}

// Tx is a write under way.
type Tx struct {
	db     *DB
	conn   txConn
	queued []statement
	after  []func()
}

// txConn is what a Tx needs of its engine.
type txConn interface {
	reader
	// begin makes the next statement the first of the transaction, if none is open.
	begin()
	// run executes statements in order, as one round trip where it can.
	run(ctx context.Context, list []statement) error
}

// Begin makes all later reads part of the transaction, so that rows read FOR UPDATE
// stay locked until it ends. Without Begin, on PostgreSQL, reads see what is
// committed and only the queued writes are one transaction.
func (tx *Tx) Begin() { tx.conn.begin() }

// Exec queues a statement. Queued statements run, in order, when the function given
// to Write returns, or earlier through Flush.
func (tx *Tx) Exec(sql string, args ...any) {
	tx.queued = append(tx.queued, statement{sql: sql, args: args})
}

// ask queues a query; each sees its rows when it runs.
func (tx *Tx) ask(sql string, args []any, each func(Row) error) {
	tx.queued = append(tx.queued, statement{sql, args, each})
}

// Flush runs what is queued now, so that a later read sees it. It implies Begin.
func (tx *Tx) Flush(ctx context.Context) error {
	tx.conn.begin()
	return tx.fetch(ctx)
}

// fetch runs what is queued now. Without Begin only queries may be queued.
func (tx *Tx) fetch(ctx context.Context) error {
	list := tx.queued
	tx.queued = nil
	return tx.conn.run(ctx, list)
}

func (tx *Tx) query(ctx context.Context, sql string, args []any, each func(Row) error) error {
	return tx.conn.query(ctx, sql, args, each)
}

// afterCommit runs fn once the write is durable: caches learn only of what is so.
func (tx *Tx) afterCommit(fn func()) { tx.after = append(tx.after, fn) }

// one runs a query that yields at most one row; desk.ErrNotFound for none.
func one(ctx context.Context, r reader, sql string, args []any, dest ...any) error {
	found := false
	err := r.query(ctx, sql, args, func(row Row) error {
		found = true
		return row.Scan(dest...)
	})
	if err == nil && !found {
		return desk.ErrNotFound
	}
	return err
}

// Bytes receives a text column without a copy that outlives the row: its content is
// valid until the next row.
type Bytes []byte

// ScanBytes takes what pgx hands over.
func (b *Bytes) ScanBytes(v []byte) error {
	*b = v
	return nil
}

// Scan takes what database/sql hands over.
func (b *Bytes) Scan(v any) error {
	switch v := v.(type) {
	case nil:
		*b = (*b)[:0]
	case string:
		*b = append((*b)[:0], v...)
	case []byte:
		*b = append((*b)[:0], v...)
	default:
		return fmt.Errorf("scanning %T into text", v)
	}
	return nil
}

// ids returns n placeholders "$from, $from+1 …" for an IN list, padded to a power of
// two so that few distinct statements exist, and appends the values (the last one
// repeated as padding) to args.
func inList[T any](args []any, values []T) (string, []any) {
	n := 1
	for n < len(values) {
		n *= 2
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		args = append(args, values[min(i, len(values)-1)])
		b.WriteString(placeholder(len(args)))
	}
	return b.String(), args
}

// placeholder is the text for the n-th argument, from 1.
func placeholder(n int) string {
	if n < len(placeholders) {
		return placeholders[n]
	}
	return "$" + strconv.Itoa(n)
}

var placeholders = [...]string{"", "$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12"}

// memo is a small concurrent set that forgets everything when it grows past a limit.
type memo[K comparable, V any] struct {
	mu sync.RWMutex
	m  map[K]V
}

const memoLimit = 100_000

func (c *memo[K, V]) get(k K) (V, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	v, ok := c.m[k]
	return v, ok
}

func (c *memo[K, V]) put(k K, v V) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.m == nil || len(c.m) >= memoLimit {
		c.m = map[K]V{}
	}
	c.m[k] = v
}

// Ping asks the database for a sign of life.
func (db *DB) Ping(ctx context.Context) error {
	var n int
	return one(ctx, db, "SELECT 1", nil, &n)
}
