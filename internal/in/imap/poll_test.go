package imap_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/in/imap"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func TestEachMessageIsTakenOnceReadOrNot(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newServer(t, "none")
		b := newBench(t, db, s, "none")
		s.put(letter(1))
		s.put(letter(2), goimap.FlagSeen)
		b.poll()
		b.has("1:1 1:2")
		if got := b.mail.bodies["1:2"]; got != letter(2) {
			t.Errorf("got %q", got)
		}
		s.put(letter(3), goimap.FlagFlagged, goimap.FlagDeleted)
		b.poll()
		b.poll()
		b.has("1:1 1:2 1:3")
		row := b.row()
		if row.UIDValidity != 1 || row.LastUID != 3 || row.There != 3 || row.Seen != 3 || row.LastError != "" ||
			row.LastOKAt == 0 || row.LastMailAt == 0 || row.LeaseUntil != 0 || row.NextRunAt != desk.At(b.now.Add(time.Minute)) {
			t.Errorf("the row: %+v", row)
		}
		unseen, err := s.user.Status("INBOX", &goimap.StatusOptions{NumUnseen: true, NumMessages: true, NumDeleted: true})
		if err != nil {
			t.Fatal(err)
		}
		if *unseen.NumUnseen != 2 || *unseen.NumMessages != 3 {
			t.Errorf("%d of %d are unread: the folder was changed", *unseen.NumUnseen, *unseen.NumMessages)
		}
	})
}

func TestEncryption(t *testing.T) {
	for _, security := range []string{"tls", "starttls", "none"} {
		t.Run(security, func(t *testing.T) {
			db := storetest.Open(t, storetest.SQLite(t))
			s := newServer(t, security)
			b := newBench(t, db, s, security)
			s.put(letter(1))
			b.poll()
			b.has("1:1")
			if security == "none" {
				return
			}
			b.TLS = nil // the certificate is nobody's
			b.fails("certificate")
		})
	}
	t.Run("starttls that the server does not know", func(t *testing.T) {
		b := newBench(t, storetest.Open(t, storetest.SQLite(t)), newServer(t, "none"), "starttls")
		b.fails("connect")
	})
}

// TestGuardedMailboxes: what an agent named is reached through the guard alone, by whom the
// operator's own servers stay out of reach.
func TestGuardedMailboxes(t *testing.T) {
	secret := desk.MailboxSecret{Password: password, Guarded: true}
	b := newBench(t, storetest.Open(t, storetest.SQLite(t)), newServer(t, "tls"), "tls", func(m *desk.Mailbox) { m.Secret = secret.Text() })
	b.Guard = func(context.Context, string, string) (net.Conn, error) { return nil, errors.New("not public") }
	b.fails("not public")
}

func TestWhatWasThereBeforeStaysOut(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	longAgo := time.Now().Add(-100 * 24 * time.Hour)
	s.putAt(letter(1), longAgo)
	s.putAt(letter(2), longAgo)
	b := newBench(t, db, s, "none", func(m *desk.Mailbox) { m.UIDValidity, m.FirstUID = 1, 3 })
	state, err := b.Check(t.Context(), b.box)
	if diff := cmp.Diff(imap.State{UIDValidity: 1, NextUID: 3, Messages: 2}, state); err != nil || diff != "" {
		t.Fatal(err, diff)
	}
	b.poll()
	b.has("")
	s.putAt(letter(3), longAgo) // moved there now: an old date does not count
	b.poll()
	b.has("1:3")
	if row := b.row(); row.There != 1 || row.Seen != 1 {
		t.Errorf("%d there, %d seen", row.There, row.Seen)
	}

	s.renew("INBOX")
	s.putAt(letter(1), longAgo)
	s.putAt(letter(2), longAgo)
	s.putAt(letter(3), longAgo)
	s.put(letter(4))
	b.poll()
	b.has("1:3 2:4")
	s.put(letter(5))
	b.poll()
	b.has("1:3 2:4 2:5")
	if row := b.row(); row.UIDValidity != 2 || row.FirstUID != 5 || row.There != 1 || row.Seen != 1 {
		t.Errorf("the row: %+v", row)
	}
}

func TestNewUIDValidityTakesNothingTwice(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newServer(t, "none")
		b := newBench(t, db, s, "none")
		s.put(letter(1))
		s.put(letter(2))
		s.put(letter(2)) // twice the same bytes are two messages
		b.poll()
		s.renew("INBOX")
		for _, n := range []int{2, 3, 1, 2, 2} {
			s.put(letter(n))
		}
		b.poll()
		b.has("1:1 1:2 2:2 1:3 2:5") // a third copy is a third message
		uids, err := db.MailboxUIDs(t.Context(), b.box, 2)
		if diff := cmp.Diff(map[uint32]bool{1: true, 2: true, 3: true, 4: true, 5: true}, uids); err != nil || diff != "" {
			t.Error(err, diff)
		}
		s.put(letter(4))
		b.poll()
		b.poll()
		if row := b.row(); row.UIDValidity != 2 || row.There != 6 || row.Seen != 6 || row.LastUID != 6 || len(b.mail.bodies) != 6 {
			t.Errorf("%d kept; the row: %+v", len(b.mail.bodies), row)
		}
	})
}

