package e2e

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"storedesk/internal/store/storetest"
)

const (
	anaEmail = "ana@shop.example"
	benEmail = "ben@shop.example"
	// journeyPassword is that of desk.mjs.
	journeyPassword = "a lamp in the window"
)

// journey plays one story of the dashboard in Chromium on both databases, on an installation
// that receives and sends mail and, unless it is to be empty, has two admins. after looks at
// what has become of it.
func journey(t *testing.T, script string, empty bool, after func(t *testing.T, c *client, relay *mailRelay)) {
	t.Helper()
	t.Parallel()
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("chromium is not installed")
	}
	dir := packages(t, "browser", script, "desk.mjs")
	storetest.EachURL(t, func(t *testing.T, url string) {
		in, relay, smtp := mailDesk(t, url)
		if empty {
			in, relay, smtp = install(t, url), startRelay(t), freeAddress(t)
			in.env = append(in.env, "STOREDESK_SMTP_RELAY=smtp://"+relay.address+"?tls=off")
		} else {
			in.member(anaEmail, "Ana")
			in.member(benEmail, "Ben")
		}
		n := in.start("--smtp-listen", smtp)
		env := []string{
			"BASE=" + n.url, "TOKEN=" + in.token, "SMTP=" + smtp, "CHROMIUM=" + chromium,
			"LOOK=" + map[bool]string{true: "yes"}[strings.HasPrefix(url, "sqlite:")],
		}
		if empty {
			env = append(env, "SETUP="+n.url+n.setupLink()[1])
		}
		if shots := os.Getenv("STOREDESK_SHOTS"); shots != "" && strings.HasPrefix(url, "sqlite:") {
			env = append(env, "SHOTS="+shots)
		}
		if out := execute(t, dir, env, "node", script); !strings.HasSuffix(out, "done\n") {
			t.Errorf("the browser got as far as %q", out)
		}
		after(t, n.client(), relay)
	})
}

// member makes an admin who can sign in.
func (in *installation) member(email, name string) {
	in.t.Helper()
	cmd := exec.Command(binary, "user", "create", email, "--password-stdin", "--admin", "--first-name", name)
	cmd.Env, cmd.Stdin = in.env, strings.NewReader(journeyPassword+"\n")
	if out, err := cmd.CombinedOutput(); err != nil {
		in.t.Fatalf("%v: %s", err, out)
	}
}
