package outbound_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"storedesk/internal/outbound"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}

// server counts its requests on an address of this machine.
func server(t *testing.T, address string, handler http.HandlerFunc) (s *httptest.Server, hits *atomic.Int32) {
	t.Helper()
	l, err := net.Listen("tcp", address)
	if err != nil {
		t.Skipf("this machine cannot listen on %s: %v", address, err)
	}
	hits = new(atomic.Int32)
	s = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		hits.Add(1)
		handler(w, r)
	}))
	s.Listener.Close()
	s.Listener = l
	s.Start()
	t.Cleanup(s.Close)
	return s, hits
}

func fine(http.ResponseWriter, *http.Request) {}

// get asks and returns the status.
func get(t *testing.T, c *http.Client, url string) (int, error) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		return 0, err
	}
	answer.Body.Close()
	c.CloseIdleConnections()
	return answer.StatusCode, nil
}

func TestClientRefusesTheMachineItself(t *testing.T) {
	t.Parallel()
	s, hits := server(t, "127.0.0.1:0", fine)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	c := outbound.Client(outbound.Options{})
	for _, host := range []string{"127.0.0.1", "[::ffff:127.0.0.1]", "localhost", "0.0.0.0", "[::]", "１２７.０.０.１", "①②⑦.⓪.⓪.①"} {
		_, err := get(t, c, "http://"+host+":"+port)
		if !errors.Is(err, outbound.ErrRefused) {
			t.Errorf("%s: %v", host, err)
		}
	}
	if _, err := get(t, c, s.URL); err == nil || !strings.Contains(err.Error(), "address refused: 127.0.0.1 is not public") {
		t.Errorf("%v does not name the address", err)
	}
	if hits.Load() != 0 {
		t.Errorf("%d requests came through", hits.Load())
	}
}

func TestClientReachesWhatIsAllowed(t *testing.T) {
	t.Parallel()
	s, _ := server(t, "127.0.0.1:0", fine)
	for _, networks := range []string{"127.0.0.1", "127.0.0.0/8", "::ffff:127.0.0.0/104", "10.0.0.0/8,127.0.0.1"} {
		allow, err := outbound.ParseNetworks(networks)
		if err != nil {
			t.Fatal(err)
		}
		if status, err := get(t, outbound.Client(outbound.Options{Allow: allow}), s.URL); status != 200 {
			t.Errorf("%s: %d, %v", networks, status, err)
		}
	}
	if _, err := get(t, outbound.Client(outbound.Options{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}}), s.URL); !errors.Is(err, outbound.ErrRefused) {
		t.Errorf("a neighbour allowed: %v", err)
	}
}

// TestNameThatChangesItsMind takes 127.0.0.2 for the public address: it is allowed, so
// that the first request arrives, and 127.0.0.1 is not.
func TestNameThatChangesItsMind(t *testing.T) {
	t.Parallel()
	public, arrived := server(t, "127.0.0.2:0", fine)
	_, port, _ := net.SplitHostPort(public.Listener.Addr().String())
	_, inside := server(t, "127.0.0.1:"+port, fine)
	c := outbound.Client(outbound.Options{
		Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")},
		Resolver: nameServer(t, func(n int) []string {
			if n == 1 {
				return []string{"127.0.0.2"}
			}
			return []string{"127.0.0.1"}
		}),
	})
	if status, err := get(t, c, "http://hooks.example:"+port); status != 200 {
		t.Fatalf("the first time: %d, %v", status, err)
	}
	for range 3 {
		if _, err := get(t, c, "http://hooks.example:"+port); !errors.Is(err, outbound.ErrRefused) {
			t.Errorf("later: %v", err)
		}
	}
	if arrived.Load() != 1 || inside.Load() != 0 {
		t.Errorf("%d requests arrived, %d inside", arrived.Load(), inside.Load())
	}
}

func TestNameWithMixedAnswers(t *testing.T) {
	t.Parallel()
	public, arrived := server(t, "127.0.0.2:0", fine)
	_, port, _ := net.SplitHostPort(public.Listener.Addr().String())
	_, inside := server(t, "127.0.0.1:"+port, fine)
	for _, answers := range [][]string{{"127.0.0.2", "127.0.0.1"}, {"127.0.0.1", "169.254.169.254", "127.0.0.2"}, {"127.0.0.3", "127.0.0.1"}} {
		c := outbound.Client(outbound.Options{
			Allow:    []netip.Prefix{netip.MustParsePrefix("127.0.0.2/31")},
			Resolver: nameServer(t, func(int) []string { return answers }),
		})
		_, err := get(t, c, "http://hooks.example:"+port)
		if open := answers[0] != "127.0.0.3"; open != (err == nil) { // nobody listens on .3
			t.Errorf("%v: %v", answers, err)
		}
	}
	if arrived.Load() != 2 || inside.Load() != 0 {
		t.Errorf("%d requests arrived, %d inside", arrived.Load(), inside.Load())
	}
}