func TestOneBadMessageDoesNotStopTheOthers(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	for n := range 4 {
		s.put(letter(n + 1))
	}
	s.broken[2] = true
	b.fails("1:2: fetch: imap: NO [SERVERBUG] this one is broken")
	b.has("1:1 1:3 1:4")
	if row := b.row(); row.There != 4 || row.Seen != 3 || row.NextRunAt != desk.At(b.now.Add(time.Minute)) {
		t.Errorf("the row: %+v", row)
	}
	delete(s.broken, 2)
	b.poll()
	b.has("1:1 1:2 1:3 1:4")
	if row := b.row(); row.Seen != 4 || row.LastError != "" {
		t.Errorf("the row: %+v", row)
	}
}

func TestNothingIsPassedOverThatIsNotDurable(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	for n := range 5 {
		s.put(letter(n + 1))
	}
	b.mail.refuse = errDisk
	b.fails("the disk is full")
	if row := b.row(); row.LastUID != 0 || row.Seen != 0 || row.There != 5 {
		t.Errorf("the row: %+v", row)
	}
	b.mail.refuse = nil
	b.poll()
	b.has("1:1 1:2 1:3 1:4 1:5")
}

func TestAMessageCutOffIsNoMessage(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	s.put(letter(1))
	s.put(letter(2) + strings.Repeat("a line of text\r\n", 20_000))
	for _, at := range []int64{0, 100, 5_000, 100_000, 250_000} {
		s.cut.Store(at)
		if at > 0 {
			b.fails("")
		}
	}
	s.cut.Store(0)
	b.poll()
	b.has("1:1 1:2")
	if got := b.mail.bodies["1:2"]; len(got) != len(letter(2))+320_000 {
		t.Errorf("the ledger has %d bytes", len(got))
	}
}

func TestTooLargeMessagesAreToldOf(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	b.MaxSize = 3 << 20
	s.put(letter(1) + strings.Repeat("a line of text.\r\n", 300_000))
	s.put(letter(2))
	b.poll()
	b.has("1:1 1:2")
	if got := b.mail.bodies["1:1"]; !strings.HasPrefix(got, "From: Ann") || strings.Contains(got, "Hello") {
		t.Errorf("kept %d bytes: %.200q", len(got), got)
	}
	const reason = "The message has 4 MB, more than the 3 MB that are taken. It is still in the folder INBOX, with UID 1."
	if b.mail.reasons["1:1"] != reason || b.mail.reasons["1:2"] != "" {
		t.Errorf("got %q", b.mail.reasons)
	}
	if row := b.row(); row.There != 2 || row.Seen != 2 {
		t.Errorf("the row: %+v", row)
	}
	s.renew("INBOX")
	s.put(letter(1) + strings.Repeat("a line of text.\r\n", 300_000))
	b.poll()
	b.has("1:1 1:2")
}

func TestEnvelopeIsWhatTheHeaderSays(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	s.put("Return-Path: <bounce+1@shop.example>\r\nDelivered-To: help+abc@desk.example\r\nX-Original-To: help@desk.example\r\n" + letter(1))
	s.put("Return-Path: <>\r\n" + letter(2))
	s.put(letter(3))
	s.put("Subject: nobody\r\n\r\nx\r\n")
	s.put("")
	b.poll()
	want := map[string][]string{
		"1:1": {"bounce+1@shop.example", "help+abc@desk.example", "help@desk.example"},
		"1:2": {"", username},
		"1:3": {"ann@shop.example", username},
		"1:4": {"unknown@invalid", username},
		"1:5": {"unknown@invalid", username},
	}
	for key, w := range want {
		in := b.mail.in[key]
		if diff := cmp.Diff(w, append([]string{in.EnvelopeFrom}, in.Recipients...)); diff != "" || in.Source != b.box.MailboxSource() {
			t.Errorf("%s from %s: %s", key, in.Source, diff)
		}
	}
}

