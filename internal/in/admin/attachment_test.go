package admin

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

const (
	boundary      = "xYzZY"
	multipartType = "multipart/form-data; boundary=" + boundary
)

func file(name, fileName, content string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=%q; filename=%q\r\nContent-Type: text/plain\r\n\r\n%s", name, fileName, content)
}

func text(name, value string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=%q\r\n\r\n%s", name, value)
}

func uploadBody(parts ...string) string {
	var b strings.Builder
	for _, part := range parts {
		b.WriteString("--" + boundary + "\r\n" + part + "\r\n")
	}
	return b.String() + "--" + boundary + "--\r\n"
}

func (d *door) upload(body string) reply {
	d.t.Helper()
	return d.ask(request{method: "POST", path: "tickets/attachments/", body: body, header: header("Content-Type", multipartType)})
}

// stored counts the blobs.
func (d *door) stored() (n int) {
	d.t.Helper()
	for _, err := range d.blobs.Keys(d.t.Context(), time.Now().Add(time.Hour)) {
		if err != nil {
			d.t.Fatal(err)
		}
		n++
	}
	return n
}

func TestUploadThenComment(t *testing.T) {
	t.Parallel()
	d := open(t)
	got := d.upload(uploadBody(file("files", "../a b.txt", "hello"), text("note", "ignored"), file("files", "ü.pdf", "%PDF-1"), file("other", "x", "y")))
	if got.status != 201 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	var made []struct {
		ID       int64
		FileName string `json:"file_name"`
		File     string
	}
	got.decode(t, &made)
	if len(made) != 2 || made[0].FileName != "a b.txt" || made[1].FileName != "ü.pdf" || d.stored() != 2 {
		t.Fatalf("%s, %d blobs", got.body, d.stored())
	}
	if !strings.HasPrefix(made[0].File, "http://localhost/media/") {
		t.Errorf("file is %s", made[0].File)
	}
	id := itoa(int(d.post("tickets/", `{}`).made(t)))
	use := fmt.Sprintf(`{"attachments":[%d]}`, made[0].ID)
	commented := d.post("tickets/"+id+"/comments/", use)
	if commented.status != 200 || !strings.Contains(commented.body, fmt.Sprintf(`"file":%q`, made[0].File)) {
		t.Errorf("comment: %d %s", commented.status, commented.body)
	}
	if again := d.post("tickets/"+id+"/comments/", use); again.status != 400 {
		t.Errorf("an attachment used twice: %d %s", again.status, again.body)
	}
}

func TestRefusedUploadsKeepNothing(t *testing.T) {
	t.Parallel()
	d := open(t)
	const noText = `["The submitted data was not a file. Check the encoding type on the form."]`
	const empty = `["The submitted file is empty."]`
	many := make([]string, 101)
	for i := range many {
		many[i] = file("files", "a.txt", "x")
	}
	for name, tc := range map[string]struct{ body, want string }{
		"no files":         {uploadBody(text("x", "1")), `{"files":["This field is required."]}`},
		"other name":       {uploadBody(file("file", "a.txt", "x")), `{"files":["This field is required."]}`},
		"no parts":         {"abc", `{"files":["This field is required."]}`},
		"nameless file":    {uploadBody(file("files", "/../", "x")), `{"files":["This field is required."]}`},
		"text":             {uploadBody(text("files", "x")), `{"files":{"0":` + noText + `}}`},
		"empty file":       {uploadBody(file("files", "a.txt", "x"), file("files", "b.txt", "")), `{"files":{"1":` + empty + `}}`},
		"texts come first": {uploadBody(file("files", "a.txt", ""), text("files", "x")), `{"files":{"0":` + noText + `,"1":` + empty + `}}`},
		"no end":           {"--" + boundary + "\r\n" + file("files", "a.txt", "x"), `{"detail":"Multipart form parse error - a part ends without a boundary"}`},
		"too many":         {uploadBody(many...), `{"detail":"Multipart form parse error - more than 100 files"}`},
	} {
		if got := d.upload(tc.body); got.status != 400 || got.body != tc.want {
			t.Errorf("%s: %d %s, want %s", name, got.status, got.body, tc.want)
		}
	}
	for _, q := range []request{
		{header: header("Content-Type", "multipart/form-data"), body: "x"},
		{header: header("Content-Type", "application/json"), body: "{}"},
		{token: "none", body: uploadBody(file("files", "a", "x")), header: header("Content-Type", multipartType)},
		{token: "read", body: uploadBody(file("files", "a", "x")), header: header("Content-Type", multipartType)},
	} {
		q.method, q.path = "POST", "tickets/attachments/"
		if got := d.ask(q); got.status/100 != 4 {
			t.Errorf("%v: %d", q, got.status)
		}
	}
	if got := d.ask(request{method: "POST", path: "tickets/attachments/"}); got.body != `{"files":["This field is required."]}` {
		t.Errorf("no body: %d %s", got.status, got.body)
	}
	if n := d.stored(); n != 0 {
		t.Errorf("%d blobs are left", n)
	}
}

