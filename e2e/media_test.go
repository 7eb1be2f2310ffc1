package e2e

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"storedesk/internal/store/storetest"
)

// TestFileNames uploads files whose names mean harm or are odd.
func TestFileNames(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		n := in.start()
		c := n.client()
		long := strings.Repeat("n", 300)
		for sent, shown := range map[string]string{
			"plain.txt": "plain.txt", "../../etc/passwd": "passwd", `C:\windows\evil.exe`: "evil.exe", "/etc/shadow": "shadow",
			"naïve 日本.txt": "naïve 日本.txt", long + ".png": long[:251] + ".png", long: long[:255],
			strings.Repeat("é", 300) + ".pdf": strings.Repeat("é", 251) + ".pdf", "x." + long: "." + long[:254],
			`quote".txt`: `quote".txt`, "new\r\nline.txt": "newline.txt", "..hidden": "..hidden", "<script>.txt": "<script>.txt", "odd\xff\xfe.txt": "odd\ufffd.txt",
			"%2e%2e%2fencoded": "%2e%2e%2fencoded", "gnp\u202etxt.exe": "gnptxt.exe", " . ": " . ", "CON": "CON",
		} {
			checkFileName(t, c, n, sent, shown)
		}
		for name, status := range map[string]int{"": 400, ".": 400, "..": 400, "dir/": 400, "a/..": 400, "a\x01b": 400, "a\x00b": 400} {
			if got := c.ask(ask{method: "POST", path: attachments, media: "multipart/form-data; boundary=x", body: namedPart(name)}); got.Status != status {
				t.Errorf("a file named %q: %d %s", name, got.Status, got.Body)
			}
		}
		encoded := strings.Replace(namedPart("x"), `filename="x"`, `filename*=UTF-8''..%2Fa%01b%00%0Ac.txt`, 1)
		if got := c.ask(ask{method: "POST", path: attachments, media: "multipart/form-data; boundary=x", body: encoded, odd: true}); !strings.Contains(string(got.Body), `"file_name":"abc.txt"`) {
			t.Errorf("an encoded name: %d %s", got.Status, got.Body)
		}
		checkDisk(t, in)
	})
}

// namedPart is an upload of one file whose name is sent byte by byte, quoted.
func namedPart(name string) string {
	name = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\r", "", "\n", "").Replace(name)
	return "--x\r\nContent-Disposition: form-data; name=\"files\"; filename=\"" + name + "\"\r\nContent-Type: text/html\r\n\r\nhello\r\n--x--\r\n"
}

func checkFileName(t *testing.T, c *client, n *node, sent, shown string) {
	t.Helper()
	got := c.ask(ask{method: "POST", path: attachments, media: "multipart/form-data; boundary=x", body: namedPart(sent), odd: true})
	var made []attachment
	if got.Status == 201 {
		got.decode(t, &made)
	}
	if len(made) != 1 || made[0].FileName != shown {
		t.Errorf("%.40q: %d %.300s, want %.40q", sent, got.Status, got.Body, shown)
		return
	}
	file := c.ask(ask{method: "GET", path: strings.TrimPrefix(made[0].File, n.url)})
	disposition := file.Header.Get("Content-Disposition")
	_, params, err := mime.ParseMediaType(disposition)
	if file.Status != 200 || string(file.Body) != "hello" || err != nil || params["filename"] == "" || strings.ContainsAny(params["filename"], "/\\\r\n\x00") || !utf8.ValidString(disposition) {
		t.Errorf("%.40q is served with %d %q, %v", sent, file.Status, disposition, err)
	}
}

// checkDisk asserts that nothing a sender named lies on the disk.
func checkDisk(t *testing.T, in *installation) {
	t.Helper()
	var dir string
	for _, pair := range in.env {
		if value, ok := strings.CutPrefix(pair, "STOREDESK_DATA_DIR="); ok {
			dir = value
		}
	}
	files := 0
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			files++
		}
		for _, name := range []string{"passwd", "evil", "shadow", "plain", "hidden", "encoded", "script"} {
			if strings.Contains(path, name) {
				t.Errorf("%s lies on the disk", path)
			}
		}
		return err
	})
	if err != nil || files < 10 {
		t.Errorf("%d files in %s, %v", files, dir, err)
	}
}