func TestFailuresRestLongerAndLonger(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	b := newBench(t, db, newServer(t, "none"), "none", func(m *desk.Mailbox) { m.Secret = (&desk.MailboxSecret{Password: "wrong"}).Text() })
	for _, tc := range []struct{ since, rest time.Duration }{
		{0, time.Minute},
		{10 * time.Minute, 5 * time.Minute},
		{48 * time.Hour, time.Hour},
	} {
		b.now = b.row().CreatedAt.Time().Add(tc.since)
		b.fails("sign in as " + username)
		if next := b.row().NextRunAt; next != desk.At(b.now.Add(tc.rest)) {
			t.Errorf("after %v it rests until %v, want %v", tc.since, next.Time().Sub(b.now), tc.rest)
		}
	}
	due, err := b.Due(t.Context(), b.now.Add(59*time.Minute))
	if err != nil || len(due) != 0 {
		t.Errorf("due early: %v, %v", due, err)
	}
	if due, err = b.Due(t.Context(), b.now.Add(time.Hour)); err != nil || len(due) != 1 || due[0].ID != b.box.ID {
		t.Errorf("not due: %v, %v", due, err)
	}
	if strings.Contains(b.row().LastError, "wrong") {
		t.Errorf("the password is in %q", b.row().LastError)
	}
}

func TestOneNodeAtATime(t *testing.T) {
	each(t, func(t *testing.T, db *store.DB) {
		s := newServer(t, "none")
		b := newBench(t, db, s, "none")
		s.put(letter(1))
		b.mail.during = func() {
			if err := b.Poll(t.Context(), *b.box); desk.CodeOf(err) != desk.Conflict {
				t.Errorf("a second poll: %v", err)
			}
			if due, err := b.Due(t.Context(), b.now.Add(10*time.Minute)); err != nil || len(due) > 0 {
				t.Errorf("due while it is read: %v, %v", due, err)
			}
		}
		b.poll()
		b.has("1:1")

		// A node that died holds the mailbox no longer than its lease.
		if _, err := db.ClaimMailbox(t.Context(), b.st, b.box.ID, desk.At(b.now), desk.At(b.now.Add(15*time.Minute))); err != nil {
			t.Fatal(err)
		}
		b.mail.during = nil
		b.now = b.now.Add(16 * time.Minute)
		s.put(letter(2))
		b.poll()
		b.has("1:1 1:2")
	})
}

func TestRemovalStopsAPoll(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	for n := range 5 {
		s.put(letter(n + 1))
	}
	boxes := &settings.Mailboxes{DB: db, Now: b.Now}
	b.mail.during = func() {
		b.now = b.now.Add(2 * time.Minute) // for a sign of life with each message
		if err := boxes.Remove(t.Context(), b.st, b.box.ID); err != nil && !errors.Is(err, desk.ErrNotFound) {
			t.Error(err)
		}
	}
	if err := b.Poll(t.Context(), *b.box); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("got %v", err)
	}
	b.has("1:1")
}

func TestStopEndsAPollAtOnce(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	s.put(letter(1))
	s.put(letter(2))
	ctx, cancel := context.WithCancel(t.Context())
	b.mail.during = cancel
	if err := b.Poll(ctx, *b.box); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	row := b.row()
	if row.LastError != "interrupted" || row.NextRunAt != desk.At(b.now) || row.LeaseUntil != 0 {
		t.Errorf("the row: %+v", row)
	}
	b.mail.during = nil
	b.poll()
	b.has("1:1 1:2")
}

func TestManyMessagesTakeSeveralPolls(t *testing.T) {
	db := storetest.Open(t, storetest.SQLite(t))
	s := newServer(t, "none")
	b := newBench(t, db, s, "none")
	for n := range 1050 {
		s.put(letter(n))
	}
	b.poll()
	if row := b.row(); row.There != 1050 || row.Seen != 1000 || row.NextRunAt != desk.At(b.now) {
		t.Errorf("after one: %d of %d, next in %v", row.Seen, row.There, row.NextRunAt.Time().Sub(b.now))
	}
	b.poll()
	if row := b.row(); row.Seen != 1050 || len(b.mail.bodies) != 1050 || row.NextRunAt != desk.At(b.now.Add(time.Minute)) {
		t.Errorf("after two: %d of %d", row.Seen, row.There)
	}

	// After a new UIDVALIDITY, too; until all was gone through the old one stays.
	s.renew("INBOX")
	for n := range 1050 {
		s.put(letter(n))
	}
	b.poll()
	if row := b.row(); row.UIDValidity != 1 || row.NextRunAt != desk.At(b.now) {
		t.Errorf("in the middle: %+v", row)
	}
	b.poll()
	b.poll()
	if row := b.row(); row.UIDValidity != 2 || row.Seen != 1050 || row.There != 1050 || row.LastUID != 1050 || len(b.mail.bodies) != 1050 {
		t.Errorf("in the end: %d kept, %+v", len(b.mail.bodies), row)
	}
}
