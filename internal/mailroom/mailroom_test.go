package mailroom_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/mailroom"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// room is a mailroom with two stores.
type room struct {
	*mailroom.Service
	t           testing.TB
	lamps, rugs *desk.Store
	now         time.Time
}

func newRoom(t testing.TB, db *store.DB) *room {
	t.Helper()
	r := &room{t: t, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	now := func() time.Time { return r.now }
	stores := &settings.Stores{DB: db, Now: time.Now}
	blobs, err := blob.Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	r.lamps, r.rugs = made(t, stores, "lamps"), made(t, stores, "rugs")
	r.Service = &mailroom.Service{DB: db, Blobs: blobs, Stores: stores, Now: now}
	return r
}

func made(t testing.TB, stores *settings.Stores, name string) *desk.Store {
	t.Helper()
	st, err := stores.Create(t.Context(), name, []string{name + ".example"})
	if err == nil {
		err = stores.Set(t.Context(), st, map[string]string{"support_email": "Help@" + name + ".example"})
	}
	if err != nil {
		t.Fatal(err)
	}
	return st
}

func (r *room) receive(st *desk.Store, key, body string) int64 {
	r.t.Helper()
	id, _, err := r.Receive(r.t.Context(), st, desk.Inbound{Source: "smtp", SourceKey: key, EnvelopeFrom: "Ann@x.example", Recipients: []string{"help@lamps.example"}}, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

func (r *room) raw(st *desk.Store, id int64) string {
	r.t.Helper()
	m, err := r.Get(r.t.Context(), st, id)
	if err != nil {
		r.t.Fatal(err)
	}
	o, err := r.Raw(r.t.Context(), st, m)
	if err != nil {
		r.t.Fatal(err)
	}
	defer o.Close()
	raw, err := io.ReadAll(o)
	if err != nil || int64(len(raw)) != o.Size() || o.Size() != m.Size {
		r.t.Errorf("%d bytes of %d, row says %d: %v", len(raw), o.Size(), m.Size, err)
	}
	if len(raw) > 10 {
		part := make([]byte, 5)
		if _, err := o.ReadAt(part, 4); err != nil || !bytes.Equal(part, raw[4:9]) {
			r.t.Errorf("at 4: %q, %v", part, err)
		}
	}
	return string(raw)
}

// jobs lists the args of the jobs that are left to do.
func (r *room) jobs() (args []string) {
	r.t.Helper()
	list, err := r.DB.ListJobs(r.t.Context(), store.JobQuery{Kind: mailroom.Kind, Limit: 100})
	if err != nil {
		r.t.Fatal(err)
	}
	for _, j := range list {
		args = append(args, string(j.Args)+" "+j.Lane)
	}
	slices.Sort(args)
	return args
}

func (r *room) settle(st *desk.Store, id int64, fate desk.Fate) {
	r.t.Helper()
	err := r.DB.Write(r.t.Context(), func(tx *store.Tx) error {
		m, err := tx.LockMail(r.t.Context(), st, id)
		if err != nil {
			return err
		}
		m.Fate, m.Reason, m.MessageID, m.From, m.Subject, m.HandledAt = fate, "because", "a@b", desk.Fold("Ann@x.example"), "Lamp", desk.At(r.now)
		if fate == desk.MailTicket {
			m.TicketID = 7
		}
		tx.SettleMail(st, m)
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
}

func TestBytesComeBack(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		for i, body := range []string{
			"", "x", "Subject: \x00\xff\r\n\r\nbytes \x80", strings.Repeat("a", 64<<10), strings.Repeat("b", 64<<10+1), strings.Repeat("c\r\n", 300_000),
		} {
			id := r.receive(r.lamps, string(rune('a'+i)), body)
			if got := r.raw(r.lamps, id); got != body {
				t.Errorf("%d: %d bytes came back of %d", i, len(got), len(body))
			}
			if _, err := r.Get(t.Context(), r.rugs, id); desk.CodeOf(err) != desk.NotFound {
				t.Errorf("the other store sees it: %v", err)
			}
		}
		if got := len(r.jobs()); got != 6 {
			t.Errorf("%d jobs", got)
		}
	})
}

func TestOneRowForEachKey(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		var group sync.WaitGroup
		var mu sync.Mutex
		ids, fresh := map[int64]int{}, 0
		for range 16 {
			group.Go(func() {
				id, isFresh, err := r.Receive(t.Context(), r.lamps, desk.Inbound{Source: "http"}, strings.NewReader(strings.Repeat("same", 30_000)))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				ids[id]++
				if isFresh {
					fresh++
				}
			})
		}
		group.Wait()
		if len(ids) != 1 || fresh != 1 || len(r.jobs()) != 1 {
			t.Errorf("rows %v, fresh %d, jobs %v", ids, fresh, r.jobs())
		}
		blobs := 0
		for _, err := range r.Blobs.Keys(t.Context(), time.Now().Add(time.Hour)) {
			if err != nil {
				t.Fatal(err)
			}
			blobs++
		}
		if blobs != 1 {
			t.Errorf("%d blobs", blobs)
		}
		same, err := r.DB.MailsWithMessageID(t.Context(), r.lamps, "", mustHash(t, r))
		if err != nil || len(same) != 1 {
			t.Errorf("by hash: %v, %v", same, err)
		}
	})
}

func mustHash(t *testing.T, r *room) string {
	t.Helper()
	list, _, err := r.List(t.Context(), r.lamps, &desk.MailFilter{}, desk.Page{Order: desk.NewestFirst, Size: 1})
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	return list[0].SHA256
}

// TestAllStoresOrNone records a message for two stores, each with bytes of its own.
func TestAllStoresOrNone(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		for _, body := range []string{"short", strings.Repeat("long", 30_000)} {
			k, err := r.Keep(t.Context(), "Received: here\r\n", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			in := desk.Inbound{Source: "smtp", SourceKey: body[:5], Peer: "a\x00\r\nb\xff", Recipients: []string{"x@y", "z@y\n"}}
			receipts, err := r.Record(t.Context(), k, mailroom.Arrival{Store: r.lamps, Inbound: in}, mailroom.Arrival{Store: r.rugs, Inbound: in})
			if err != nil || len(receipts) != 2 {
				t.Fatal(receipts, err)
			}
			if a, b := r.raw(r.lamps, receipts[0].ID), r.raw(r.rugs, receipts[1].ID); a != "Received: here\r\n"+body || a != b {
				t.Errorf("%q, %q", a, b)
			}
			m, _ := r.Get(t.Context(), r.rugs, receipts[1].ID)
			if m.Peer != "a   b?" || len(m.Recipients) != 2 || m.Recipients[1] != "z@y " || m.SHA256 != k.SHA256() {
				t.Errorf("%+v", m)
			}
		}
		k, err := r.Keep(t.Context(), "", strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		before := len(r.jobs())
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := r.Record(cancelled, k, mailroom.Arrival{Store: r.lamps}, mailroom.Arrival{Store: r.rugs}); err == nil || len(r.jobs()) != before {
			t.Errorf("%v, jobs %v", err, r.jobs())
		}
	})
}

func TestLimits(t *testing.T) {
	t.Parallel()
	r := newRoom(t, storetest.Open(t, storetest.SQLite(t)))
	r.MaxBytes = 100_000
	broken := errors.New("line went dead")
	for name, c := range map[string]struct {
		body io.Reader
		want error
	}{
		"at the limit":        {strings.NewReader(strings.Repeat("x", 100_000)), nil},
		"past it":             {strings.NewReader(strings.Repeat("x", 100_001)), mailroom.ErrTooLarge},
		"broken early":        {io.MultiReader(strings.NewReader("Subject: half"), iotest.ErrReader(broken)), broken},
		"broken late":         {io.MultiReader(strings.NewReader(strings.Repeat("x", 90_000)), iotest.ErrReader(broken)), broken},
		"short past the half": {strings.NewReader(strings.Repeat("x", 50_000)), nil},
	} {
		before := len(r.jobs())
		_, fresh, err := r.Receive(t.Context(), r.lamps, desk.Inbound{Source: "pipe"}, c.body)
		if !errors.Is(err, c.want) || fresh != (c.want == nil) {
			t.Errorf("%s: %v, %v", name, fresh, err)
		}
		if got := len(r.jobs()) - before; (got == 1) != (c.want == nil) {
			t.Errorf("%s: %d jobs", name, got)
		}
	}
}

// zeros is a body of n bytes that takes no memory itself.
type zeros struct{ n int64 }

func (z *zeros) Read(p []byte) (int, error) {
	if z.n <= 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), z.n)
	clear(p[:n])
	z.n -= n
	return int(n), nil
}

