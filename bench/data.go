package main

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

const (
	sqliteKind   = "sqlite"
	postgresKind = "postgres"
)

// bench is one run of this program.
type bench struct {
	options

	server   *process
	other    *process // on less data
	fixed    *process
	profiler string // address, when profiles are taken

	smallAnswer, largeAnswer float64 // see answerCosts
}

// dataset is a database with one store's tickets in it.
type dataset struct {
	kind    string
	dir     string // of the server's data
	url     string // of the database; "" = the SQLite file in dir
	db      *sql.DB
	cluster *cluster // with PostgreSQL
	store   int64
	token   string
	tickets int64 // that are there
	newest  int64 // largest id of a ticket
}

// env is what makes the program use the dataset.
func (d *dataset) env() []string { return environment(d.dir, d.url) }

func environment(dir, url string) []string {
	return []string{"STOREDESK_DATA_DIR=" + dir, "STOREDESK_DATABASE_URL=" + url, "STOREDESK_LOG_LEVEL=warn"}
}

// file is the SQLite file.
func (d *dataset) file() string { return filepath.Join(d.dir, "storedesk.db") }

// close lets go of the database, the cluster stays.
func (d *dataset) close() {
	if d.db != nil {
		d.db.Close()
	}
}

// schemaTag changes with the schema, so that data of an older one is not used.
func schemaTag(kind string) (string, error) {
	sum := sha256.New()
	err := filepath.WalkDir(filepath.Join("internal/store/migrations", kind), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		sum.Write(text)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("run me from the checkout: %w", err)
	}
	return hex.EncodeToString(sum.Sum(nil)[:4]), nil
}

// prepareSQLite makes a file with so many tickets, unless there is one.
func (b *bench) prepareSQLite(ctx context.Context, tickets int) (*dataset, error) {
	tag, err := schemaTag(sqliteKind)
	if err != nil {
		return nil, err
	}
	d := &dataset{kind: sqliteKind, dir: filepath.Join(b.dir, fmt.Sprintf("sqlite-%d-%s", tickets, tag))}
	if _, err := os.Stat(d.file()); err == nil && !b.fresh {
		if err := d.open(ctx, b, tickets); !errors.Is(err, errWorn) {
			return d, err
		}
	}
	old, err := filepath.Glob(filepath.Join(b.dir, fmt.Sprintf("sqlite-%d-*", tickets)))
	if err != nil {
		return nil, err
	}
	for _, dir := range old {
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
	}
	loading := d.dir + ".loading"
	if err := b.seed(ctx, tickets, loading, ""); err != nil {
		return nil, err
	}
	if err := os.Rename(loading, d.dir); err != nil {
		return nil, err
	}
	return d, d.open(ctx, b, tickets)
}

// preparePostgres makes a database with so many tickets, unless there is one.
func (b *bench) preparePostgres(ctx context.Context, c *cluster, tickets int) (*dataset, error) {
	tag, err := schemaTag(postgresKind)
	if err != nil {
		return nil, err
	}
	prefix := fmt.Sprintf("storedesk_bench_%d_", tickets)
	name := prefix + tag
	d := &dataset{kind: postgresKind, dir: filepath.Join(b.dir, "postgres-files"), url: c.database(name), cluster: c}
	names, err := c.databases(ctx, prefix)
	if err != nil {
		return nil, err
	}
	for _, have := range names {
		if have == name && !b.fresh {
			if err := d.open(ctx, b, tickets); !errors.Is(err, errWorn) {
				return d, err
			}
		}
		if err := c.exec(ctx, "DROP DATABASE "+have+" WITH (FORCE)"); err != nil {
			return nil, err
		}
	}
	loading := prefix + "loading"
	if err := c.exec(ctx, "CREATE DATABASE "+loading); err != nil {
		return nil, err
	}
	if err := b.seed(ctx, tickets, d.dir, c.database(loading)); err != nil {
		return nil, err
	}
	if err := c.exec(ctx, "ALTER DATABASE "+loading+" RENAME TO "+name); err != nil {
		return nil, err
	}
	if err := d.open(ctx, b, tickets); err != nil {
		return nil, err
	}
	return d, d.tidy(ctx)
}

// seed fills a database through the program.
func (b *bench) seed(ctx context.Context, tickets int, dir, url string) error {
	progress("making %d tickets, once", tickets)
	if err := command(ctx, environment(dir, url), b.binary, "seed", "--tickets", fmt.Sprint(tickets), "--until", "2026-01-01").Run(); err != nil {
		return fmt.Errorf("seeding: %w", err)
	}
	return nil
}

// errWorn says that earlier runs have written so much to the data that it is no
// longer what its name says.
var errWorn = errors.New("data worn by earlier runs")

// open connects to the dataset and makes a token for it.
func (d *dataset) open(ctx context.Context, b *bench, tickets int) error {
	var err error
	if d.kind == sqliteKind {
		d.db, err = sql.Open("sqlite", bareDSN(d.file()))
	} else {
		d.db, err = sql.Open("pgx", d.url)
	}
	if err != nil {
		return err
	}
	d.db.SetMaxOpenConns(b.conns)
	d.db.SetMaxIdleConns(b.conns)
	err = d.db.QueryRowContext(ctx, `SELECT s.id, (SELECT count(*) FROM tickets WHERE store_id = s.id), (SELECT max(id) FROM tickets WHERE store_id = s.id)
		FROM stores s ORDER BY s.id LIMIT 1`).Scan(&d.store, &d.tickets, &d.newest)
	if err != nil {
		return fmt.Errorf("looking at the data: %w", err)
	}
	var events int64
	if err := d.db.QueryRowContext(ctx, "SELECT count(*) FROM events WHERE store_id = $1 AND seq > 1", d.store).Scan(&events); err != nil {
		return err
	}
	if d.tickets > int64(tickets)*6/5 || events > int64(tickets)*2 {
		d.close()
		return errWorn
	}
	return d.makeToken(ctx, b)
}

func (d *dataset) makeToken(ctx context.Context, b *bench) error {
	c := command(ctx, d.env(), b.binary, "token", "create", "--scopes", "admin:read admin:write")
	c.Stdout = nil
	out, err := c.Output()
	if err != nil {
		return fmt.Errorf("making a token: %w", err)
	}
	d.token = strings.TrimSpace(string(out))
	return nil
}

// tidy brings statistics and visibility maps up to date, as the passing of time does.
func (d *dataset) tidy(ctx context.Context) error {
	statements := []string{"VACUUM (ANALYZE)", "CHECKPOINT"}
	if d.kind == sqliteKind {
		statements = []string{"PRAGMA wal_checkpoint(TRUNCATE)"}
	}
	for _, s := range statements {
		if _, err := d.db.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

// bareDSN opens a SQLite file with the settings the program uses, so that the bare
// driver differs in nothing but what the program adds.
func bareDSN(path string, pragmas ...string) string {
	q := url.Values{}
	for _, p := range append([]string{
		"busy_timeout(10000)", "journal_mode(wal)", "foreign_keys(0)", "temp_store(memory)", "synchronous(full)",
		"cache_size(-8000)",
	}, pragmas...) {
		q.Add("_pragma", p)
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}
