package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
)

var (
	past   = time.Now().Add(-time.Hour)
	future = time.Now().Add(time.Hour)
)

func TestPutThenOpenGivesTheSameBytes(t *testing.T) {
	sizes := map[string]int{
		"empty": 0, "one byte": 1, "text": 1000,
		"one request": smallBlob - 1, "first in parts": smallBlob, "one part": smallBlob + 1,
		"exactly a part": partSize, "three parts": 2*partSize + 77,
	}
	onEach(t, func(t *testing.T, s Store) {
		for name, size := range sizes {
			t.Run(name, func(t *testing.T) {
				want := randomBytes(size)
				sum := sha256.Sum256(want)
				key := NewKey()
				// Neither Seek nor Len: as a request body.
				info, err := s.Put(t.Context(), key, io.MultiReader(bytes.NewReader(want)))
				if err != nil {
					t.Fatal(err)
				}
				if info != (Info{Size: int64(size), SHA256: hex.EncodeToString(sum[:])}) {
					t.Errorf("info %+v", info)
				}
				if got := get(t, s, key); got != string(want) {
					t.Errorf("read %d other bytes, want %d", len(got), size)
				}
			})
		}
		if left := unfinished(t, s); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
	})
}

func TestPutRefusesUsedKeyUnread(t *testing.T) {
	onEach(t, func(t *testing.T, s Store) {
		key := put(t, s, "first")
		_, err := s.Put(t.Context(), key, iotest.ErrReader(errors.New("was read")))
		if !errors.Is(err, ErrExists) {
			t.Errorf("error %v, want ErrExists", err)
		}
		if got := get(t, s, key); got != "first" {
			t.Errorf("content is now %q", got)
		}
	})
}

func TestFailedPutLeavesNothing(t *testing.T) {
	broken := errors.New("line broke")
	causes := map[string]error{
		"any error": broken,
		// What net/http reports for a body shorter than its Content-Length.
		"body broke off": io.ErrUnexpectedEOF,
	}
	sizes := map[string]int64{
		"at once": 0, "in the first request": 1000, "at its end": smallBlob,
		"in the first part": smallBlob + 1, "at its end in parts": partSize, "in the third part": 2*partSize + 1000,
	}
	onEach(t, func(t *testing.T, s Store) {
		for cname, cause := range causes {
			for sname, size := range sizes {
				t.Run(cname+" "+sname, func(t *testing.T) {
					r := io.MultiReader(zeros(size), iotest.ErrReader(cause))
					wantNothing(t.Context(), t, s, r, cause)
				})
			}
		}
		t.Run("cancelled midway", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			more := zeros(smallBlob)
			r := io.MultiReader(zeros(partSize+smallBlob), readerFunc(func(p []byte) (int, error) {
				cancel()
				return more.Read(p)
			}))
			wantNothing(ctx, t, s, r, context.Canceled)
		})
	})
}

