package mail_test

import (
	"context"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-smtp"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// copied makes a ticket whose replies go to Ada and to others, and answers it.
func (s *shop) copied(others ...string) int64 {
	s.t.Helper()
	id := s.ask("Lamp", "hello")
	for _, a := range others {
		s.exec("INSERT INTO participants (store_id, ticket_id, address, shown) VALUES ($1, $2, $3, $4)", s.st.ID, id, desk.Fold(a), a)
	}
	s.answer(id, "answer", true)
	return id
}

func TestEachRecipientHasItsOwnFate(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var mu sync.Mutex
		tries := map[string]int{}
		s.relay.rcpt = func(to string) error {
			mu.Lock()
			defer mu.Unlock()
			tries[to]++
			switch {
			case strings.HasPrefix(to, "gone"):
				return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
			case strings.HasPrefix(to, "full"):
				return &smtp.SMTPError{Code: 552, EnhancedCode: smtp.EnhancedCode{5, 2, 2}, Message: "mailbox full"}
			case strings.HasPrefix(to, "later") && tries[to] < 3:
				return &smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 7, 1}, Message: "greylisted"}
			}
			return nil
		}
		s.copied("gone@x.example", "full@x.example", "later@x.example")
		s.start()
		s.state("ada@customer.example", desk.RecipientAccepted)
		s.state("later@x.example", desk.RecipientAccepted)
		contains(t, "reason", s.state("gone@x.example", desk.RecipientBounced), "550 5.1.1 no such user")
		contains(t, "reason", s.state("full@x.example", desk.RecipientBounced), "552 5.2.2 mailbox full")
		s.outbox()
		var to []string
		for _, m := range s.relay.got() {
			to = append(to, m.to...)
		}
		if !slices.Equal(to, []string{"ada@customer.example", "later@x.example"}) {
			t.Errorf("the relay took mail for %q", to)
		}
		bad, err := s.db.BadAddresses(t.Context(), s.st, []string{"gone@x.example", "full@x.example"})
		if err != nil || len(bad) != 1 || bad["gone@x.example"] == "" {
			t.Errorf("bad addresses %v, %v", bad, err)
		}
	})
}

func TestSilenceAfterTheMailIsUncertain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.relay.answer = func(c net.Conn) error {
			_ = c.Close()
			return errors.New("gone")
		}
		s.copied()
		s.start()
		contains(t, "reason", s.state("ada@customer.example", desk.RecipientUncertain), "did not answer")
		list := s.outbox()
		if n := len(s.relay.got()); n != 1 {
			t.Fatalf("sent %d times", n)
		}
		s.relay.on(func(r *relay) { r.answer = nil })
		to, err := s.Retry(t.Context(), s.st, list[0].ID, "")
		if err != nil || !slices.Equal(to, []string{"ada@customer.example"}) {
			t.Fatalf("retry: %q, %v", to, err)
		}
		s.state("ada@customer.example", desk.RecipientAccepted)
		got := s.relay.got()
		if len(got) != 2 || parse(t, got[0].raw).MessageID != parse(t, got[1].raw).MessageID {
			t.Error("a retry is not the same mail")
		}
		if to, err := s.Retry(t.Context(), s.st, list[0].ID, ""); err != nil || len(to) != 0 {
			t.Errorf("retry of what was accepted: %q, %v", to, err)
		}
	})
}

func TestBrokenBeforeTheEndIsTriedAgain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		tries := 0
		s.relay.data = func() error {
			if tries++; tries < 3 {
				return &smtp.SMTPError{Code: 452, EnhancedCode: smtp.EnhancedCode{4, 3, 1}, Message: "disk full"}
			}
			return nil
		}
		s.copied()
		s.start()
		<-s.relay.accepted
		s.state("ada@customer.example", desk.RecipientAccepted)
		if list := s.outbox(); len(list) != 1 || len(s.relay.got()) != 1 {
			t.Errorf("%d mails, %d sent", len(list), len(s.relay.got()))
		}
	})
}

func TestGivenUpAfterThreeDays(t *testing.T) {
	s := openSQLite(t)
	s.relay.rcpt = func(string) error { return &smtp.SMTPError{Code: 451, Message: "later"} }
	s.copied()
	var mu sync.Mutex
	now := time.Now()
	s.Now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	s.start()
	contains(t, "reason", s.state("ada@customer.example", desk.RecipientDeferred), "451")
	mu.Lock()
	now = now.Add(73 * time.Hour)
	mu.Unlock()
	contains(t, "reason", s.state("ada@customer.example", desk.RecipientBounced), "given up after three days: 451")
	s.outbox()
}

// A node that dies while it hands a mail over leaves the row as it was then.
func TestCrashWhileSendingIsUncertain(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.copied("later@x.example")
		if r := s.Kinds()[0].Work(t.Context(), s.claim("mail-event")); r.Err != nil {
			t.Fatal(r.Err)
		}
		s.exec("UPDATE outbox_recipients SET state = 'sending' WHERE store_id = $1 AND address = 'later@x.example'", s.st.ID)
		if r := s.Kinds()[1].Work(t.Context(), s.claim("mail-send:relay")); r.Err != nil {
			t.Fatal(r.Err)
		}
		contains(t, "reason", s.state("later@x.example", desk.RecipientUncertain), "stopped")
		s.state("ada@customer.example", desk.RecipientAccepted)
		if got := s.relay.got(); len(got) != 1 || len(got[0].to) != 1 {
			t.Errorf("sent %d times", len(got))
		}
		s.outbox()
	})
}

