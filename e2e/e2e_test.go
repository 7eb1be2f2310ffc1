// Package e2e runs the real program: its commands, its server, several nodes of it,
// and its death at any moment.
package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

var binary string

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "storedesk-e2e")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	binary = filepath.Join(dir, "storedesk")
	build := exec.Command("go", "build", "-o", binary, "storedesk/cmd/storedesk")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// desk is an installation: a database and a data directory on which nodes run.
type installation struct {
	t     *testing.T
	env   []string
	token string
}

// install makes an installation on a database, with a token for everything.
func install(t *testing.T, url string) *installation {
	t.Helper()
	in := &installation{t: t, env: append(os.Environ(),
		"STOREDESK_DATABASE_URL="+url, "STOREDESK_DATA_DIR="+t.TempDir(), "STOREDESK_RATE_LIMIT=0")}
	in.token = strings.TrimSpace(in.run("token", "create", "--scopes", "admin:read admin:write"))
	return in
}

// run executes a command of the program, which must succeed, and returns what it
// printed on stdout.
func (in *installation) run(args ...string) string {
	in.t.Helper()
	out, stderr, err := in.try(args...)
	if err != nil {
		in.t.Fatalf("storedesk %s: %v\n%s", strings.Join(args, " "), err, stderr)
	}
	return out
}

func (in *installation) try(args ...string) (stdout, stderr string, err error) {
	var out, errs bytes.Buffer
	cmd := exec.Command(binary, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = in.env, &out, &errs
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// node is one running server of an installation.
type node struct {
	t    *testing.T
	in   *installation
	cmd  *exec.Cmd
	url  string
	log  bytes.Buffer
	out  console
	done chan error
}

// start runs a server on a free port and waits until it answers.
func (in *installation) start(extra ...string) *node {
	in.t.Helper()
	address := freeAddress(in.t)
	n := &node{t: in.t, in: in, url: "http://" + address, done: make(chan error, 1)}
	n.cmd = exec.Command(binary, append([]string{"serve", "--listen", address}, extra...)...)
	n.cmd.Env, n.cmd.Stderr, n.cmd.Stdout = in.env, &n.log, &n.out
	if err := n.cmd.Start(); err != nil {
		in.t.Fatal(err)
	}
	go func() { n.done <- n.cmd.Wait() }()
	in.t.Cleanup(n.kill)
	n.waitReady()
	return n
}

func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func (n *node) waitReady() {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(n.t.Context(), 30*time.Second)
	defer cancel()
	for {
		response, err := http.Get(n.url + "/healthz")
		if err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case err := <-n.done:
			n.t.Fatalf("the server ended: %v\n%s", err, n.log.String())
		case <-ctx.Done():
			n.t.Fatalf("the server does not answer\n%s", n.log.String())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// kill ends the server as a power cut would, and waits until it is gone.
func (n *node) kill() {
	_ = n.cmd.Process.Kill() // it may be gone already
	err := <-n.done
	n.done <- err
}

// answer is what the server said.
type answer struct {
	Status int
	Header http.Header
	Body   []byte
}

func (a *answer) decode(t *testing.T, to any) {
	t.Helper()
	if err := json.Unmarshal(a.Body, to); err != nil {
		t.Fatalf("%v in %d %s", err, a.Status, a.Body)
	}
}

// client talks to one node, as one program with the installation's token. Whatever it
// is answered is held against openapi.yaml.
type client struct {
	http  http.Client
	node  *node
	token string
	host  string // the store's; "" = the node's address
}

func (n *node) client() *client {
	return &client{node: n, token: n.in.token, http: http.Client{
		Timeout: 30 * time.Second, Transport: &recorder{t: n.t, next: &http.Transport{MaxIdleConnsPerHost: 16, ExpectContinueTimeout: 10 * time.Second}},
	}}
}

// send asks for a path; body, if not nil, goes as JSON.
func (c *client) send(method, path string, body any, headers ...string) (*answer, error) {
	var reader io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, err
		}
		reader = bytes.NewReader(text)
	}
	request, err := http.NewRequest(method, c.node.url+path, reader)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	return c.do(request, headers...)
}

// do sends a request with the client's token and more headers, in pairs; an empty
// value takes a header away.
func (c *client) do(request *http.Request, headers ...string) (*answer, error) {
	request.Header.Set("Authorization", "Bearer "+c.token)
	if c.host != "" {
		request.Host = c.host
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
		if headers[i+1] == "" {
			request.Header.Del(headers[i])
		}
		if headers[i] == "Host" {
			request.Host = headers[i+1]
		}
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return &answer{response.StatusCode, response.Header, text}, err
}

func (c *client) must(status int, method, path string, body any, headers ...string) *answer {
	c.node.t.Helper()
	a, err := c.send(method, path, body, headers...)
	if err != nil {
		c.node.t.Fatal(err)
	}
	if a.Status != status {
		c.node.t.Fatalf("%s %s: %d %s, want %d", method, path, a.Status, a.Body, status)
	}
	return a
}

// ticket is what these tests look at in a ticket.
type ticket struct {
	ID       int64    `json:"id"`
	Subject  string   `json:"subject"`
	Status   string   `json:"status"`
	Tags     []string `json:"tags"`
	Comments []struct {
		ID   int64   `json:"id"`
		Body *string `json:"body"`
	} `json:"comments"`
}

type listing struct {
	Next     *string  `json:"next"`
	Previous *string  `json:"previous"`
	Results  []ticket `json:"results"`
}

// walk follows a list's next links from a path to its end.
func (c *client) walk(path string, each func(ticket)) {
	c.node.t.Helper()
	for path != "" {
		var page listing
		c.must(200, "GET", path, nil).decode(c.node.t, &page)
		for _, x := range page.Results {
			each(x)
		}
		path = ""
		if page.Next != nil {
			path = strings.TrimPrefix(*page.Next, c.node.url)
		}
	}
}

// parallel runs fn in n goroutines and waits.
func parallel(n int, fn func(i int)) {
	var group sync.WaitGroup
	for i := range n {
		group.Go(func() { fn(i) })
	}
	group.Wait()
}
