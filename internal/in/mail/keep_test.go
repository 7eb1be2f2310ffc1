package mail_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/mailauth"
)

// dying stands in for whatever breaks over one message.
type dying struct{ *world }

func (d dying) Check(context.Context, mailauth.Envelope, io.ReaderAt, int64, string) mailauth.Result {
	panic("oops")
}

// TestWhatCannotBeHandledIsKept as a ticket with the original attached, and others go on.
func TestWhatCannotBeHandledIsKept(t *testing.T) {
	each(t, func(w *world) {
		w.h.Log = silent
		raw := w.letter("", "Hello")
		w.h.Auth = dying{w}
		m := w.want(w.takeRaw(raw), desk.MailTicket, "panic: oops")
		got := w.ticket(m.TicketID)
		if len(got.Comments) != 1 || len(got.Comments[0].Attachments) != 1 || got.Comments[0].Attachments[0].FileName != "message.eml" {
			w.Fatalf("%+v", got)
		}
		if kept := w.attachment(got.Comments[0].Attachments[0].File); !bytes.Equal(kept, raw) {
			w.Errorf("kept %q", kept)
		}
		if !m.Automatic() {
			w.Error("it could be answered")
		}
	})
}

// TestNothingIsKeptTwice: while the blob store is down nothing happens, and then once.
func TestNothingIsKeptTwice(t *testing.T) {
	each(t, func(w *world) {
		raw := w.h.Raw
		down := 7
		w.h.Log = silent
		w.h.Raw = func(ctx context.Context, st *desk.Store, m *desk.Mail) (io.ReadCloser, error) {
			if down--; down >= 0 {
				return nil, errors.New("the blob store is down")
			}
			return raw(ctx, st, m)
		}
		m := w.want(w.take("", "Hello"), desk.MailTicket, "could not be read")
		if n := get(w.db.NewestTicket(w.Context(), w.st))(w); n != m.TicketID {
			w.Errorf("newest ticket is %d, want %d", n, m.TicketID)
		}
	})
}

func (w *world) attachment(url string) []byte {
	w.Helper()
	_, path, _ := strings.Cut(url, "/media/")
	a := get(w.db.AttachmentByPath(w.Context(), w.st, path))(w)
	r := get(w.blobs.Open(w.Context(), a.BlobKey))(w)
	defer r.Close()
	return get(io.ReadAll(r))(w)
}

// TestRunnersShareTheLedger: two nodes at work, two copies of each message, and each is
// one ticket.
func TestRunnersShareTheLedger(t *testing.T) {
	each(t, func(w *world) {
		const n = 30
		var ids []int64
		for range n {
			raw := w.letter("", "Hello")
			ids = append(ids, w.receive(raw), w.receive(append([]byte("X-Copy: 1\r\n"), raw...)))
		}
		ended := make(chan bool, 2*n)
		kind := w.h.Kinds()[0]
		work := kind.Work
		kind.Work = func(ctx context.Context, j *desk.Job) jobs.Result {
			result := work(ctx, j)
			if result.Ended {
				ended <- true
			}
			return result
		}
		ctx, stop := context.WithCancel(t.Context())
		var nodes sync.WaitGroup
		for range 2 {
			r := jobs.New(w.db, time.Now, w.h.Log, kind)
			nodes.Go(func() { _ = r.Run(ctx) })
		}
		for range 2 * n {
			<-ended
		}
		stop()
		nodes.Wait()
		fates := map[desk.Fate]int{}
		for _, id := range ids {
			fates[get(w.db.Mail(w.Context(), w.st, id))(w).Fate]++
		}
		if fates[desk.MailTicket] != n || fates[desk.MailDuplicate] != n {
			w.Errorf("%v", fates)
		}
	})
}