// TestLargeMessageIsStreamed allocates far less than the message is long.
func TestLargeMessageIsStreamed(t *testing.T) { // not parallel: it reads the process's counters
	r := newRoom(t, storetest.Open(t, storetest.SQLite(t)))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, _, err := r.Receive(t.Context(), r.lamps, desk.Inbound{Source: "pipe"}, &zeros{mailroom.DefaultMaxBytes}); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 4<<20 {
		t.Errorf("%d bytes allocated", got)
	}
}

func TestWhoReceives(t *testing.T) {
	t.Parallel()
	r := newRoom(t, storetest.Open(t, storetest.SQLite(t)))
	for address, want := range map[string]int64{
		"help@lamps.example": r.lamps.ID, "HELP@Rugs.example": r.rugs.ID, "help+t1-abc@lamps.example": r.lamps.ID,
		"help@x.example": 0, "": 0, "@lamps.example": 0, "help@lamps.example.evil.example": 0,
	} {
		st, err := r.StoreFor(t.Context(), address)
		if want == 0 && desk.CodeOf(err) != desk.NotFound || want != 0 && (err != nil || st.ID != want) {
			t.Errorf("%q: %v, %v", address, st, err)
		}
	}
}

func TestHandledAgain(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		for _, c := range []struct {
			fate                    desk.Fate
			replay, forced, release bool
		}{
			{desk.MailWaiting, false, true, false},
			{desk.MailTicket, false, true, false},
			{desk.MailComment, false, true, false},
			{desk.MailHeld, true, true, true},
			{desk.MailFailed, true, true, false},
			{desk.MailDuplicate, true, true, false},
			{desk.MailSuppressed, true, true, false},
			{desk.MailBounce, true, true, false},
		} {
			r := newRoomWith(t, db)
			for name, try := range map[string]struct {
				do   func(id int64) error
				want bool
			}{
				"replay":  {func(id int64) error { return r.Replay(t.Context(), r.lamps, id, false) }, c.replay},
				"forced":  {func(id int64) error { return r.Replay(t.Context(), r.lamps, id, true) }, c.forced},
				"release": {func(id int64) error { return r.Release(t.Context(), r.lamps, id) }, c.release},
			} {
				id := r.receive(r.lamps, string(c.fate)+name, "x")
				r.settle(r.lamps, id, c.fate)
				jobs := len(r.jobs())
				err := try.do(id)
				m, _ := r.Get(t.Context(), r.lamps, id)
				if try.want && (err != nil || m.Fate != desk.MailWaiting || m.TicketID != 0 || len(r.jobs()) != jobs+1) {
					t.Errorf("%s of %s: %v, %+v", name, c.fate, err, m)
				}
				if !try.want && (desk.CodeOf(err) != desk.Conflict || m.Fate != c.fate || len(r.jobs()) != jobs) {
					t.Errorf("%s of %s was let: %v, %+v", name, c.fate, err, m)
				}
			}
		}
	})
}

