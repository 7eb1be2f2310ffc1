// Command bench measures the program beside the best that its database, or net/http,
// can do with the same data on the same machine in the same run. What it prints are
// ratios: absolute figures say more about the machine than about the program.
//
// It builds the program, makes the data once (kept below -dir), starts the real
// server without a rate limit, and asks it over eight keep-alive connections. Beside
// each figure stands a yardstick, measured in turns with it: pgbench with the best
// single query for the same page, the bare SQLite driver, or a fixed answer of the
// same size from net/http. Load generator, server and database share the machine's
// cores, so ratios are what a small installation sees, not what the server alone can do.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

// options are the flags.
type options struct {
	tickets  int
	dir      string
	quick    bool
	each     time.Duration // of one measurement
	rounds   int
	conns    int
	only     string
	match    string
	database string
	postgres string
	binary   string
	fresh    bool
	json     bool
	verbose  bool
	profile  string
}

// groups are what -only selects from, in the order they run.
var groups = []string{"start", "list", "depth", "size", "text", "retrieve", "write", "webhook", "memory"}

func parse(args []string) (options, error) {
	var o options
	f := flag.NewFlagSet("bench", flag.ContinueOnError)
	f.IntVar(&o.tickets, "n", 1_000_000, "tickets in the data, with three comments each on average")
	f.StringVar(&o.dir, "dir", "data/bench", "where data is kept between runs; with PostgreSQL, readable by the user postgres")
	f.BoolVar(&o.quick, "quick", false, "20,000 tickets, one round of 1 s, the main figures only: a minute for each database")
	f.DurationVar(&o.each, "each", 4*time.Second, "time of one measurement; pgbench takes whole seconds")
	f.IntVar(&o.rounds, "rounds", 3, "rounds of program and yardstick in turns; the medians count")
	f.IntVar(&o.conns, "c", 8, "connections")
	f.StringVar(&o.only, "only", "", "groups to run, separated by commas, of "+strings.Join(groups, ","))
	f.StringVar(&o.match, "match", "", "run only what has this text in its name")
	f.StringVar(&o.database, "db", "", "sqlite or postgres; default both")
	f.StringVar(&o.postgres, "postgres", "", "URL of a PostgreSQL server to use instead of one of our own; a database is made on it")
	f.StringVar(&o.binary, "binary", "", "a built program to measure instead of building this checkout")
	f.BoolVar(&o.fresh, "fresh", false, "make the data anew")
	f.BoolVar(&o.json, "json", false, "print JSON instead of a table")
	f.BoolVar(&o.verbose, "v", false, "print each figure as soon as it is there")
	f.StringVar(&o.profile, "profile", "", "also write CPU and allocation profiles of the server under each load to this directory")
	if err := f.Parse(args); err != nil {
		return o, err
	}
	set := map[string]bool{}
	f.Visit(func(f *flag.Flag) { set[f.Name] = true })
	if o.quick {
		quicken(&o, set)
	}
	o.each = max(time.Second, o.each.Round(time.Second))
	for _, g := range o.groups() {
		if !slices.Contains(groups, g) {
			return o, fmt.Errorf("-only: %q is none of %s", g, strings.Join(groups, ","))
		}
	}
	if o.database != "" && o.database != sqliteKind && o.database != postgresKind {
		return o, fmt.Errorf("-db: %q is neither sqlite nor postgres", o.database)
	}
	return o, nil
}

// quicken sets what -quick means, except for flags given beside it.
func quicken(o *options, set map[string]bool) {
	if !set["n"] {
		o.tickets = 20_000
	}
	if !set["each"] {
		o.each = time.Second
	}
	if !set["rounds"] {
		o.rounds = 1
	}
}

func (o *options) groups() []string {
	if o.only == "" {
		return groups
	}
	return strings.Split(o.only, ",")
}

func main() {
	if len(os.Args) == 3 && os.Args[1] == fixedCommand {
		serveFixed(os.Args[2])
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	o, err := parse(args)
	if err != nil {
		return err
	}
	if o.dir, err = filepath.Abs(o.dir); err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	b := &bench{options: o}
	if b.binary == "" {
		if err := b.build(ctx); err != nil {
			return err
		}
	}
	if b.profile != "" {
		if b.profiler, err = freeAddress(ctx); err != nil {
			return err
		}
	}
	r := &report{Cores: runtime.NumCPU(), Conns: o.conns, Rounds: o.rounds, Seconds: o.each.Seconds()}
	if o.database != postgresKind {
		if err := b.measureSQLite(ctx, r); err != nil {
			return err
		}
	}
	if o.database != sqliteKind {
		if err := b.measurePostgres(ctx, r); err != nil {
			return err
		}
	}
	if o.json {
		return r.writeJSON(os.Stdout)
	}
	return r.writeTable(os.Stdout)
}

// progress tells a person what is being waited for.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "%s  "+format+"\n", append([]any{time.Now().Format("15:04:05")}, args...)...)
}
