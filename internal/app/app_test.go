package app

import (
	"errors"
	"strings"
	"testing"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/store/storetest"
)

func openApp(t *testing.T, url string) (*App, *desk.Store) {
	t.Helper()
	a, err := Open(t.Context(), Config{DatabaseURL: url, DataDir: t.TempDir(), LogLevel: "error"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	st, err := a.Stores.Named(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return a, st
}

// TestSweepTakesOnlyWhatNobodyClaimed sweeps a day after two uploads, one of which a
// comment has claimed.
func TestSweepTakesOnlyWhatNobodyClaimed(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		a, st := openApp(t, url)
		ctx := t.Context()
		var uploads []desk.Upload
		for _, name := range []string{"claimed.txt", "forgotten.txt"} {
			key := blob.NewKey()
			if _, err := a.Blobs.Put(ctx, key, strings.NewReader(name)); err != nil {
				t.Fatal(err)
			}
			uploads = append(uploads, desk.Upload{FileName: name, BlobKey: key, Size: 1})
		}
		files, err := a.Tickets.Upload(ctx, st, uploads, desk.Write{Actor: desk.System})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Tickets.Create(ctx, st, &desk.TicketInput{Comment: &desk.CommentInput{Attachments: []int64{files[0].ID}}}, desk.Write{Actor: desk.System}); err != nil {
			t.Fatal(err)
		}
		for _, step := range []struct {
			after time.Duration
			left  [2]bool
		}{{23 * time.Hour, [2]bool{true, true}}, {25 * time.Hour, [2]bool{true, false}}} {
			if err := a.Sweep(ctx, time.Now().Add(step.after)); err != nil {
				t.Fatal(err)
			}
			for i, f := range files {
				_, err := a.Tickets.Attachment(ctx, st, f.Path)
				if row := err == nil; row != step.left[i] {
					t.Errorf("after %s the row of %s: %v", step.after, f.FileName, err)
				}
				reader, err := a.Blobs.Open(ctx, f.BlobKey)
				if err == nil {
					reader.Close()
				}
				if gone := errors.Is(err, blob.ErrNotFound); gone == step.left[i] {
					t.Errorf("after %s the file of %s: %v", step.after, f.FileName, err)
				}
			}
		}
	})
}

func TestProxiesAreReadOrRefused(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                            "",
		"127.0.0.1":                   "127.0.0.1/32",
		"10.1.2.3/8, ::1":             "10.0.0.0/8 ::1/128",
		"10.0.0.0/8,me,300.1.1.1,::1": "error",
	} {
		c := ServeConfig{TrustedProxies: text}
		list, err := c.proxies()
		var got []string
		for _, p := range list {
			got = append(got, p.String())
		}
		if err != nil {
			got = []string{"error"}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q: %v, want %q", text, got, want)
		}
	}
}

func TestSecretsStayOutOfTheLog(t *testing.T) {
	t.Parallel()
	c := Config{DatabaseURL: "postgres://u:secret@host/db"}
	if text := c.Database(); strings.Contains(text, "secret") || !strings.Contains(text, "host/db") {
		t.Error(text)
	}
}
