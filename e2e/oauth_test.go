package e2e

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

const adminEmail, adminPassword = "ana@shop.example", "a lamp in every window"

// enlist makes an admin of the only store and returns the cookie of a session. No
// server needs to run, and one may.
func enlist(t *testing.T, url string) (cookie string) {
	t.Helper()
	db, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	st, err := (&settings.Stores{DB: db, Now: time.Now}).Named(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	accounts := access.NewAccounts(db, time.Now, slog.New(slog.DiscardHandler), access.Hashing{Memory: 64, Time: 1})
	_, err = accounts.Create(t.Context(), st, access.NewMember{Email: adminEmail, Name: "Ana Admin", Password: adminPassword, Admin: true})
	if err != nil {
		t.Fatal(err)
	}
	opened, err := accounts.SignIn(t.Context(), st, adminEmail, adminPassword, access.Visit{})
	if err != nil {
		t.Fatal(err)
	}
	return "storedesk_session=" + opened.Cookie
}

// partner makes a partner's app and returns its client id and secret.
func (in *installation) partner(args ...string) (id, secret string) {
	in.t.Helper()
	out := in.run(append([]string{"app", "create", "Parcel Pal", "--scopes", "tickets:read tickets:write"}, args...)...)
	for line := range strings.Lines(out) {
		name, value, _ := strings.Cut(line, ":")
		switch name {
		case "client_id":
			id = strings.TrimSpace(value)
		case "client_secret":
			secret = strings.TrimSpace(value)
		}
	}
	return id, secret
}

// TestIndependentClient drives the flow with oauth4webapi, in every way that a client
// can show its credentials.
func TestIndependentClient(t *testing.T) {
	t.Parallel()
	dir := packages(t, "oauth4webapi", "flow.mjs")
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		in.run("store", "set", "network_domain=shop.example")
		cookie := enlist(t, url)
		n := in.start()
		for auth, flags := range map[string][]string{"post": nil, "basic": nil, "none": {"--public"}} {
			const back = "http://127.0.0.1:9/cb"
			id, secret := in.partner(append(flags, "--redirect-uri", back)...)
			out := execute(t, dir, []string{
				"ISSUER=" + n.url, "CLIENT_ID=" + id, "CLIENT_SECRET=" + secret, "AUTH=" + auth, "COOKIE=" + cookie, "REDIRECT=" + back,
			}, "node", "flow.mjs")
			if !strings.Contains(out, "done") {
				t.Errorf("%s: %s", auth, out)
			}
		}
	})
}

// TestAppLife makes apps on the command line while a server runs.
func TestAppLife(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		c := in.start().client()
		first := strings.TrimSpace(in.run("app", "create", "Warehouse", "--scopes", "tickets:read"))
		c.token = first
		c.must(200, "GET", "/api/admin/tickets/", nil)
		c.must(403, "POST", "/api/admin/tickets/", map[string]any{})
		id, _, _ := strings.Cut(strings.SplitN(in.run("app", "list"), "\n", 3)[1], " ")

		second := strings.TrimSpace(in.run("app", "rotate", id))
		c.waitFor(401)
		c.token = second
		c.must(200, "GET", "/api/admin/tickets/", nil)
		in.run("app", "revoke", id)
		c.waitFor(401)
		if out := in.run("app", "list"); strings.Contains(out, "Warehouse") {
			t.Errorf("a revoked app is listed:\n%s", out)
		}
		client, secret := in.partner("--redirect-uri", "https://pal.example/cb", "--app-url", "https://pal.example/", "--all-stores")
		if len(client) != 40 || len(secret) != 52 || !strings.Contains(in.run("app", "list"), "oauth, all stores") {
			t.Errorf("a partner's app is %q %q", client, secret)
		}
		for _, args := range [][]string{
			{"create", "X", "--scopes", "tickets:eat"},
			{"create", "X", "--scopes", "tickets:read", "--redirect-uri", "http://pal.example/cb"},
			{"create", "X", "--scopes", "tickets:read", "--all-stores"},
			{"rotate", id},
			{"revoke", id},
			{"rotate", "999"},
		} {
			if _, stderr, err := in.try(append([]string{"app"}, args...)...); err == nil || stderr == "" {
				t.Errorf("app %v went through", args)
			}
		}
	})
}

// waitFor asks for tickets until the status is as wanted: a change made by another
// process counts within a second.
func (c *client) waitFor(status int) {
	c.node.t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		a, err := c.send("GET", "/api/admin/tickets/", nil)
		if err != nil {
			c.node.t.Fatal(err)
		}
		if a.Status == status {
			return
		}
		if time.Now().After(deadline) {
			c.node.t.Fatalf("the status stays %d, want %d", a.Status, status)
		}
	}
}

// packages installs what a folder of clients pins, and puts its scripts beside it. It
// is kept between runs, by the content of the lock file.
func packages(t *testing.T, folder string, scripts ...string) string {
	t.Helper()
	if _, err := exec.LookPath("npm"); err != nil {
		t.Skip("node and npm are not installed")
	}
	from := filepath.Join("clients", folder)
	lock, err := os.ReadFile(filepath.Join(from, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	ready := filepath.Join(cache, "storedesk-tests", folder+"-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(ready); err != nil {
		installPackages(t, from, ready)
	}
	dir := t.TempDir()
	for _, name := range scripts {
		copyFile(t, filepath.Join(from, name), filepath.Join(dir, name))
	}
	if err := os.Symlink(filepath.Join(ready, "node_modules"), filepath.Join(dir, "node_modules")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func installPackages(t *testing.T, from, ready string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(ready), 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(ready), "installing-") //nolint:usetesting // a test's own directory may lie on another file system, where no rename reaches
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"package.json", "package-lock.json"} {
		copyFile(t, filepath.Join(from, name), filepath.Join(dir, name))
	}
	// No scripts of packages run: nothing here needs them.
	execute(t, dir, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	if err := os.Rename(dir, ready); err != nil {
		if _, other := os.Stat(ready); other != nil { // else another run was faster
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// execute runs a program that must succeed and returns what it prints.
func execute(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 8*time.Minute) // a bound for a hang, not a target
	defer cancel()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), env...), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, &out, &errs)
	}
	return out.String()
}
