// Package storetest opens databases for tests: a SQLite file of the test's own, and,
// when STOREDESK_TEST_POSTGRES names a server, a PostgreSQL database of its own there.
package storetest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"storedesk/internal/store"
)

// PostgresVariable names the environment variable with the URL of a PostgreSQL server
// on which tests may create databases.
const PostgresVariable = "STOREDESK_TEST_POSTGRES"

// Each runs fn as a subtest on each database, empty and migrated.
func Each(t *testing.T, fn func(t *testing.T, db *store.DB)) {
	t.Helper()
	EachURL(t, func(t *testing.T, url string) { fn(t, Open(t, url)) })
}

// EachURL is Each for tests that open the database themselves, or run the program.
func EachURL(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, Postgres(t))
	})
}

// EachEmptyURL is EachURL with databases that are not migrated.
func EachEmptyURL(t *testing.T, fn func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		fn(t, SQLite(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fn(t, postgres(t, "template0"))
	})
}

// SQLite returns the URL of a SQLite file that does not exist yet.
func SQLite(t testing.TB) string {
	return "sqlite:" + filepath.Join(t.TempDir(), "storedesk.db")
}

// Open opens and migrates a database, and closes it when the test ends.
func Open(t testing.TB, url string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// Postgres returns the URL of a new, migrated PostgreSQL database, which is dropped
// when the test ends. Without a server the test is skipped.
func Postgres(t testing.TB) string {
	t.Helper()
	return postgres(t, "")
}

// postgres makes a database from a template; "" is the migrated one.
func postgres(t testing.TB, template string) string {
	t.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		t.Skipf("no PostgreSQL server to test on: set %s, or run make test", PostgresVariable)
	}
	if template == "" {
		var err error
		if template, err = templateDatabase(server); err != nil {
			t.Fatal(err)
		}
	}
	name := "test_" + strings.ToLower(rand.Text())
	if err := admin(server, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s", name, template)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := admin(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return onDatabase(server, name)
}

var migrated struct {
	sync.Mutex
	name string
}

// templateDatabase migrates one database for this process, from which the others are
// copied.
func templateDatabase(server string) (string, error) {
	migrated.Lock()
	defer migrated.Unlock()
	if migrated.name != "" {
		return migrated.name, nil
	}
	name := "template_" + strings.ToLower(rand.Text())
	if err := admin(server, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	ctx := context.Background()
	db, err := store.Open(ctx, store.Options{URL: onDatabase(server, name)})
	if err != nil {
		return "", err
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return "", err
	}
	migrated.name = name
	return name, nil
}

// creating serialises CREATE DATABASE: a template must have no other user meanwhile.
var creating sync.Mutex

func admin(server, sql string) error {
	creating.Lock()
	defer creating.Unlock()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

func onDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err) // admin connected with it
	}
	u.Path = "/" + name
	return u.String()
}
