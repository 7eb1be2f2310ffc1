package importer_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/access"
	"storedesk/internal/blob"
	"storedesk/internal/commerce"
	"storedesk/internal/desk"
	"storedesk/internal/in/admin"
	"storedesk/internal/in/importer"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

// source is a live store: the Admin API itself, with faults in front of it. Every
// attachment's file is its path.
type source struct {
	*httptest.Server
	db    *store.DB
	st    *desk.Store
	token string

	mu      sync.Mutex
	faults  bool
	asked   int
	pages   []string // queries of pages of tickets
	leaks   []string // requests that had the token or lacked the version where they should not
	missing map[string]bool
}

func newSource(t *testing.T, shop *lines) *source {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite(t))
	s := &source{db: db, st: defaultStore(t, db), missing: map[string]bool{}}
	fromDir(t, db, s.st, shop.dir(t))
	tokens := &access.Service{DB: db, Now: time.Now}
	var err error
	if s.token, err = tokens.Create(t.Context(), s.st, "import", []string{"admin:read"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	api := admin.New(admin.Config{
		Tickets: &tickets.Service{DB: db, Now: time.Now}, People: &people.Service{DB: db, Now: time.Now}, Commerce: &commerce.Service{DB: db},
		Access: tokens, Stores: &settings.Stores{DB: db, Now: time.Now}, Blobs: openBlobs(t),
	})
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(w, r, api) }))
	t.Cleanup(s.Close)
	return s
}

func openBlobs(t *testing.T) blob.Store {
	t.Helper()
	blobs, err := blob.Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return blobs
}

func (s *source) serve(w http.ResponseWriter, r *http.Request, api http.Handler) {
	if path, ok := strings.CutPrefix(r.URL.Path, "/media/"); ok {
		s.file(w, r, path)
		return
	}
	s.mu.Lock()
	s.asked++
	n, faults := s.asked, s.faults
	if r.Header.Get("X-29next-API-Version") == "" {
		s.leaks = append(s.leaks, "no version: "+r.URL.Path)
	}
	if strings.HasSuffix(r.URL.Path, "/tickets/") {
		s.pages = append(s.pages, r.URL.RawQuery)
	}
	s.mu.Unlock()
	switch {
	case faults && n%7 == 3:
		w.Header().Set("Retry-After", "2")
		http.Error(w, `{"detail":"Request was throttled. Expected available in 2 seconds."}`, http.StatusTooManyRequests)
	case faults && n%11 == 5:
		http.Error(w, "broken", http.StatusBadGateway)
	case faults && n%13 == 6:
		_, _ = io.WriteString(w, `{"next":null,"previous":null,"results":[{"id":`)
	case faults && n%17 == 7:
		panic(http.ErrAbortHandler)
	default:
		api.ServeHTTP(w, r)
	}
}

func (s *source) file(w http.ResponseWriter, r *http.Request, path string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.Header.Get("Authorization") != "" {
		s.leaks = append(s.leaks, "a token with "+path)
	}
	if s.missing[path] {
		http.NotFound(w, r)
		return
	}
	_, _ = io.WriteString(w, path)
}

// options are those of an import that does not wait; waited tells the waits.
func (s *source) options(waited *[]time.Duration) importer.Options {
	o := importer.Options{URL: s.URL + "/", Token: s.token, PerSecond: 1e6}
	o.SetWait(func(ctx context.Context, d time.Duration) error {
		if waited != nil {
			*waited = append(*waited, d)
		}
		return ctx.Err()
	})
	return o
}

// wire shows a store's tickets without the version that each database counts itself.
func shown(t *testing.T, db *store.DB, st *desk.Store) map[int64]string {
	t.Helper()
	docs := documents(t, db, st)
	for id, doc := range docs {
		_, docs[id], _ = strings.Cut(doc, "|")
	}
	return docs
}

func TestPull(t *testing.T) {
	t.Parallel()
	shop := generate(t, 450)
	each(t, func(t *testing.T, url string, db *store.DB, st *desk.Store) {
		s := newSource(t, shop)
		s.faults = true
		first := firstAttachment(shop)
		s.missing[first.Path] = true
		blobs := openBlobs(t)
		var waited []time.Duration
		report, err := importer.FromURL(t.Context(), db, st, blobs, s.options(&waited))
		if err != nil {
			t.Fatal(err)
		}
		for k, list := range shop.files {
			want := importer.Count{New: len(list)}
			if k == importer.Tickets {
				want.Repaired = 1 // the missing file
			}
			if report.Counts[k] != want {
				t.Errorf("%s: %+v, want %+v", k, report.Counts[k], want)
			}
		}
		if diff := cmp.Diff(shown(t, s.db, s.st), shown(t, db, st)); diff != "" {
			t.Errorf("tickets differ:\n%.3000s", diff)
		}
		if !slices.Contains(waited, 2*time.Second) {
			t.Errorf("no Retry-After was obeyed: %v", waited)
		}
		if len(s.leaks) > 0 {
			t.Error(s.leaks)
		}
		orders, _, err := db.Orders(t.Context(), st, "", "", desk.Page{Order: desk.NewestFirst, Size: 1000})
		if err != nil || len(orders) != len(shop.files[importer.Orders]) {
			t.Fatalf("%d orders, %v", len(orders), err)
		}
		theirs, _, err := s.db.Orders(t.Context(), s.st, "", "", desk.Page{Order: desk.NewestFirst, Size: 1000})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(theirs, orders); diff != "" {
			t.Errorf("orders differ:\n%.2000s", diff)
		}

		s.faults = false
		asked := s.asked
		delete(s.missing, first.Path)
		report, err = importer.FromURL(t.Context(), db, st, blobs, s.options(nil))
		if err != nil {
			t.Fatal(err)
		}
		for k, list := range shop.files {
			want := importer.Count{Same: len(list)}
			if k == importer.Tickets {
				want = importer.Count{Same: len(list) - 1, Changed: 1} // the file is there now
			}
			if report.Counts[k] != want {
				t.Errorf("second run, %s: %+v, want %+v", k, report.Counts[k], want)
			}
		}
		if n := s.asked - asked; n > 25 {
			t.Errorf("the second run asked %d times: it fetched orders that had not changed", n)
		}
		for _, x := range shop.tickets {
			for _, c := range x.Comments {
				for _, a := range c.Attachments {
					checkFile(t, db, st, blobs, a)
				}
			}
		}
	})
}

