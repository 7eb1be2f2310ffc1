package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"storedesk/internal/desk"
)

// lite is a SQLite file: many readers, and one writer that makes the writes of
// several callers durable with one fsync (group commit).
type lite struct {
	path    string
	readers *sql.DB
	stmts   sync.Map // SQL text -> *sql.Stmt of readers
	writers *sql.DB
	writer  *liteConn
	jobs    chan *liteJob
	done    chan struct{}
	closing sync.Once
	mu      sync.RWMutex // guards closed against senders
	closed  bool
}

type liteJob struct {
	ctx context.Context
	fn  func(*Tx) error
	tx  *Tx
	err error
	end chan struct{}
}

// groupLimit is how many writes share one commit at most; it bounds how long the
// first of them waits.
const groupLimit = 64

func openSQLite(ctx context.Context, path string) (*lite, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fmt.Errorf("creating the data directory: %w", err)
	}
	db := &lite{path: path, jobs: make(chan *liteJob, 4*groupLimit), done: make(chan struct{})}
	var err error
	if db.writers, err = sql.Open("sqlite", dsn(path, "synchronous(full)", "wal_autocheckpoint(4000)", "cache_size(-16000)")); err != nil {
		return nil, err
	}
	db.writers.SetMaxOpenConns(1)
	conn, err := db.writers.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("opening %s: %w", path, err)
	}
	db.writer = &liteConn{conn: conn, stmts: map[string]*sql.Stmt{}}
	if db.readers, err = sql.Open("sqlite", dsn(path, "query_only(1)", "cache_size(-8000)")); err != nil {
		return nil, err
	}
	n := max(4, 2*runtime.GOMAXPROCS(0))
	db.readers.SetMaxOpenConns(n)
	db.readers.SetMaxIdleConns(n)
	go db.loop()
	return db, nil
}

