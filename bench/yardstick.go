package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// yardstick is something that the program is measured beside.
type yardstick interface {
	name() string
	// run works for a while and returns how often a second it was done.
	run(ctx context.Context, d time.Duration) (float64, error)
}

// loadYardstick is another load on the program: another page, or another size of data.
type loadYardstick struct {
	label string
	load  load
}

func (l *loadYardstick) name() string { return l.label }

func (l *loadYardstick) run(ctx context.Context, d time.Duration) (float64, error) {
	out, err := l.load.run(ctx, d)
	if err != nil {
		return 0, err
	}
	return out.rate, nil
}

// statement is SQL with its arguments. An argument of type anyID is another number
// every time.
type statement struct {
	sql  string
	args []any
}

type anyID struct{ from, to int64 }

// databaseYardstick runs statements on the database, in turns, on as many connections
// as the program is asked over.
func (b *bench) databaseYardstick(d *dataset, list []statement) yardstick {
	if d.kind == sqliteKind {
		return &bareSQLite{db: d.db, list: list, conns: b.conns}
	}
	return &pgbench{cluster: d.cluster, url: d.url, list: list, conns: b.conns, dir: b.dir}
}

// pgbench runs statements through pgbench, as prepared statements.
type pgbench struct {
	cluster *cluster
	url     string
	list    []statement
	conns   int
	dir     string
}

func (p *pgbench) name() string { return "pgbench" }

var pgbenchRate = regexp.MustCompile(`(?m)^tps = ([0-9.]+)`)

func (p *pgbench) run(ctx context.Context, d time.Duration) (float64, error) {
	dir, err := os.MkdirTemp(p.dir, "pgbench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(dir)
	args := []string{"-n", "-M", "prepared", "-c", strconv.Itoa(p.conns), "-j", "2", "-T", strconv.Itoa(int(d.Seconds()))}
	for i, s := range p.list {
		file := filepath.Join(dir, strconv.Itoa(i)+".sql")
		if err := os.WriteFile(file, []byte(script(s)), 0o600); err != nil {
			return 0, err
		}
		args = append(args, "-f", file)
	}
	cmd := command(ctx, nil, filepath.Join(p.cluster.bin, "pgbench"), append(args, p.url)...)
	var messages strings.Builder
	cmd.Stdout, cmd.Stderr = nil, &messages
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("pgbench: %w\n%s", err, messages.String())
	}
	match := pgbenchRate.FindSubmatch(out)
	if match == nil {
		return 0, fmt.Errorf("pgbench printed no rate:\n%s", out)
	}
	return strconv.ParseFloat(string(match[1]), 64)
}

// script is a statement as pgbench reads it, its arguments written out: a plan made
// for the very values is the best plan.
func script(s statement) string {
	var set strings.Builder
	for i, arg := range s.args {
		if id, ok := arg.(anyID); ok {
			fmt.Fprintf(&set, "\\set a%d random(%d, %d)\n", i+1, id.from, id.to)
		}
	}
	return set.String() + literal(s) + ";\n"
}

var placeholder = regexp.MustCompile(`\$[0-9]+`)

// pgbenchEscapes also hides colons, behind which pgbench looks for variables, even in
// texts.
var pgbenchEscapes = strings.NewReplacer(`\`, `\\`, `'`, `''`, ":", `\x3a`)

// literal writes the arguments into the statement; anyID becomes pgbench's variable.
func literal(s statement) string {
	text := placeholder.ReplaceAllStringFunc(s.sql, func(mark string) string {
		n, err := strconv.Atoi(mark[1:])
		if err != nil || n < 1 || n > len(s.args) {
			return mark
		}
		switch v := s.args[n-1].(type) {
		case anyID:
			return ":a" + mark[1:]
		case string:
			return "E'" + pgbenchEscapes.Replace(v) + "'"
		default:
			return fmt.Sprint(v)
		}
	})
	return strings.Join(strings.Fields(text), " ")
}

// bareSQLite runs statements through database/sql and the driver, prepared, from as
// many goroutines, and reads every column of every row.
type bareSQLite struct {
	db    *sql.DB
	list  []statement
	conns int
}

func (y *bareSQLite) name() string { return "bare driver" }

func (y *bareSQLite) run(ctx context.Context, d time.Duration) (float64, error) {
	prepared := make([]*sql.Stmt, len(y.list))
	known := map[string]*sql.Stmt{}
	for i, s := range y.list {
		if known[s.sql] == nil {
			stmt, err := y.db.PrepareContext(ctx, s.sql)
			if err != nil {
				return 0, fmt.Errorf("preparing %s: %w", s.sql, err)
			}
			defer stmt.Close()
			known[s.sql] = stmt
		}
		prepared[i] = known[s.sql]
	}
	return together(y.conns, d, func(i int) error {
		i %= len(y.list)
		args := append([]any(nil), y.list[i].args...)
		for n, arg := range args {
			if id, ok := arg.(anyID); ok {
				args[n] = id.from + rand.Int64N(id.to-id.from+1)
			}
		}
		return readAll(prepared[i].QueryContext(ctx, args...))
	})
}

func readAll(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	values, dest := make([]sql.RawBytes, len(columns)), make([]any, len(columns))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// together does something from several goroutines for a while, with a running number,
// and returns how often a second.
func together(n int, d time.Duration, do func(i int) error) (float64, error) {
	var next, done atomic.Int64
	errs := make([]error, n)
	var wg sync.WaitGroup
	begin := time.Now()
	for i := range n {
		wg.Go(func() {
			for time.Since(begin) < d && errs[i] == nil {
				if errs[i] = do(int(next.Add(1))); errs[i] == nil {
					done.Add(1)
				}
			}
		})
	}
	wg.Wait()
	return float64(done.Load()) / time.Since(begin).Seconds(), errors.Join(errs...)
}

// tooSlow is how long a form of a query may take before it is out of the running.
const tooSlow = 2 * time.Second

// best returns the fastest of several forms of the same query. Each form is a list of
// statements that differ in their values.
func (d *dataset) best(ctx context.Context, forms [][]statement) ([]statement, error) {
	if len(forms) == 1 {
		return forms[0], nil
	}
	var found []statement
	shortest := time.Duration(0)
	for _, form := range forms {
		took, err := d.try(ctx, form)
		if err != nil {
			return nil, err
		}
		if found == nil || took < shortest {
			found, shortest = form, took
		}
	}
	return found, nil
}

// try returns the time that a form takes for its first statements, the best of five.
func (d *dataset) try(ctx context.Context, form []statement) (time.Duration, error) {
	var sum time.Duration
	for _, s := range form[:min(4, len(form))] {
		s.args = slices.Clone(s.args)
		for i, arg := range s.args {
			if id, ok := arg.(anyID); ok {
				s.args[i] = (id.from + id.to) / 2
			}
		}
		text, args := s.sql, s.args
		if d.kind == postgresKind {
			text, args = literal(s), nil
		}
		shortest := tooSlow
		for range 5 {
			limited, cancel := context.WithTimeout(ctx, tooSlow)
			begin := time.Now()
			err := readAll(d.db.QueryContext(limited, text, args...))
			over := limited.Err() != nil
			cancel()
			if over && ctx.Err() == nil {
				break
			}
			if err != nil {
				return 0, fmt.Errorf("%s: %w", literal(s), err)
			}
			shortest = min(shortest, time.Since(begin))
		}
		sum += shortest
	}
	return sum, nil
}