// newRoomWith is newRoom on a database that has the stores, perhaps.
func newRoomWith(t *testing.T, db *store.DB) *room {
	t.Helper()
	stores := &settings.Stores{DB: db, Now: time.Now}
	list, err := stores.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		return newRoom(t, db)
	}
	blobs, err := blob.Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return &room{t: t, lamps: list[0], rugs: list[1], now: time.Now(), Service: &mailroom.Service{DB: db, Blobs: blobs, Stores: stores, Now: time.Now}}
}

func TestReleaseSaysSoInItsJob(t *testing.T) {
	t.Parallel()
	r := newRoom(t, storetest.Open(t, storetest.SQLite(t)))
	id := r.receive(r.lamps, "a", "x")
	r.settle(r.lamps, id, desk.MailHeld)
	if err := r.Release(t.Context(), r.lamps, id); err != nil {
		t.Fatal(err)
	}
	if got := r.jobs(); !slices.Equal(got, []string{`{"mail":1,"release":true} ANN@X.EXAMPLE`, `{"mail":1} ANN@X.EXAMPLE`}) {
		t.Errorf("%q", got)
	}
}

func TestBlock(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		id := r.receive(r.lamps, "a", "x")
		r.settle(r.lamps, id, desk.MailHeld)
		for range 2 {
			if address, err := r.Block(t.Context(), r.lamps, id); err != nil || address != "ANN@X.EXAMPLE" {
				t.Errorf("%q, %v", address, err)
			}
		}
		if _, err := r.Block(t.Context(), r.rugs, id); desk.CodeOf(err) != desk.NotFound {
			t.Error(err)
		}
		id, _, err := r.Receive(t.Context(), r.lamps, desk.Inbound{Source: "pipe"}, strings.NewReader("null sender"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := r.Block(t.Context(), r.lamps, id); desk.CodeOf(err) != desk.Invalid {
			t.Error(err)
		}
	})
}