func dsn(path string, pragmas ...string) string {
	q := url.Values{"_journal_mode": {"wal"}} // applied after the page size, which it settles
	// Pages of 8 KiB hold several documents, which a list reads in a row. No memory map:
	// every connection would count the file's pages as its own.
	common := []string{"page_size(8192)", "busy_timeout(10000)", "foreign_keys(0)", "temp_store(memory)"}
	for _, p := range append(common, pragmas...) {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

func (db *lite) dialect() dialect { return dialectSQLite }

func (db *lite) close() {
	db.closing.Do(func() {
		db.mu.Lock()
		db.closed = true
		close(db.jobs)
		db.mu.Unlock()
		<-db.done
		db.writer.close()
		db.writers.Close()
		db.readers.Close()
	})
}

func (db *lite) query(ctx context.Context, text string, args []any, each func(Row) error) error {
	stmt, err := db.prepared(ctx, text)
	if err != nil {
		return err
	}
	rows, err := stmt.QueryContext(ctx, args...)
	return eachRow(rows, err, each)
}

func (db *lite) prepared(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := db.stmts.Load(text); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := db.readers.PrepareContext(ctx, text)
	if err != nil && strings.Contains(text, indexedBy) {
		// A load that is under way may have left the index out; then any way will do.
		return db.prepared(ctx, anyIndex.ReplaceAllString(text, ""))
	}
	if err != nil {
		return nil, fmt.Errorf("preparing %q: %w", text, err)
	}
	if old, loaded := db.stmts.LoadOrStore(text, s); loaded {
		s.Close()
		return old.(*sql.Stmt), nil
	}
	return s, nil
}

var anyIndex = regexp.MustCompile(indexedBy + `\w+`)

func eachRow(rows *sql.Rows, err error, each func(Row) error) error {
	if err != nil {
		return translateSQLite(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows); err != nil {
			return err
		}
	}
	return translateSQLite(rows.Err())
}

func (db *lite) write(ctx context.Context, fn func(*Tx) error) error {
	job := &liteJob{ctx: ctx, fn: fn, end: make(chan struct{})}
	db.mu.RLock()
	if db.closed {
		db.mu.RUnlock()
		return errors.New("the database is closed")
	}
	db.jobs <- job
	db.mu.RUnlock()
	<-job.end
	return job.err
}

// loop is the only writer of this process: it takes the writes that wait, runs them in
// one transaction, commits, and only then tells the callers.
func (db *lite) loop() {
	defer close(db.done)
	for job := range db.jobs {
		group := []*liteJob{job}
		for len(group) < groupLimit {
			select {
			case next, open := <-db.jobs:
				if !open {
					break
				}
				group = append(group, next)
				continue
			default:
			}
			break
		}
		db.commitGroup(group)
	}
}

// commitGroup makes a group of writes durable together and answers their callers. A
// write that fails after it has changed something takes the transaction with it: the
// others run again without it. There is no savepoint around each, because the text
// indexes write themselves out at every one. Nobody is answered before the commit: who
// failed because of another write of the group must find that one done.
func (db *lite) commitGroup(group []*liteJob) {
	running := slices.Clone(group)
	for again := true; again; {
		running, again = db.tryGroup(running)
	}
	for _, job := range group {
		if job.err == nil {
			for _, fn := range job.tx.after {
				fn()
			}
		}
		close(job.end)
	}
}

// tryGroup runs writes in one transaction. again holds those to run without the one
// that spoilt it.
func (db *lite) tryGroup(group []*liteJob) (rest []*liteJob, again bool) {
	ctx := context.Background() // a caller that goes away must not break the others' commit
	err := db.writer.exec(ctx, "BEGIN IMMEDIATE")
	for i, job := range group {
		if job.err = err; err != nil {
			continue
		}
		db.writer.changed = false
		if job.err = job.ctx.Err(); job.err == nil {
			job.err = db.runJob(ctx, job)
		}
		if job.err != nil && db.writer.changed {
			_ = db.writer.exec(ctx, "ROLLBACK") // fails when the error already rolled back
			return slices.Delete(group, i, i+1), true
		}
	}
	if err != nil {
		return nil, false
	}
	if err = db.writer.exec(ctx, "COMMIT"); err != nil {
		_ = db.writer.exec(ctx, "ROLLBACK") // fails when the commit already rolled back
		for _, job := range group {
			job.err = errors.Join(job.err, err)
		}
	}
	return nil, false
}

func (db *lite) runJob(ctx context.Context, job *liteJob) (err error) {
	defer func() {
		if p := recover(); p != nil {
			db.writer.changed = true // who knows
			err = fmt.Errorf("panic in a write: %v", p)
		}
	}()
	job.tx = &Tx{conn: db.writer}
	if err := job.fn(job.tx); err != nil {
		return err
	}
	return db.writer.run(ctx, job.tx.queued)
}

// liteConn is the writer's connection with its prepared statements.
type liteConn struct {
	conn    *sql.Conn
	stmts   map[string]*sql.Stmt
	changed bool // rows were written since this was last set to false
}

func (c *liteConn) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if s, ok := c.stmts[text]; ok {
		return s, nil
	}
	s, err := c.conn.PrepareContext(ctx, text)
	if err != nil {
		return nil, fmt.Errorf("preparing %q: %w", text, err)
	}
	c.stmts[text] = s
	return s, nil
}

func (c *liteConn) exec(ctx context.Context, text string, args ...any) error {
	s, err := c.stmt(ctx, text)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(ctx, args...)
	return translateSQLite(err)
}

func (c *liteConn) begin() {} // the writer's transaction is open already

func (c *liteConn) run(ctx context.Context, list []statement) error {
	for _, s := range list {
		var err error
		if s.each == nil {
			c.changed = true
			err = c.exec(ctx, s.sql, s.args...)
		} else {
			err = c.query(ctx, s.sql, s.args, s.each)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *liteConn) query(ctx context.Context, text string, args []any, each func(Row) error) error {
	if !strings.HasPrefix(text, "SELECT") && !strings.HasPrefix(text, takeID) {
		c.changed = true
	}
	s, err := c.stmt(ctx, text)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.WithoutCancel(ctx), args...)
	return eachRow(rows, err, each)
}

func (c *liteConn) close() {
	for _, s := range c.stmts {
		s.Close()
	}
	c.conn.Close()
}

// translateSQLite turns SQLite's result codes into errors of desk.
func translateSQLite(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY:
		return &desk.Error{Code: desk.Conflict, Message: "already there", Err: err}
	}
	return err
}