func wantNothing(ctx context.Context, t *testing.T, s Store, r io.Reader, cause error) {
	t.Helper()
	key := NewKey()
	info, err := s.Put(ctx, key, r)
	if !errors.Is(err, cause) || info != (Info{}) {
		t.Errorf("Put: %+v, %v, want %v", info, err, cause)
	}
	if _, err := s.Open(t.Context(), key); !errors.Is(err, ErrNotFound) {
		t.Errorf("Open: %v, want ErrNotFound", err)
	}
	if all := keys(t, s, future); len(all) > 0 {
		t.Errorf("Keys: %v", all)
	}
	if left := unfinished(t, s); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDeleteRemovesAndForgivesAbsence(t *testing.T) {
	onEach(t, func(t *testing.T, s Store) {
		kept, gone := put(t, s, "kept"), put(t, s, "gone")
		for range 2 {
			if err := s.Delete(t.Context(), gone); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := s.Open(t.Context(), gone); !errors.Is(err, ErrNotFound) {
			t.Errorf("Open: %v, want ErrNotFound", err)
		}
		if got := get(t, s, kept); got != "kept" {
			t.Errorf("the other blob reads %q", got)
		}
		if err := s.Delete(t.Context(), NewKey()); err != nil {
			t.Errorf("Delete of a key never used: %v", err)
		}
	})
}

func TestSeek(t *testing.T) {
	const content = "0123456789"
	steps := []struct {
		name   string
		offset int64
		whence int
		at     int64
		rest   string
	}{
		{"to the end", 0, io.SeekEnd, 10, ""},
		{"back to the start", 0, io.SeekStart, 0, content},
		{"into the middle", 4, io.SeekStart, 4, "456789"},
		{"near the end", -3, io.SeekEnd, 7, "789"},
		{"back from where reading ended", -2, io.SeekCurrent, 8, "89"},
	}
	onEach(t, func(t *testing.T, s Store) {
		r, err := s.Open(t.Context(), put(t, s, content))
		if err != nil {
			t.Fatal(err)
		}
		defer r.Close()
		for _, c := range steps {
			at, err := r.Seek(c.offset, c.whence)
			if err != nil || at != c.at {
				t.Fatalf("%s: at %d, %v, want %d", c.name, at, err, c.at)
			}
			if rest, err := io.ReadAll(r); err != nil || string(rest) != c.rest {
				t.Errorf("%s: read %q, %v, want %q", c.name, rest, err, c.rest)
			}
		}
		if _, err := r.Seek(-1, io.SeekStart); err == nil {
			t.Error("seeking before the start is no error")
		}
	})
}

func TestServesRanges(t *testing.T) {
	cases := []struct {
		content, ask string
		status       int
		body, header string
	}{
		{"0123456789", "", 200, "0123456789", ""},
		{"0123456789", "bytes=2-5", 206, "2345", "bytes 2-5/10"},
		{"0123456789", "bytes=-3", 206, "789", "bytes 7-9/10"},
		{"0123456789", "bytes=9-99", 206, "9", "bytes 9-9/10"},
		{"0123456789", "bytes=10-", 416, "", "bytes */10"},
		{"", "", 200, "", ""},
	}
	onEach(t, func(t *testing.T, s Store) {
		for _, c := range cases {
			r, err := s.Open(t.Context(), put(t, s, c.content))
			if err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequest("GET", "/", nil)
			req.Header.Set("Range", c.ask)
			w := httptest.NewRecorder()
			w.Header().Set("Content-Type", opaque)
			http.ServeContent(w, req, "", time.Time{}, r)
			if err := r.Close(); err != nil {
				t.Error(err)
			}
			if w.Code != c.status || w.Header().Get("Content-Range") != c.header || w.Code < 300 && w.Body.String() != c.body {
				t.Errorf("%q of %q: %d %q %q", c.ask, c.content, w.Code, w.Header().Get("Content-Range"), w.Body)
			}
		}
	})
}

func TestInvalidKeysReachNothing(t *testing.T) {
	bad := []string{
		"", "short", strings.Repeat("a", 15), strings.Repeat("a", 65),
		"../../../../etc/passwd", "..", "/etc/passwd00000000", "aaaaaaaa/aaaaaaaa", `aaaaaaaa\aaaaaaaa`,
		"aaaaaaaa..aaaaaaaa", "AAAAAAAAAAAAAAAA", "aaaaaaaaaaaaaaa\x00", "aaaaaaaaaaaaaaa\n", "äöüäöüäöüäöüäöüä",
		"tmp/aaaaaaaaaaaaaaaaaaaaaaaaaa", "aaaaaaaaaaaaaaa%2f",
	}
	onEach(t, func(t *testing.T, s Store) {
		for _, key := range bad {
			if _, err := s.Put(t.Context(), key, strings.NewReader("x")); !errors.Is(err, ErrKey) {
				t.Errorf("Put(%q): %v", key, err)
			}
			if _, err := s.Open(t.Context(), key); !errors.Is(err, ErrNotFound) || !errors.Is(err, ErrKey) {
				t.Errorf("Open(%q): %v", key, err)
			}
			if err := s.Delete(t.Context(), key); !errors.Is(err, ErrKey) {
				t.Errorf("Delete(%q): %v", key, err)
			}
		}
		if all := keys(t, s, future); len(all) > 0 {
			t.Errorf("stored: %v", all)
		}
	})
}

func TestKeysListsWhatIsOlder(t *testing.T) {
	onEach(t, func(t *testing.T, s Store) {
		want := []string{put(t, s, "a"), put(t, s, "b"), put(t, s, "")}
		got := keys(t, s, future)
		slices.Sort(want)
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("keys %v, want %v", got, want)
		}
		if young := keys(t, s, past); len(young) > 0 {
			t.Errorf("too young, yet listed: %v", young)
		}
		for _, err := range s.Keys(t.Context(), future) {
			if err != nil {
				t.Error(err)
			}
			break // stopping early must not call the loop again
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		var last error
		for _, err := range s.Keys(ctx, future) {
			last = err
		}
		if !errors.Is(last, context.Canceled) {
			t.Errorf("cancelled listing ends with %v", last)
		}
	})
}

func TestConcurrentPuts(t *testing.T) {
	onEach(t, func(t *testing.T, s Store) {
		var wg sync.WaitGroup
		for range 16 {
			wg.Go(func() {
				key, content := NewKey(), randomBytes(1000)
				if _, err := s.Put(t.Context(), key, bytes.NewReader(content)); err != nil {
					t.Error(err)
					return
				}
				if got := get(t, s, key); got != string(content) {
					t.Error("another blob's bytes")
				}
			})
		}
		wg.Wait()
	})
}

func TestNewKeyIsValidAndFresh(t *testing.T) {
	seen := make(map[string]bool)
	for range 1000 {
		key := NewKey()
		if err := checkKey(key); err != nil || seen[key] {
			t.Fatalf("key %q: %v, seen %v", key, err, seen[key])
		}
		seen[key] = true
	}
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.NewChaCha8([32]byte{byte(n)}).Read(b)
	return b
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func zeros(n int64) io.Reader {
	return io.LimitReader(readerFunc(func(p []byte) (int, error) {
		clear(p)
		return len(p), nil
	}), n)
}