func firstAttachment(l *lines) desk.Attachment {
	for _, x := range l.tickets {
		for _, c := range x.Comments {
			if len(c.Attachments) > 0 {
				return c.Attachments[0]
			}
		}
	}
	panic("no attachments")
}

func checkFile(t *testing.T, db *store.DB, st *desk.Store, blobs blob.Store, a desk.Attachment) {
	t.Helper()
	row, err := db.AttachmentByPath(t.Context(), st, a.Path)
	if err != nil {
		t.Fatalf("%s: %v", a.Path, err)
	}
	in, err := blobs.Open(t.Context(), row.BlobKey)
	if err != nil {
		t.Fatalf("attachment %d: %v", a.ID, err)
	}
	defer in.Close()
	data, err := io.ReadAll(in)
	if err != nil || string(data) != a.Path || row.Size != int64(len(data)) {
		t.Errorf("attachment %d holds %q, %d bytes, %v", a.ID, data, row.Size, err)
	}
}

func TestInterruptedPullGoesOn(t *testing.T) {
	t.Parallel()
	shop := generate(t, 450)
	s := newSource(t, shop)
	db := storetest.Open(t, storetest.SQLite(t))
	st, blobs := defaultStore(t, db), openBlobs(t)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	o := s.options(nil)
	o.Progress = func(p importer.Progress) {
		if p.Kind == importer.Tickets && p.Count.New >= 200 {
			stop()
		}
	}
	if _, err := importer.FromURL(ctx, db, st, blobs, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("the import ended with %v", err)
	}
	report, err := importer.FromURL(t.Context(), db, st, blobs, s.options(nil))
	if err != nil {
		t.Fatal(err)
	}
	if c := report.Counts[importer.Tickets]; c.New < 200 || c.New > 350 || c.Changed != 0 {
		t.Errorf("the second run found %+v", c)
	}
	if len(s.pages) > 7 { // five, and those around the interruption again
		t.Errorf("%d pages of tickets were asked for: %v", len(s.pages), s.pages)
	}
	if diff := cmp.Diff(shown(t, s.db, s.st), shown(t, db, st)); diff != "" {
		t.Errorf("tickets differ:\n%.3000s", diff)
	}
}

// TestPullRefuses covers sources that an import must not go on with.
func TestPullRefuses(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	st, blobs := defaultStore(t, db), openBlobs(t)
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		t.Errorf("another host was asked, with %q", r.Header.Get("Authorization"))
	}))
	t.Cleanup(thief.Close)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    string
	}{
		"a token that is not accepted": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusUnauthorized) }, "token is not accepted"},
		"a redirect to another host": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, thief.URL+r.URL.Path, http.StatusFound)
		}, "redirects to another host"},
		"always busy": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, "503"},
		"no list":     {func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "<html>") }, "invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(c.handler)
			defer server.Close()
			o := importer.Options{URL: server.URL, Token: "secret"}
			o.SetWait(func(ctx context.Context, _ time.Duration) error { return ctx.Err() })
			if _, err := importer.FromURL(t.Context(), db, st, blobs, o); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the import ended with %v, want %q", err, c.want)
			}
		})
	}
	for _, u := range []string{"", "store.example", "ftp://store.example", "https://"} {
		if _, err := importer.FromURL(t.Context(), db, st, blobs, importer.Options{URL: u, Token: "x"}); err == nil {
			t.Errorf("URL %q is taken", u)
		}
	}
}

func TestUnguessablePaths(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]bool{
		"attachments/b5qz3m7kd2xw4t6yhn5pgc2rja/a.png":           true,
		"attachments/550e8400-e29b-41d4-a716-446655440000/a.png": true,
		"attachments/17/17.png":                                  false,
		"attachments/20240506070809123456/a.png":                 false,
		"screenshotofmybrokenorder.png":                          false,
		"":                                                       false,
	} {
		if got := importer.Unguessable(path); got != want {
			t.Errorf("%q: %v", path, got)
		}
	}
}

func TestFilesComeFromPublicAddresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"127.0.0.1:80": false, "10.1.2.3:80": false, "169.254.169.254:80": false, "[::1]:80": false, "[::ffff:192.168.0.1]:80": false,
		"[fd00::1]:80": false, "0.0.0.0:80": false, "198.51.100.7:443": true, "[2001:db8::1]:443": true,
	} {
		if got := importer.PublicOnly("tcp", address, nil) == nil; got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
}
