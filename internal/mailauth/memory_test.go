package mailauth_test

import (
	"context"
	"errors"
	"net"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"storedesk/internal/mailauth"
)

// TestMemoryAsksOnce checks mails of one sender.
func TestMemoryAsksOnce(t *testing.T) {
	t.Parallel()
	asked := &counted{Resolver: records().serve(t)}
	c := &mailauth.Checker{Resolver: &mailauth.Memory{Next: asked}}
	raw := sign(t, plain, "shop.example")
	first := check(t, c, known, raw, "ann@shop.example")
	n := asked.n.Load()
	for range 5 {
		if again := check(t, c, known, raw, "ann@shop.example"); again.DMARC != mailauth.Pass || again.SPF != first.SPF {
			t.Errorf("%+v", again)
		}
	}
	if n == 0 || asked.n.Load() != n {
		t.Errorf("%d questions for the first mail, %d for all", n, asked.n.Load())
	}
}

// silent never answers.
type silent struct{ texts }

func (silent) LookupTXT(ctx context.Context, _ string) ([]string, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// TestDeadNameServerIsNotWaitedFor handles mails of twenty senders, one after the other,
// while nothing is answered.
func TestDeadNameServerIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	took := func(r mailauth.Resolver) (total time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			c, begin := &mailauth.Checker{Resolver: r}, time.Now()
			for i := range 20 {
				from := "ann@shop" + strconv.Itoa(i) + ".example"
				env := known
				env.MailFrom = from
				result := check(t, c, env, "From: "+from+"\r\n\r\nHello\r\n", from)
				if result.DMARC != mailauth.TempError {
					t.Errorf("%+v", result)
				}
			}
			total = time.Since(begin)
		})
		return total
	}
	without, with := took(silent{}), took(&mailauth.Memory{Next: silent{}})
	t.Logf("twenty mails: %s without, %s with", without, with)
	if with > 20*time.Second {
		t.Errorf("twenty mails wait %s for a dead name server", with)
	}
}

// TestMemoryTriesAgain has a name server come back.
func TestMemoryTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		m := &mailauth.Memory{Next: silent{}}
		for i := range 6 {
			_, _ = m.LookupTXT(t.Context(), strconv.Itoa(i)+".example")
		}
		m.Next = texts{"shop.example": "hello"}
		begin := time.Now()
		if _, err := m.LookupTXT(t.Context(), "5.example"); err == nil || time.Since(begin) > 0 {
			t.Errorf("what nobody answers was asked again at once: %v", err)
		}
		list, err := m.LookupTXT(t.Context(), "shop.example")
		if err != nil || len(list) != 1 {
			t.Errorf("%v, %v", list, err)
		}
		var dns *net.DNSError
		if _, err = m.LookupTXT(t.Context(), "none.example"); !errors.As(err, &dns) || !dns.IsNotFound {
			t.Errorf("%v", err)
		}
	})
}

// TestMemoryIsBounded asks for more names than it keeps.
func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := &mailauth.Memory{Next: texts{}}
	for i := range 5000 {
		if _, err := m.LookupTXT(t.Context(), strconv.Itoa(i)); err == nil {
			t.Fatal("there is nothing")
		}
	}
}