func TestHeldMailIsGivenUp(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		small, large := r.receive(r.lamps, "a", "x"), r.receive(r.lamps, "b", strings.Repeat("x", 100_000))
		ticket := r.receive(r.lamps, "c", "y")
		r.settle(r.lamps, small, desk.MailHeld)
		r.settle(r.lamps, large, desk.MailHeld)
		r.settle(r.lamps, ticket, desk.MailTicket)
		fates := func() (list []desk.Fate) {
			for _, id := range []int64{small, large, ticket} {
				m, err := r.Get(t.Context(), r.lamps, id)
				if err != nil {
					t.Fatal(err)
				}
				list = append(list, m.Fate)
			}
			return list
		}
		r.now = r.now.Add(29 * 24 * time.Hour)
		if err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fates(); !slices.Equal(got, []desk.Fate{"held", "held", "ticket"}) {
			t.Errorf("a day early: %v", got)
		}
		r.now = r.now.Add(25 * time.Hour)
		if err := r.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := fates(); !slices.Equal(got, []desk.Fate{"suppressed", "suppressed", "ticket"}) {
			t.Errorf("%v", got)
		}
		m, _ := r.Get(t.Context(), r.lamps, large)
		if _, err := r.Raw(t.Context(), r.lamps, m); desk.CodeOf(err) != desk.NotFound || !strings.HasSuffix(m.Reason, "because") {
			t.Errorf("%v, %q", err, m.Reason)
		}
		for _, err := range r.Blobs.Keys(t.Context(), time.Now().Add(time.Hour)) {
			if err != nil {
				t.Fatal(err)
			}
			t.Error("a blob stayed")
		}
		if err := r.Replay(t.Context(), r.lamps, small, true); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("handled again without its bytes: %v", err)
		}
		if got := r.raw(r.lamps, ticket); got != "y" {
			t.Errorf("%q", got)
		}
	})
}

func TestLedgerIsListed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		r := newRoom(t, db)
		var ids []int64
		for i := range 5 {
			ids = append(ids, r.receive(r.lamps, string(rune('a'+i)), "x"))
		}
		r.settle(r.lamps, ids[1], desk.MailTicket)
		r.settle(r.lamps, ids[3], desk.MailHeld)
		for _, c := range []struct {
			f    desk.MailFilter
			want []int64
		}{
			{desk.MailFilter{}, []int64{ids[4], ids[3], ids[2], ids[1], ids[0]}},
			{desk.MailFilter{Fate: desk.MailHeld}, []int64{ids[3]}},
			{desk.MailFilter{From: "ann@X.example"}, []int64{ids[3], ids[1]}},
			{desk.MailFilter{TicketID: 7}, []int64{ids[1]}},
			{desk.MailFilter{Fate: desk.MailHeld, TicketID: 7}, nil},
		} {
			var got []int64
			p := desk.Page{Order: desk.NewestFirst, Size: 2}
			for {
				list, more, err := r.List(t.Context(), r.lamps, &c.f, p)
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range list {
					got = append(got, m.ID)
				}
				if !more {
					break
				}
				p.Key = &desk.Key{ID: got[len(got)-1]}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%+v: %v, want %v", c.f, got, c.want)
			}
		}
		same, err := r.DB.MailsWithMessageID(t.Context(), r.lamps, "a@b", "")
		if err != nil || len(same) != 2 {
			t.Errorf("by Message-ID: %d, %v", len(same), err)
		}
	})
}
