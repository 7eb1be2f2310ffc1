package blob

import (
	"context"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
	"github.com/minio/minio-go/v7"
)

// onEach runs a test against the disk and against an S3 server.
func onEach(t *testing.T, test func(t *testing.T, s Store)) {
	t.Run("disk", func(t *testing.T) { test(t, newDisk(t)) })
	t.Run("s3", func(t *testing.T) { test(t, newS3(t).open(t)) })
}

func newDisk(t *testing.T) *disk {
	t.Helper()
	s, err := Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	d := s.(*disk)
	t.Cleanup(func() { _ = d.root.Close() })
	return d
}

const testBucket = "desk"

type s3Server struct {
	url      string // for Open
	clock    gofakes3.TimeSourceAdvancer
	received atomic.Int64 // bytes of request bodies
}

func newS3(t *testing.T) *s3Server {
	t.Helper()
	srv := &s3Server{clock: gofakes3.FixedTimeSource(time.Now())}
	backend := s3mem.New(s3mem.WithTimeSource(srv.clock))
	if err := backend.CreateBucket(testBucket); err != nil {
		t.Fatal(err)
	}
	fake := gofakes3.New(backend, gofakes3.WithTimeSource(srv.clock),
		gofakes3.WithTimeSkewLimit(0), gofakes3.WithLogger(gofakes3.DiscardLog())).Server()
	ts := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = &countedBody{r.Body, &srv.received}
		fake.ServeHTTP(w, r)
	}))
	t.Cleanup(ts.Close)
	host := strings.TrimPrefix(ts.URL, "http://")
	srv.url = "s3://access:se%2Fcret@" + host + "/" + testBucket + "?tls=off&prefix=store/files"
	return srv
}

func (srv *s3Server) open(t *testing.T) *s3 {
	t.Helper()
	s, err := Open(t.Context(), srv.url, "")
	if err != nil {
		t.Fatal(err)
	}
	return s.(*s3)
}

type countedBody struct {
	io.ReadCloser
	n *atomic.Int64
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.n.Add(int64(n))
	return n, err
}

// unfinished lists what uploads have left behind.
func unfinished(t *testing.T, s Store) []string {
	t.Helper()
	var names []string
	switch s := s.(type) {
	case *disk:
		entries, err := fs.ReadDir(s.root.FS(), tmpDir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names = append(names, e.Name())
		}
	case *s3:
		core := minio.Core{Client: s.client}
		res, err := core.ListMultipartUploads(context.Background(), s.bucket, "", "", "", "", 100)
		if err != nil && !isCode(err, minio.NoSuchUpload) {
			t.Fatal(err)
		}
		for _, up := range res.Uploads {
			names = append(names, up.Key)
		}
	}
	return names
}

func put(t *testing.T, s Store, content string) string {
	t.Helper()
	key := NewKey()
	if _, err := s.Put(t.Context(), key, strings.NewReader(content)); err != nil {
		t.Fatal(err)
	}
	return key
}

func get(t *testing.T, s Store, key string) string {
	t.Helper()
	r, err := s.Open(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	if r.Size() != int64(len(b)) {
		t.Errorf("Size() = %d, read %d bytes", r.Size(), len(b))
	}
	return string(b)
}

func keys(t *testing.T, s Store, before time.Time) []string {
	t.Helper()
	var all []string
	for key, err := range s.Keys(t.Context(), before) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, key)
	}
	return all
}

func mustWrite(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