func TestRedirectsAreAnswers(t *testing.T) {
	t.Parallel()
	target, inside := server(t, "127.0.0.1:0", fine)
	for _, status := range []int{301, 302, 303, 307, 308} {
		s, hits := server(t, "127.0.0.1:0", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, target.URL, status)
		})
		if got, err := get(t, outbound.Client(outbound.Options{Allow: loopback}), s.URL); got != status || hits.Load() != 1 {
			t.Errorf("%d: %d, %v, %d requests", status, got, err, hits.Load())
		}
	}
	if inside.Load() != 0 {
		t.Error("a redirect was followed")
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	t.Parallel()
	s := httptest.NewUnstartedServer(http.HandlerFunc(fine))
	s.TLS = &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	if _, err := get(t, outbound.Client(outbound.Options{Allow: loopback}), s.URL); err == nil || !strings.Contains(err.Error(), "protocol version") {
		t.Errorf("%v, want a refusal of the version", err)
	}
}

// TestProxyOfTheEnvironmentIsNotAsked runs in a process of its own: net/http reads the
// variables once. The proxy is in an allowed network, or else it would be refused itself.
func TestProxyOfTheEnvironmentIsNotAsked(t *testing.T) {
	const role = "OUTBOUND_TEST_TARGET"
	if target := os.Getenv(role); target != "" {
		if r := httptest.NewRequest(http.MethodGet, target, nil); proxied(r) == "" {
			t.Fatal("the environment names no proxy, so this proves nothing")
		}
		c := outbound.Client(outbound.Options{Allow: loopback, Resolver: nameServer(t, func(int) []string { return []string{"10.0.0.1"} })})
		if _, err := get(t, c, target); !errors.Is(err, outbound.ErrRefused) {
			t.Fatalf("%v, want a refusal", err)
		}
		return
	}
	proxy, hits := server(t, "127.0.0.1:0", fine)
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestProxyOfTheEnvironmentIsNotAsked$")
	cmd.Env = append(os.Environ(), role+"=http://hooks.example/", "HTTP_PROXY="+proxy.URL, "HTTPS_PROXY="+proxy.URL, "NO_PROXY=", "no_proxy=")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
	if hits.Load() != 0 {
		t.Errorf("the proxy got %d requests", hits.Load())
	}
}

func proxied(r *http.Request) string {
	if u, err := http.ProxyFromEnvironment(r); err == nil && u != nil {
		return u.String()
	}
	return ""
}

// TestSlowServerEndsAtTheTimeout: each byte comes in time, the whole never does.
func TestSlowServerEndsAtTheTimeout(t *testing.T) {
	t.Parallel()
	drip := func(w http.ResponseWriter, r *http.Request) {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			if _, err := io.WriteString(w, "x"); err != nil {
				return
			}
			if http.NewResponseController(w).Flush() != nil {
				return
			}
			select {
			case <-tick.C:
			case <-r.Context().Done():
				return
			}
		}
	}
	s, _ := server(t, "127.0.0.1:0", drip)
	c := outbound.Client(outbound.Options{Allow: loopback, Timeout: 200 * time.Millisecond})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := c.Do(r)
	if err != nil {
		t.Fatal(err) // the header came at once
	}
	defer answer.Body.Close()
	var timeout net.Error
	if n, err := io.Copy(io.Discard, answer.Body); !errors.As(err, &timeout) || !timeout.Timeout() || n == 0 {
		t.Errorf("%d bytes, %v, want a timeout after some", n, err)
	}
}

// TestHeaderThatNeverEnds has a server that writes header lines for as long as they are read.
func TestHeaderThatNeverEnds(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		_, err = http.ReadRequest(bufio.NewReader(conn)) // an answer before the question is refused as such
		for line := "HTTP/1.1 200 OK\r\n"; err == nil; line = "X: " + strings.Repeat("x", 1000) + "\r\n" {
			_, err = io.WriteString(conn, line)
		}
	}()
	_, err = get(t, outbound.Client(outbound.Options{Allow: loopback}), "http://"+l.Addr().String())
	if err == nil || errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "header") {
		t.Errorf("%v, want a limit on the header", err)
	}
}
