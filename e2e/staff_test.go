package e2e

import (
	"bytes"
	"context"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/store/storetest"
)

// console collects what a server prints while it runs.
type console struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (c *console) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buf.Write(p)
}

func (c *console) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.buf.String()
}

var setupLink = regexp.MustCompile(`http://[^ ]+(/dashboard/setup/[A-Z2-7]+/)`)

// TestStaffInABrowser walks a person's way with staff accounts in Chromium: the setup
// link from the console, second factors, an invitation, a reset, sessions, passkeys.
func TestStaffInABrowser(t *testing.T) {
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	dir := packages(t, "browser", "staff.mjs")
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		n := in.start()
		link := n.setupLink()
		base := strings.Replace(n.url, "127.0.0.1", "localhost", 1) // passkeys do not work on an IP address
		look := ""
		if strings.HasPrefix(url, "sqlite:") {
			look = "yes"
		}
		out := execute(t, dir, []string{"LOOK=" + look, "BASE=" + base, "SETUP=" + base + link[1], "CHROMIUM=" + chromium}, "node", "staff.mjs")
		if !strings.HasSuffix(out, "done\n") {
			t.Errorf("the browser got as far as %q", out)
		}
		if again := in.start(); setupLink.MatchString(again.out.String()) {
			t.Error("a second start printed a setup link")
		}
	})
}

// setupLink waits for the path of the link that a fresh installation prints.
func (n *node) setupLink() []string {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 10*time.Second)
	defer cancel()
	for {
		if link := setupLink.FindStringSubmatch(n.out.String()); link != nil {
			return link
		}
		select {
		case <-ctx.Done():
			n.t.Fatalf("no setup link on the console: %s", n.out.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// TestStaffOnTheCommandLine makes accounts and links without a browser.
func TestStaffOnTheCommandLine(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		id := in.pipe("a lamp in the window\n", "user", "create", "--password-stdin", "--admin", "--first-name", "Ada", "ada@shop.example")
		if strings.TrimSpace(id) == "" {
			t.Error("no id printed")
		}
		in.run("user", "create", "imported@shop.example")
		if got := in.run("user", "invite", "--url", "https://desk.example/", "--name", "Bob", "bob@shop.example"); !strings.HasPrefix(got, "https://desk.example/dashboard/invitation/") {
			t.Errorf("invitation: %s", got)
		}
		if got := in.run("user", "reset-link", "--forget-second-factors", "ada@shop.example"); !strings.HasPrefix(got, "https://localhost/dashboard/reset/") {
			t.Errorf("reset link: %s", got)
		}
		if got := in.run("user", "staff"); !strings.Contains(got, "ada@shop.example") || strings.Contains(got, "imported@") {
			t.Errorf("staff: %s", got)
		}
		for _, args := range [][]string{
			{"user", "create", "--admin", "eve@shop.example"},
			{"user", "invite", "ada@shop.example"},
			{"user", "invite", "no address"},
			{"user", "invite", "--group", "Nobody", "new@shop.example"},
			{"user", "reset-link", "bob@shop.example"},
			{"user", "reset-link", "imported@shop.example"},
		} {
			if out, _, err := in.try(args...); err == nil {
				t.Errorf("%v was done: %s", args, out)
			}
		}
	})
}

// pipe is run with something on stdin.
func (in *installation) pipe(stdin string, args ...string) string {
	in.t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Env, cmd.Stdin, cmd.Stdout, cmd.Stderr = in.env, strings.NewReader(stdin), &out, &errs
	if err := cmd.Run(); err != nil {
		in.t.Fatalf("storedesk %s: %v\n%s", strings.Join(args, " "), err, &errs)
	}
	return out.String()
}