func TestUploadWithTokenInTheForm(t *testing.T) {
	t.Parallel()
	d := open(t)
	ask := func(parts ...string) int {
		return d.ask(request{
			method: "POST", path: "tickets/attachments/", token: "none", body: uploadBody(parts...),
			header: header("Content-Type", multipartType),
		}).status
	}
	if got := ask(text("access_token", "full"), file("files", "a", "x")); got != 201 {
		t.Errorf("token first: %d", got)
	}
	if got := ask(file("files", "a", "x"), text("access_token", "full")); got != 401 {
		t.Errorf("token after the file: %d", got)
	}
	if n := d.stored(); n != 1 {
		t.Errorf("%d blobs", n)
	}
}

func TestReplayedUploadKeepsOneBlob(t *testing.T) {
	t.Parallel()
	d := open(t)
	for range 2 {
		got := d.ask(request{
			method: "POST", path: "tickets/attachments/", body: uploadBody(file("files", "a", "x")),
			header: header("Content-Type", multipartType, "Idempotency-Key", "k"),
		})
		if got.status != 201 {
			t.Fatal(got)
		}
	}
	if n := d.stored(); n != 1 {
		t.Errorf("%d blobs, want 1", n)
	}
}

func TestBodiesThatAreTooLarge(t *testing.T) {
	t.Parallel()
	d := open(t)
	const tooLarge = `{"detail":"Request body too large."}`
	huge := strings.Repeat(" ", maxBody)
	for name, tc := range map[string]struct {
		q      request
		status int
	}{
		"told":                   {request{path: "tickets/", body: huge + "{}"}, 413},
		"upload":                 {request{path: "tickets/attachments/", body: uploadBody(file("files", "a", huge)), header: header("Content-Type", multipartType)}, 413},
		"large enough":           {request{path: "tickets/", body: huge[:maxBody-2] + "{}"}, 201},
		"of a stranger":          {request{path: "tickets/", token: "none", body: huge[:maxStranger] + "{}"}, 401},
		"of a stranger, allowed": {request{path: "tickets/", token: "none", body: huge[:maxStranger-2] + "{x"}, 400},
	} {
		tc.q.method = "POST"
		if got := d.ask(tc.q); got.status != tc.status || tc.status == 413 && got.body != tooLarge {
			t.Errorf("%s: %d %.100s, want %d", name, got.status, got.body, tc.status)
		}
	}
	r := d.build(request{method: "POST", path: "tickets/", body: "x"})
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(huge+"{}")), -1
	res, err := noRedirects.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != 413 {
		t.Errorf("in chunks: %d", res.StatusCode)
	}
	if n := d.stored(); n != 0 {
		t.Errorf("%d blobs are left", n)
	}
}

// TestStalledBodies sends the beginning of a body and then nothing.
func TestStalledBodies(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *Config) { c.BodyIdle = 50 * time.Millisecond })
	for name, lines := range map[string][]string{
		"json":   {"POST /api/admin/tickets/ HTTP/1.1", "Authorization: Bearer full", "Content-Type: application/json", "Content-Length: 100", "", "{"},
		"upload": {"POST /api/admin/tickets/attachments/ HTTP/1.1", "Authorization: Bearer full", "Content-Type: " + multipartType, "Content-Length: 1000", "", "--" + boundary, file("files", "a", "x")},
	} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(d.url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		lines[0] += "\r\nHost: localhost"
		if _, err := io.WriteString(conn, strings.Join(lines, "\r\n")); err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(conn) // ends because the server hangs up
		if err != nil {
			t.Fatal(err)
		}
		if got := string(answer); !strings.HasPrefix(got, "HTTP/1.1 408 ") || !strings.HasSuffix(got, `{"detail":"Request body was not received in time."}`) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if n := d.stored(); n != 0 {
		t.Errorf("%d blobs are left", n)
	}
}

func TestSlowBodyWithProgressGetsThrough(t *testing.T) {
	t.Parallel()
	d := open(t, func(c *Config) { c.BodyIdle = 2 * time.Second })
	in, out := io.Pipe()
	r := d.build(request{method: "POST", path: "tickets/", body: "x"})
	r.Body, r.ContentLength = in, -1
	go func() {
		for _, piece := range []string{`{"sub`, `ject":`, `"slow"}`} {
			io.WriteString(out, piece) //nolint:errcheck // the answer tells
		}
		out.Close()
	}()
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != 201 {
		t.Errorf("status %d", res.StatusCode)
	}
}