// TestFilesAreServedSafely fetches uploads of every kind, whole and in parts.
func TestFilesAreServedSafely(t *testing.T) {
	t.Parallel()
	n := install(t, storetest.SQLite(t)).start()
	c := n.client()
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
	for _, tc := range []struct{ name, content, media, disposition string }{
		{"a.txt", "hello", "text/plain; charset=utf-8", "inline"},
		{"a.png", png, "image/png", "inline"},
		{"a.html", "<html><script>alert(1)</script>", "application/octet-stream", "attachment"},
		{"a.txt", "<html><script>alert(1)</script>", "application/octet-stream", "attachment"},
		{"a.svg", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "application/octet-stream", "attachment"},
		{"a.png", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "application/octet-stream", "attachment"},
		{"a.xml", `<?xml version="1.0"?><x xmlns="http://www.w3.org/1999/xhtml"/>`, "application/octet-stream", "attachment"},
		{"a.gif", "GIF89a<script>alert(1)</script>", "application/octet-stream", "attachment"},
		{"a.js", "alert(1)", "application/octet-stream", "attachment"},
	} {
		file := strings.TrimPrefix(c.attach(tc.name, tc.content).File, n.url)
		for _, method := range []string{"GET", "HEAD"} {
			got := c.ask(ask{method: method, path: file, header: []string{"Authorization", ""}})
			h := got.Header
			disposition, _, _ := strings.Cut(h.Get("Content-Disposition"), ";")
			if got.Status != 200 || h.Get("Content-Type") != tc.media || disposition != tc.disposition || h.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || h.Get("Content-Length") != fmt.Sprint(len(tc.content)) {
				t.Errorf("%s %s %.20q: %d %v", method, tc.name, tc.content, got.Status, h)
			}
			if method == "GET" && string(got.Body) != tc.content {
				t.Errorf("%s became %.40q", tc.name, got.Body)
			}
		}
	}
}

func TestRangesOfFiles(t *testing.T) {
	t.Parallel()
	n := install(t, storetest.SQLite(t)).start()
	c := n.client()
	file := strings.TrimPrefix(c.attach("a.txt", "0123456789").File, n.url)
	tag := c.ask(ask{method: "GET", path: file}).Header.Get("ETag")
	for _, tc := range []struct {
		header []string
		status int
		body   string
	}{
		{[]string{"Range", "bytes=2-4"}, 206, "234"},
		{[]string{"Range", "bytes=8-"}, 206, "89"},
		{[]string{"Range", "bytes=-3"}, 206, "789"},
		{[]string{"Range", "bytes=5-100"}, 206, "56789"},
		{[]string{"Range", "bytes=10-"}, 416, ""},
		{[]string{"Range", "bytes=4-2"}, 416, ""},
		{[]string{"Range", "lines=1-2"}, 416, ""},
		{[]string{"Range", "bytes=2-4", "If-Range", tag}, 206, "234"},
		{[]string{"Range", "bytes=2-4", "If-Range", `"x"`}, 200, "0123456789"},
		{[]string{"If-None-Match", tag}, 304, ""},
		{[]string{"If-None-Match", `"x"`}, 200, "0123456789"},
		{[]string{"Range", "bytes=0-0,2-2"}, 206, "\r\n0\r\n"},
		{[]string{"Range", "bytes=" + strings.Repeat("0-1,", 1000) + "0-1"}, 200, "0123456789"},
	} {
		got := c.ask(ask{method: "GET", path: file, header: tc.header})
		if got.Status != tc.status || !strings.Contains(string(got.Body), tc.body) {
			t.Errorf("%.60v: %d %q, want %d %q", tc.header, got.Status, got.Body, tc.status, tc.body)
		}
	}
	for _, method := range []string{"POST", "PUT", "DELETE", "OPTIONS"} {
		if got := c.ask(ask{method: method, path: file}); got.Status != 405 {
			t.Errorf("%s: %d", method, got.Status)
		}
	}
}

// TestLinksBelongToTheirStore fetches by wrong keys and from another store's host.
func TestLinksBelongToTheirStore(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		in.run("store", "create", "Other", "other.example")
		in.run("store", "set", "--store", "localhost", "hosts=localhost,127.0.0.1")
		n := in.start()
		c := n.client()
		file := strings.TrimPrefix(c.attach("a.txt", "hello").File, n.url)
		last := len(file) - 1
		for _, a := range []ask{
			{path: file, header: []string{"Host", "other.example"}},
			{path: file, header: []string{"Host", "unknown.example"}},
			{path: file[:last]},
			{path: file + "x"},
			{path: strings.ToLower(file) + "X"},
			{path: "/media/"},
			{path: "/media/x/a.txt"},
			{path: "/media/" + strings.Split(file, "/")[2] + "/"},
		} {
			a.method = http.MethodGet
			if got := c.ask(a); got.Status != 404 || strings.Contains(string(got.Body), "hello") {
				t.Errorf("%s %v: %d %.60q", a.path, a.header, got.Status, got.Body)
			}
		}
		if got := c.ask(ask{method: "GET", path: file}); got.Status != 200 {
			t.Errorf("the link itself: %d", got.Status)
		}
	})
}

