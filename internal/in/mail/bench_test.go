package mail_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/in/mail"
	"storedesk/internal/mailauth"
	"storedesk/internal/mailroom"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// world is a store with a support address, and what handles its mail.
type world struct {
	*testing.T
	db    *store.DB
	st    *desk.Store
	blobs blob.Store
	room  *mailroom.Service
	h     *mail.Handler
	now   time.Time
	auth  mailauth.Result // what the domains say of every mail
	sent  int
}

const support = "help@shop.example"

var silent = slog.New(slog.DiscardHandler)

func each(t *testing.T, fn func(w *world)) {
	t.Helper()
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) { fn(newWorld(t, db)) })
}

func newWorld(t *testing.T, db *store.DB) *world {
	t.Helper()
	w := &world{T: t, db: db, now: time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)}
	clock := func() time.Time { return w.now }
	stores := &settings.Stores{DB: db, Now: time.Now}
	must(t, stores.EnsureDefault(t.Context()))
	w.st = get(stores.Named(t.Context(), ""))(t)
	must(t, stores.Set(t.Context(), w.st, map[string]string{"support_email": support}))
	w.blobs = get(blob.Open(t.Context(), "", t.TempDir()))(t)
	w.room = &mailroom.Service{DB: db, Blobs: w.blobs, Stores: stores, Now: clock}
	w.h = &mail.Handler{
		DB: db, Blobs: w.blobs, Tickets: &tickets.Service{DB: db, Now: clock}, Store: stores.ByID, Auth: w, Now: clock,
		Raw: func(ctx context.Context, st *desk.Store, m *desk.Mail) (io.ReadCloser, error) {
			return w.room.Raw(ctx, st, m)
		},
		Log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
	}
	return w
}

// Check stands in for DNS.
func (w *world) Check(context.Context, mailauth.Envelope, io.ReaderAt, int64, string) mailauth.Result {
	return w.auth
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func get[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		must(t, err)
		return v
	}
}

// letter writes a message: header lines, then the text. A Message-ID, To and Subject are
// added where there are none.
func (w *world) letter(header, text string) []byte {
	w.sent++
	for name, value := range map[string]string{
		"Message-ID": fmt.Sprintf("<%d@mail.example>", w.sent), "To": support, "Subject": "Where is my lamp?", "From": "Ann <ann@example.com>",
	} {
		if !strings.Contains("\n"+header, "\n"+name+":") {
			header += "\n" + name + ": " + value
		}
	}
	return []byte(strings.ReplaceAll(strings.Trim(header, "\n")+"\n\n"+text, "\n", "\r\n"))
}

// receive puts a message into the ledger.
func (w *world) receive(raw []byte) int64 {
	w.Helper()
	w.sent++
	in := desk.Inbound{Source: "pipe", SourceKey: fmt.Sprint("key", w.sent), EnvelopeFrom: "", Recipients: []string{support}}
	id, fresh, err := w.room.Receive(w.Context(), w.st, in, bytes.NewReader(raw))
	must(w, err)
	if !fresh {
		w.Fatal("not taken")
	}
	return id
}

// handle does the jobs that are there, as the runner would, without waiting between tries.
func (w *world) handle() {
	w.Helper()
	kind := w.h.Kinds()[0]
	for {
		list, err := w.db.Claim(w.Context(), store.Claim{Node: "test", Queues: []store.QueueRoom{{Queue: mail.Kind, Room: 1}}, Now: desk.At(time.Now().Add(24 * time.Hour)), Lease: time.Hour})
		must(w, err)
		if len(list) == 0 {
			return
		}
		result := kind.Work(w.Context(), list[0])
		must(w, w.db.Write(w.Context(), func(tx *store.Tx) error {
			switch {
			case result.Ended:
			case result.Err != nil && list[0].Attempt < 12:
				tx.RetryJob(list[0], 0, result.Err.Error())
			default:
				tx.FinishJob(list[0])
			}
			return nil
		}))
	}
}

// take has one message received and handled, and returns its row.
func (w *world) take(header, text string) *desk.Mail {
	w.Helper()
	return w.takeRaw(w.letter(header, text))
}

func (w *world) takeRaw(raw []byte) *desk.Mail {
	w.Helper()
	id := w.receive(raw)
	w.handle()
	m := get(w.db.Mail(w.Context(), w.st, id))(w)
	if m.Fate == desk.MailWaiting || m.Reason == "" {
		w.Fatalf("left waiting, or without a reason: %+v", m)
	}
	return m
}

// want fails unless a message came to a fate, for a reason that holds the words.
func (w *world) want(m *desk.Mail, fate desk.Fate, words string) *desk.Mail {
	w.Helper()
	if m.Fate != fate || !strings.Contains(m.Reason, words) {
		w.Fatalf("mail %d from %s: %s because %q, want %s because of %q", m.ID, m.From, m.Fate, m.Reason, fate, words)
	}
	return m
}

// shownTicket is a ticket as the API shows it.
type shownTicket struct {
	ID        int64
	Subject   string
	Requester *int64
	Channel   string
	Status    string
	FromEmail *string `json:"from_email"`
	Comments  []struct {
		ID          int64
		Author      *int64
		Body        string
		Public      bool    `json:"is_public"`
		FromEmail   *string `json:"from_email"`
		Attachments []struct {
			FileName string `json:"file_name"`
			File     string
		}
	}
}

func (w *world) ticket(id int64) (t shownTicket) {
	w.Helper()
	doc := get(w.h.Tickets.Get(w.Context(), w.st, id))(w)
	must(w, json.Unmarshal(doc.Append(nil, wire.Origin("https://shop.example")), &t))
	return t
}

// status sets a ticket's status, as an agent would.
func (w *world) status(id int64, s desk.Status) {
	w.Helper()
	_, err := w.h.Tickets.Update(w.Context(), w.st, id, &desk.TicketInput{Status: &s}, desk.Write{Actor: desk.System})
	must(w, err)
}

func (w *world) person(email string, agent bool) *desk.User {
	w.Helper()
	s := &people.Service{DB: w.db, Now: w.h.Now}
	if agent {
		return get(s.CreateAgent(w.Context(), w.st, &desk.UserInput{Email: &email}))(w)
	}
	return get(s.Create(w.Context(), w.st, &desk.UserInput{Email: &email}, desk.Write{Actor: desk.System}))(w)
}

// answered has us answer a ticket by mail, and returns the Message-ID of that mail.
func (w *world) answered(ticket int64, id string) string {
	w.Helper()
	o := &desk.Outgoing{
		Kind: "reply", TicketID: ticket, MessageID: id, EnvelopeFrom: support, CreatedAt: desk.At(w.now),
		Recipients: []desk.OutgoingRecipient{{Address: "ann@example.com", State: desk.RecipientAccepted}},
	}
	must(w, w.db.Write(w.Context(), func(tx *store.Tx) error {
		_, err := tx.InsertOutgoing(w.Context(), w.st, o)
		return err
	}))
	return id
}

func hash(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
