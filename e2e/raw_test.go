package e2e

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// dial opens a connection to the node, for bytes that no client library would send.
func (n *node) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(n.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// raw sends bytes as they are and reads so many answers, or fewer if the server hangs
// up. cut says that the sender then closes its half of the connection.
func (n *node) raw(t *testing.T, text string, count int, cut bool) []*answer {
	t.Helper()
	conn := n.dial(t)
	// The server may answer and hang up before it has read everything.
	if _, err := io.WriteString(conn, text); err == nil && cut {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	return answers(t, conn, text, count)
}

func answers(t *testing.T, conn net.Conn, text string, count int) []*answer {
	t.Helper()
	var all []*answer
	in := bufio.NewReader(conn)
	for len(all) < count {
		if _, err := in.Peek(1); err != nil {
			return all
		}
		response, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Errorf("%.80q: no HTTP answer: %v", text, err)
			return all
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil {
			t.Errorf("%.80q: half an answer: %v", text, err)
		}
		all = append(all, &answer{response.StatusCode, response.Header, body})
	}
	return all
}

// head writes the head of a request with the installation's token; lines are more
// header fields.
func (n *node) head(method, target string, lines ...string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s %s HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\n", method, target, n.in.token)
	for _, line := range lines {
		out.WriteString(line + "\r\n")
	}
	return out.String() + "\r\n"
}

// checkForm holds an answer to a raw request against the document, which says of every
// answer of the API what its body is. Where the HTTP library itself refuses a request,
// before any program sees it, a status has to do.
func checkForm(t *testing.T, name string, a *answer) {
	t.Helper()
	if a.Header.Get("X-Request-Id") == "" {
		if a.Status >= 500 && a.Status != http.StatusNotImplemented && a.Status != http.StatusHTTPVersionNotSupported {
			t.Errorf("%s: %d %.200s", name, a.Status, a.Body)
		}
		return
	}
	if !utf8.Valid(a.Body) {
		t.Errorf("%s: the answer is not UTF-8: %.200q", name, a.Body)
	}
	x := &exchange{
		request: &http.Request{Method: "PURGE", URL: &url.URL{Path: "/api/admin/"}, Header: http.Header{}},
		status:  a.Status, header: a.Header, text: a.Body,
	}
	if a.Status/100 == 2 {
		return
	}
	if _, err := x.check(); err != nil && !bytes.HasPrefix(a.Body, []byte(`{"`)) {
		t.Errorf("%s: %d %.200s is not in the contract's form: %v", name, a.Status, a.Body, err)
	}
}

// alive asserts that the server still works.
func (n *node) alive(t *testing.T) {
	t.Helper()
	n.client().must(201, "POST", "/api/admin/tickets/", map[string]any{"subject": "still here"})
	n.client().must(200, "GET", "/api/admin/tickets/", nil)
}

// memory is what the server's process holds, in MiB: now and at its highest.
func (n *node) memory(t *testing.T) (now, highest int) {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", n.cmd.Process.Pid))
	if err != nil {
		t.Skipf("this system does not tell: %v", err)
	}
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		if len(fields) < 2 {
			continue
		}
		kib, _ := strconv.Atoi(fields[1])
		switch fields[0] {
		case "VmRSS:":
			now = kib / 1024
		case "VmHWM:":
			highest = kib / 1024
		}
	}
	return now, highest
}
