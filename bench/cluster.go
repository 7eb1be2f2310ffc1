package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// cluster is a PostgreSQL server: one of our own, whose files stay between runs, or
// one that the user named.
type cluster struct {
	bin     string // directory of initdb, pg_ctl, pgbench
	dir     string // of our own server; "" = the user's
	server  string // URL
	version string
	pid     int // of our own server
}

// openCluster starts our own server, or connects to the one named.
func (b *bench) openCluster(ctx context.Context) (*cluster, error) {
	bin, err := postgresBin()
	if err != nil {
		return nil, err
	}
	c := &cluster{bin: bin, server: b.postgres}
	if c.server == "" {
		c.dir = filepath.Join(b.dir, "postgres")
		if err := c.start(ctx, b.tickets); err != nil {
			return nil, err
		}
	}
	return c, c.query(ctx, "SELECT current_setting('server_version')", func(version string) { c.version = version })
}

func postgresBin() (string, error) {
	dirs, err := filepath.Glob("/usr/lib/postgresql/*/bin")
	if err == nil && len(dirs) > 0 {
		return slices.MaxFunc(dirs, func(a, b string) int { return len(a) - len(b) + strings.Compare(a, b) }), nil
	}
	path, err := exec.LookPath("pgbench")
	if err != nil {
		return "", errors.New("no PostgreSQL found: run scripts/install-test-tools postgresql, or measure with -db sqlite")
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return "", err
	}
	return filepath.Dir(path), nil
}

// start makes our own server, if it is not there, and starts it. fsync stays on: a
// create counts when it is durable.
func (c *cluster) start(ctx context.Context, tickets int) error {
	if err := os.MkdirAll(c.dir, 0o755); err != nil {
		return err
	}
	data := filepath.Join(c.dir, "data")
	if _, err := os.Stat(data); err != nil {
		progress("making a PostgreSQL cluster in %s", c.dir)
		if err := c.own(ctx); err != nil {
			return err
		}
		if err := c.asOwner(ctx, "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"); err != nil {
			return fmt.Errorf("initdb: %w", err)
		}
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return err
	}
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	buffers := "256MB"
	if tickets > 100_000 {
		buffers = "1GB"
	}
	settings := "-p " + port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=on -c synchronous_commit=on" +
		" -c shared_buffers=" + buffers + " -c max_wal_size=4GB -c max_connections=100"
	if err := c.asOwner(ctx, "pg_ctl", "start", "-s", "-w", "-t", "120", "-D", data, "-l", filepath.Join(c.dir, "log"), "-o", settings); err != nil {
		return fmt.Errorf("starting PostgreSQL, see %s (is another run using it?): %w", filepath.Join(c.dir, "log"), err)
	}
	c.server = "postgres://postgres@127.0.0.1:" + port + "/postgres?sslmode=disable"
	if text, err := os.ReadFile(filepath.Join(data, "postmaster.pid")); err == nil {
		line, _, _ := strings.Cut(string(text), "\n")
		c.pid, _ = strconv.Atoi(line) // without it, the database's costs are not counted
	}
	return nil
}

// stop ends our own server.
func (c *cluster) stop() {
	if c.dir == "" {
		return
	}
	if err := c.asOwner(context.Background(), "pg_ctl", "stop", "-s", "-w", "-m", "fast", "-D", filepath.Join(c.dir, "data")); err != nil {
		progress("stopping PostgreSQL: %v", err)
	}
}

// own hands the directory to the user the server runs as: it refuses to run as root.
func (c *cluster) own(ctx context.Context) error {
	if os.Getuid() != 0 {
		return nil
	}
	return command(ctx, nil, "chown", "postgres", c.dir).Run()
}

func (c *cluster) asOwner(ctx context.Context, name string, args ...string) error {
	args = append([]string{filepath.Join(c.bin, name)}, args...)
	if os.Getuid() == 0 {
		args = append([]string{"runuser", "-u", "postgres", "--"}, args...)
	}
	cmd := command(ctx, nil, args[0], args[1:]...)
	cmd.Dir = c.dir
	if name == "initdb" {
		cmd.Stdout = nil
	}
	return cmd.Run()
}

// database is the URL of a database of the server.
func (c *cluster) database(name string) string {
	u, err := url.Parse(c.server)
	if err != nil {
		return c.server // connecting will say what is wrong with it
	}
	u.Path = "/" + name
	return u.String()
}

func (c *cluster) databases(ctx context.Context, prefix string) (names []string, err error) {
	err = c.query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, '"+prefix+"')", func(name string) {
		names = append(names, name)
	})
	return names, err
}

func (c *cluster) exec(ctx context.Context, statement string) error {
	db, err := sql.Open("pgx", c.server)
	if err != nil {
		return err
	}
	defer db.Close()
	_, err = db.ExecContext(ctx, statement)
	return err
}

func (c *cluster) query(ctx context.Context, text string, each func(string)) error {
	db, err := sql.Open("pgx", c.server)
	if err != nil {
		return err
	}
	defer db.Close()
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var value string
		if err := rows.Scan(&value); err != nil {
			return err
		}
		each(value)
	}
	return rows.Err()
}
