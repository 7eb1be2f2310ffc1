package mail_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/mime"
	"storedesk/internal/out/mail"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// shop is a store whose mail leaves through a relay.
type shop struct {
	*mail.Service

	t       *testing.T
	db      *store.DB
	st      *desk.Store
	tickets *tickets.Service
	relay   *relay
	ada     *desk.User   // a customer
	ana     *desk.Member // an agent, admin
	bob     *desk.Member
	auth    string // what is known of the sender of mail that arrives
}

const pause = 20 * time.Millisecond

// each runs a test on a shop in each database. Nothing is sent before start.
func each(t *testing.T, fn func(t *testing.T, s *shop)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) { fn(t, open(t, db)) })
}

func open(t *testing.T, db *store.DB) *shop {
	t.Helper()
	stores := &settings.Stores{DB: db, Now: time.Now}
	st, err := stores.Create(t.Context(), "Lamp Shop", []string{"lamps.example"})
	if err == nil {
		err = stores.Set(t.Context(), st, map[string]string{"support_email": "help@lamps.example"})
	}
	if err != nil {
		t.Fatal(err)
	}
	st.Mail.Secret = "a secret of the store"
	s := &shop{t: t, db: db, st: st, tickets: &tickets.Service{DB: db, Now: time.Now}, relay: listen(t)}
	blobs, err := blob.Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s.Service = &mail.Service{
		DB: db, Blobs: blobs, Log: slog.New(slog.DiscardHandler), Now: time.Now, Pause: pause, Hostname: "desk.example",
		Store:     func(context.Context, int64) (*desk.Store, error) { return s.st, nil },
		Links:     func(*desk.Store) wire.Linker { return wire.Origin("https://lamps.example") },
		TicketURL: func(*desk.Store, int64) string { return "https://lamps.example/dashboard/tickets/1/" },
	}
	s.route("smtp://" + s.relay.address + "?tls=off")
	db.Follow(s.Follow)
	s.ana, s.bob = s.member("Ana Secretname", "ana@staff.example"), s.member("Bob Jones", "bob@staff.example")
	s.ada = s.customer("Ada", "Lovelace", "ada@customer.example")
	return s
}

func (s *shop) route(raw string) {
	s.t.Helper()
	var err error
	if s.Route, err = mail.ParseRoute(raw); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) member(name, email string) *desk.Member {
	s.t.Helper()
	accounts := access.NewAccounts(s.db, time.Now, slog.New(slog.DiscardHandler), access.DefaultHashing)
	if _, err := accounts.Create(s.t.Context(), s.st, access.NewMember{Name: name, Email: email, Admin: true}); err != nil {
		s.t.Fatal(err)
	}
	m, err := accounts.ByEmail(s.t.Context(), s.st, email)
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func (s *shop) customer(first, last, email string) *desk.User {
	s.t.Helper()
	u, err := (&people.Service{DB: s.db, Now: time.Now}).Create(s.t.Context(), s.st,
		&desk.UserInput{FirstName: &first, LastName: &last, Email: &email}, desk.Write{Actor: desk.System})
	if err != nil {
		s.t.Fatal(err)
	}
	return u
}

// start runs a node until the test ends.
func (s *shop) start() {
	ctx, cancel := context.WithCancel(s.t.Context())
	runner := jobs.New(s.db, time.Now, slog.New(slog.DiscardHandler), s.Kinds()...)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := runner.Run(ctx); err != nil && ctx.Err() == nil {
			s.t.Error(err)
		}
	}()
	s.t.Cleanup(func() {
		cancel()
		<-done
	})
}

// ask makes a ticket of a customer's words.
func (s *shop) ask(subject, body string, change ...func(*desk.TicketInput)) int64 {
	s.t.Helper()
	in := &desk.TicketInput{
		Subject: &subject, RequesterID: &s.ada.ID,
		Comment: &desk.CommentInput{AuthorID: s.ada.ID, Body: &body, Public: true},
	}
	for _, f := range change {
		f(in)
	}
	doc, err := s.tickets.Create(s.t.Context(), s.st, in, desk.Write{Actor: desk.Actor{Kind: desk.ActorAPI}})
	if err != nil {
		s.t.Fatal(err)
	}
	return doc.ID
}

