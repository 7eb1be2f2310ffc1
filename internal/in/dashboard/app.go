package dashboard

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"storedesk/internal/page"
)

// filesPath is where the application's files are; their names tell their content.
const filesPath = "/dashboard/app/"

// places are the pages that the application shows, below /dashboard/. Pages of other doors
// below them win, as http.ServeMux prefers the narrower path.
var places = []string{"{$}", "tickets/{rest...}", "mails/{rest...}", "customers/{rest...}", "macros/{rest...}", "settings/{rest...}"}

// nonceMark stands in index.html where each answer puts a nonce of its own.
const nonceMark = "STOREDESK_NONCE"

func (d *door) appRoutes() []page.Route {
	rows := []page.Route{{
		Method: http.MethodGet, Path: filesPath + "{file...}", Needs: page.Anyone, CSRF: page.ReadOnly, Plain: d.app,
	}}
	for _, place := range places {
		rows = append(rows, page.Route{
			Method: http.MethodGet, Path: page.Home + place, Needs: page.SignedIn, CSRF: page.ReadOnly, Handle: d.index,
		})
	}
	return rows
}

// index answers every place of the application with the same page.
func (d *door) index(q *page.Request) error {
	if d.app.index == "" {
		http.Error(q.W, "This build carries no dashboard. `make build` makes one that does.", http.StatusNotFound)
		return nil
	}
	body := strings.NewReplacer(nonceMark, q.Application(), `lang="en"`, `lang="`+q.Lang.Tag+`"`).Replace(d.app.index)
	q.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = q.W.Write([]byte(body)) // a client that went away is no error of ours
	return nil
}

// application serves the built files, compressed once.
type application struct {
	index string
	files map[string]file
}

type file struct {
	kind       string
	plain, zip []byte
}

// newApplication reads the files. None at all is a program built without them.
func newApplication(files fs.FS) (*application, error) {
	a := &application{files: map[string]file{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		if name == "index.html" {
			a.index = string(text)
			return nil
		}
		a.files[name] = file{mime.TypeByExtension(path.Ext(name)), text, compressed(text)}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return a, err
}

// compressed is the text in gzip, or nil where that saves nothing.
func compressed(text []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestCompression) // a level that exists
	_, _ = w.Write(text)                                    // a buffer takes everything
	if w.Close() != nil || out.Len() >= len(text) {
		return nil
	}
	return out.Bytes()
}

// ServeHTTP serves a file below filesPath. Names change with content, so browsers keep
// them for good.
func (a *application) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	f, ok := a.files[r.PathValue("file")]
	if !ok || r.Method != http.MethodGet && r.Method != http.MethodHead {
		http.NotFound(w, r)
		return
	}
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := f.plain
	if f.zip != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = f.zip
	}
	_, _ = w.Write(body) // a client that went away is no error of ours
}