// TestOperatorEndsLinks lets links expire, and gives all attachments new ones.
func TestOperatorEndsLinks(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		n := in.start()
		plain := n.client().attach("a.txt", "hello")
		ticketPath := "/api/admin/tickets/1/"
		before := n.client().must(200, "GET", ticketPath, nil)
		get := func(link string) int {
			return n.client().ask(ask{method: "GET", path: strings.TrimPrefix(link, n.url)}).Status
		}
		link := func() string {
			var shown struct {
				Comments []struct{ Attachments []attachment }
			}
			n.client().must(200, "GET", ticketPath, nil).decode(t, &shown)
			return shown.Comments[0].Attachments[0].File
		}
		in.run("store", "rotate-links")
		if old, fresh := get(plain.File), get(link()); old != 404 || fresh != 200 || link() == plain.File {
			t.Errorf("after the rotation the old link answers %d, the new one %d", old, fresh)
		}
		eventually(t, "a client that held the ticket is told that its links are still good", func() bool {
			return n.client().ask(ask{method: "GET", path: ticketPath, header: []string{"If-None-Match", before.Header.Get("ETag")}}).Status == 200
		})

		restart := func(ttl string) {
			in.run("store", "set", "media_ttl="+ttl)
			n.kill() // settings are read again now and then; this is sooner
			n = in.start()
		}
		restart("1h")
		signed := link()
		bare, _, _ := strings.Cut(signed, "?")
		for tampered, want := range map[string]int{
			signed: 200, bare: 404, signed + "x": 404, strings.Replace(signed, "expires=", "expires=9", 1): 404, strings.Replace(signed, "expires=", "expires=x", 1): 404,
			bare + "?expires=99999999999999999999&signature=x": 404, bare + "?expires=9999999999&signature=": 404, bare + "?signature=%00&expires=%ff": 404,
		} {
			if got := get(tampered); got != want {
				t.Errorf("%s: %d, want %d", tampered, got, want)
			}
		}
		restart("1s")
		short := link()
		if got := get(short); got != 200 {
			t.Errorf("a fresh link: %d", got)
		}
		eventually(t, "a link of one second is still good", func() bool { return get(short) == 404 })
		restart("0")
		if got := link(); strings.Contains(got, "?") || get(got) != 200 {
			t.Errorf("without expiry the link is %s", got)
		}
	})
}

// eventually waits for what another process brings about by itself.
func eventually(t *testing.T, otherwise string, done func() bool) {
	t.Helper()
	deadline, again := time.After(20*time.Second), time.NewTicker(50*time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatal(otherwise)
		}
	}
}

// TestUploadsThatAreRefusedLeaveNothing counts the files on disk.
func TestUploadsThatAreRefusedLeaveNothing(t *testing.T) {
	t.Parallel()
	in := install(t, storetest.SQLite(t))
	n := in.start()
	c := n.client()
	reader := strings.TrimSpace(in.run("token", "create", "--scopes", "tickets:read"))
	good, goodBody := upload("a.txt", "hello")
	empty, emptyBody := upload("a.txt", "hello", "b.txt", "")
	for _, a := range []ask{
		{media: good, body: goodBody, header: []string{"Authorization", ""}},
		{media: good, body: goodBody, header: []string{"Authorization", "Bearer " + reader}},
		{media: empty, body: emptyBody},
		{media: good, body: goodBody[:len(goodBody)/2] + "x"},
		{media: formMedia, body: "files=x"},
		{media: jsonMedia, body: `{"files":["x"]}`},
	} {
		a.method, a.path = "POST", attachments
		if got := c.ask(a); !slices.Contains([]int{400, 401, 403, 415}, got.Status) {
			t.Errorf("%.30s %v: %d %s", a.media, a.header, got.Status, got.Body)
		}
	}
	blobs := 0
	for _, pair := range in.env {
		if dir, ok := strings.CutPrefix(pair, "STOREDESK_DATA_DIR="); ok {
			_ = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
				if err == nil && !entry.IsDir() {
					blobs++
				}
				return err
			})
		}
	}
	if blobs != 0 {
		t.Errorf("%d files are left", blobs)
	}
}