// A node whose job was taken over must not send.
func TestOnlyTheJobsOwnerBegins(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.copied()
		event := s.claim("mail-event")
		if r := s.Kinds()[0].Work(t.Context(), event); r.Err != nil || !r.Ended {
			t.Fatalf("%+v", r)
		}
		if r := s.Kinds()[0].Work(t.Context(), event); r.Err != nil { // a second time, as after a crash
			t.Fatalf("%+v", r)
		}
		list, err := s.db.ListOutgoing(t.Context(), s.st, 0, "", 10)
		if err != nil || len(list) != 1 {
			t.Fatalf("%d mails of one event, %v", len(list), err)
		}
		j := s.claim("mail-send:relay")
		old := *j
		old.Attempt--
		if r := s.Kinds()[1].Work(t.Context(), &old); r.Err == nil {
			t.Fatal("a node that is not the owner any more sent")
		}
		if n := len(s.relay.got()); n != 0 {
			t.Fatalf("sent %d times", n)
		}
		if r := s.Kinds()[1].Work(t.Context(), j); r.Err != nil || len(s.relay.got()) != 1 {
			t.Fatalf("%+v, sent %d times", r, len(s.relay.got()))
		}
		if r := s.Kinds()[1].Work(t.Context(), j); r.Err != nil || len(s.relay.got()) != 1 {
			t.Errorf("again: %+v, sent %d times", r, len(s.relay.got()))
		}
	})
}

func (s *shop) claim(queue string) *desk.Job {
	s.t.Helper()
	now := desk.At(time.Now().Add(time.Second))
	list, err := s.db.Claim(s.t.Context(), store.Claim{Node: "test", Queues: []store.QueueRoom{{Queue: queue, Room: 1}}, Now: now, Lease: time.Minute})
	if err == nil && len(list) == 0 { // those without mails come first
		err = errors.New("no job in " + queue)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if queue == "mail-event" { // of the ticket, from which nothing follows
		if r := s.Kinds()[0].Work(s.t.Context(), list[0]); r.Err != nil {
			s.t.Fatal(r.Err)
		}
		if list, err = s.db.Claim(s.t.Context(), store.Claim{Node: "test", Queues: []store.QueueRoom{{Queue: queue, Room: 1}}, Now: now, Lease: time.Minute}); err != nil || len(list) == 0 {
			s.t.Fatal(err, len(list))
		}
	}
	return list[0]
}

func TestTwoNodesSendOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.start()
		s.start()
		const n = 15
		id := s.ask("Lamp", "hello")
		for range n {
			s.answer(id, "answer", true)
		}
		list := s.outbox()
		seen := map[string]bool{}
		for _, m := range s.relay.got() {
			seen[parse(t, m.raw).MessageID] = true
		}
		if len(list) != n || len(seen) != n || len(s.relay.got()) != n {
			t.Errorf("%d mails, %d sent, %d different", len(list), len(s.relay.got()), len(seen))
		}
	})
}

// names is a name server of the test's own.
type names struct {
	mx   map[string][]*net.MX
	host map[string]bool
}

func (n names) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	if list := n.mx[name]; list != nil {
		return list, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (n names) LookupHost(_ context.Context, name string) ([]string, error) {
	switch {
	case n.host[name]:
		return []string{"127.0.0.1"}, nil
	case name == "slow.example":
		return nil, &net.DNSError{Err: "timeout", Name: name, IsTimeout: true}
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func TestDirectDelivery(t *testing.T) {
	s := openSQLite(t)
	_, port, _ := net.SplitHostPort(s.relay.address)
	s.route("direct:?port=" + port)
	s.Resolver = names{
		mx: map[string][]*net.MX{
			"customer.example": {{Host: "second.example.", Pref: 20}, {Host: "first.example.", Pref: 10}},
			"null.example":     {{Host: ".", Pref: 0}},
		},
		host: map[string]bool{"plain.example": true},
	}
	var mu sync.Mutex
	var dialled []string
	s.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		mu.Lock()
		dialled = append(dialled, address)
		mu.Unlock()
		if strings.HasPrefix(address, "first") {
			return nil, errors.New("refused")
		}
		return (&net.Dialer{}).DialContext(ctx, network, s.relay.address)
	}
	s.copied("bob@plain.example", "eve@null.example", "joe@nowhere.example", "sam@slow.example")
	s.start()
	s.state("ada@customer.example", desk.RecipientAccepted)
	s.state("bob@plain.example", desk.RecipientAccepted)
	contains(t, "reason", s.state("eve@null.example", desk.RecipientBounced), "null MX")
	contains(t, "reason", s.state("joe@nowhere.example", desk.RecipientBounced), "no domain nowhere.example")
	contains(t, "reason", s.state("sam@slow.example", desk.RecipientDeferred), "timeout")
	mu.Lock()
	defer mu.Unlock()
	if i, j := slices.Index(dialled, "first.example:"+port), slices.Index(dialled, "second.example:"+port); i < 0 || j < i || !slices.Contains(dialled, "plain.example:"+port) {
		t.Errorf("dialled %q", dialled)
	}
}

func TestRelayWithoutEncryptionIsRefused(t *testing.T) {
	s := openSQLite(t)
	s.route("smtp://user:pass@" + s.relay.address)
	s.copied()
	s.start()
	contains(t, "reason", s.state("ada@customer.example", desk.RecipientDeferred), "STARTTLS")
	if n := len(s.relay.got()); n != 0 {
		t.Errorf("sent %d times in the open", n)
	}
}