// answer adds an agent's comment.
func (s *shop) answer(ticket int64, body string, public bool, files ...int64) {
	s.t.Helper()
	c := &desk.CommentInput{AuthorID: s.ana.UserID, Body: &body, Public: public, Attachments: files}
	if _, err := s.tickets.AddComment(s.t.Context(), s.st, ticket, c, desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: s.ana.UserID}}); err != nil {
		s.t.Fatal(err)
	}
}

// upload keeps a file for a comment to come.
func (s *shop) upload(name string, content []byte) int64 {
	s.t.Helper()
	key := blob.NewKey()
	info, err := s.Blobs.Put(s.t.Context(), key, bytes.NewReader(content))
	if err != nil {
		s.t.Fatal(err)
	}
	a := &desk.Attachment{
		FileName: name, BlobKey: key, Size: info.Size, Path: desk.MediaPath(desk.Upload{FileName: name, BlobKey: key}), CreatedAt: desk.At(time.Now()),
	}
	if err := s.db.Write(s.t.Context(), func(tx *store.Tx) error { return tx.InsertUpload(s.t.Context(), s.st, a) }); err != nil {
		s.t.Fatal(err)
	}
	return a.ID
}

// exec runs SQL of the tables that other packages write.
func (s *shop) exec(sql string, args ...any) {
	s.t.Helper()
	if err := s.db.Write(s.t.Context(), func(tx *store.Tx) error {
		tx.Exec(sql, args...)
		return nil
	}); err != nil {
		s.t.Fatal(err)
	}
}

// outbox waits until no job of mail is left, and returns what was made of them, oldest first.
func (s *shop) outbox() []desk.Outgoing {
	s.t.Helper()
	s.eventually("all jobs done", func() bool { return len(s.jobs()) == 0 })
	list, err := s.db.ListOutgoing(s.t.Context(), s.st, 0, "", 1000)
	if err != nil {
		s.t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

// jobs are those of mail.
func (s *shop) jobs() []*desk.Job {
	s.t.Helper()
	list, err := s.db.ListJobs(s.t.Context(), store.JobQuery{Limit: 1000})
	if err != nil {
		s.t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(j *desk.Job) bool { return !strings.HasPrefix(j.Kind, "mail-") })
}

// state waits until a recipient of the only mail is in a state, and returns why.
func (s *shop) state(address string, want desk.RecipientState) string {
	s.t.Helper()
	reason := ""
	s.eventually(address+" "+string(want), func() bool {
		list, err := s.db.ListOutgoing(s.t.Context(), s.st, 0, want, 100)
		if err != nil {
			s.t.Fatal(err)
		}
		for _, o := range list {
			for _, r := range o.Recipients {
				if r.Address == address && r.State == want {
					reason = r.Reason
					return true
				}
			}
		}
		return false
	})
	return reason
}

func (s *shop) eventually(what string, ok func() bool) {
	s.t.Helper()
	for deadline := time.After(30 * time.Second); !ok(); {
		select {
		case <-time.After(5 * time.Millisecond):
		case <-deadline:
			s.t.Fatalf("never: %s", what)
		}
	}
}

// bytesOf are the bytes of a mail in the outbox.
func (s *shop) bytesOf(o desk.Outgoing) []byte {
	s.t.Helper()
	r, err := s.Blobs.Open(s.t.Context(), o.BlobKey)
	if err != nil {
		s.t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		s.t.Fatal(err)
	}
	return raw
}

func parse(t *testing.T, raw []byte) *mime.Message {
	t.Helper()
	m, err := mime.Read(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func contains(t *testing.T, what, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%s lacks %q:\n%s", what, part, text)
		}
	}
}

// openSQLite is for tests in which the database does not matter.
func openSQLite(t *testing.T) *shop {
	t.Helper()
	t.Parallel()
	return open(t, storetest.Open(t, storetest.SQLite(t)))
}
