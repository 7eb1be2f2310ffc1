package e2e

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"storedesk/internal/store/storetest"
)

// publishedContract names the variable with the path of the contract that the original
// publishes. It is not ours to distribute, so it lies outside the repository.
const publishedContract = "STOREDESK_PUBLISHED_CONTRACT"

// TestClientOfThePublishedContract generates a client from the original's contract and
// lets a program that is written against it do its work here, unchanged.
func TestClientOfThePublishedContract(t *testing.T) {
	t.Parallel()
	source := os.Getenv(publishedContract)
	if source == "" {
		t.Skipf("no published contract to make a client of: %s is not set", publishedContract)
	}
	program := buildPublishedClient(t, source)
	storetest.EachURL(t, func(t *testing.T, database string) {
		in := install(t, database)
		stock(t, in, database, "", 1000)
		n := in.start()
		var made struct {
			IDs     []int64 `json:"ids"`
			Changed int64   `json:"changed"`
		}
		out := command(t, filepath.Dir(program), []string{"BASE=" + recording(t, n) + "/api/admin", "TOKEN=" + in.token}, "node", program)
		if err := json.Unmarshal(out, &made); err != nil {
			t.Fatalf("%v in %s", err, out)
		}
		var changed ticket
		c := n.client()
		c.must(200, "GET", fmt.Sprintf("/api/admin/tickets/%d/", made.Changed), nil).decode(t, &changed)
		if changed.Subject != "Changed" || len(changed.Comments) != 2 || len(changed.Tags) != 1 {
			t.Errorf("the client's ticket is %+v", changed)
		}
		there := 0
		c.walk("/api/admin/tickets/", func(ticket) { there++ })
		if there != 45 || len(made.IDs) != there {
			t.Errorf("%d tickets are there, the client made %d", there, len(made.IDs))
		}
	})
}

// recording is the address of a proxy to the node that keeps the client's host and
// holds every exchange against openapi.yaml.
func recording(t *testing.T, n *node) string {
	t.Helper()
	to, err := url.Parse(n.url)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
		},
		Transport: &recorder{t: t, next: http.DefaultTransport},
	})
	t.Cleanup(proxy.Close)
	return proxy.URL
}

// buildPublishedClient generates the client and bundles it with the program that uses
// it; the result is the path of a script for node.
func buildPublishedClient(t *testing.T, source string) string {
	t.Helper()
	tools := npmTools(t)
	dir := t.TempDir()
	journey, err := os.ReadFile("clients/published/journey.ts")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "journey.ts"), journey, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	source, err = filepath.Abs(source) // the generator runs elsewhere
	if err != nil {
		t.Fatal(err)
	}
	command(t, tools, nil, "node_modules/.bin/openapi-ts", "--input", source, "--output", filepath.Join(dir, "generated"),
		"--client", "@hey-api/client-fetch", "--no-log-file")
	script := filepath.Join(dir, "journey.mjs")
	command(t, tools, nil, "node_modules/.bin/esbuild", filepath.Join(dir, "journey.ts"), "--bundle", "--platform=node", "--format=esm",
		"--target=node20", "--log-level=warning", "--outfile="+script)
	return script
}

// npmTools is a directory with the pinned generator installed. It is kept between runs,
// by the content of the lock file.
func npmTools(t *testing.T) string {
	t.Helper()
	lock, err := os.ReadFile("clients/published/package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	sum := sha256.Sum256(lock)
	ready := filepath.Join(cache, "storedesk-tests", "published-client-"+hex.EncodeToString(sum[:8]))
	if _, err := os.Stat(ready); err == nil {
		return ready
	}
	if err := os.MkdirAll(filepath.Dir(ready), 0o700); err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(filepath.Dir(ready), "installing-") //nolint:usetesting // a test's own directory may lie on another file system, where no rename reaches
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	for _, name := range []string{"package.json", "package-lock.json"} {
		text, err := os.ReadFile(filepath.Join("clients/published", name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	// No scripts of packages run: nothing here needs them.
	command(t, dir, nil, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
	if err := os.Rename(dir, ready); err != nil {
		if _, other := os.Stat(ready); other != nil { // else another run was faster
			t.Fatal(err)
		}
	}
	return ready
}

// command runs a program that must succeed and returns what it prints.
func command(t *testing.T, dir string, env []string, name string, args ...string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, append(os.Environ(), env...), &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %v\n%s\n%s", name, err, &out, &errs)
	}
	return out.Bytes()
}
