package admin

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// mail takes in a message of a subject that came to a fate.
func (d *door) mail(st *desk.Store, subject string, fate desk.Fate) int64 {
	d.t.Helper()
	in := desk.Inbound{Source: "smtp", SourceKey: subject, EnvelopeFrom: "Ann@example.com", Recipients: []string{"help@shop.example"}}
	id, _, err := d.mails.Receive(d.t.Context(), st, in, strings.NewReader("Subject: "+subject))
	if err == nil && fate != desk.MailWaiting {
		err = d.db.Write(d.t.Context(), func(tx *store.Tx) error {
			m, err := tx.LockMail(d.t.Context(), st, id)
			if err != nil {
				return err
			}
			m.Fate, m.Reason, m.Subject, m.From, m.HandledAt = fate, "because", subject, desk.Fold("Ann@example.com"), 1
			m.Auth = `{"dmarc":"pass"}`
			if fate == desk.MailTicket {
				m.TicketID = 7
			}
			tx.SettleMail(st, m)
			return nil
		})
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return id
}

type mailRow struct {
	ID      int64
	Fate    string
	Ticket  *int64
	From    string
	Checks  map[string]string
	Reason  string
	Subject string
}

func TestMailIsListedAndLetIn(t *testing.T) {
	t.Parallel()
	d := open(t)
	held, ticket, waiting := d.mail(d.st, "held", desk.MailHeld), d.mail(d.st, "ticket", desk.MailTicket), d.mail(d.st, "new", desk.MailWaiting)
	for query, want := range map[string]string{
		"": "new ticket held", "?fate=held": "held", "?from=ANN@example.com": "ticket held", "?ticket=7": "ticket", "?ticket=8": "", "?fate=": "new ticket held",
	} {
		var page struct{ Results []mailRow }
		d.ask(request{path: "mails/" + query, token: "read"}).decode(t, &page)
		var got []string
		for _, m := range page.Results {
			got = append(got, strings.TrimSpace(m.Subject+map[int64]string{waiting: "new"}[m.ID]))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]int{"?fate=lost": 400, "?ticket=x": 400, "?from=%00": 400} {
		if got := d.ask(request{path: "mails/" + query}); got.status != want {
			t.Errorf("%s: %d %s", query, got.status, got.body)
		}
	}
	for _, c := range []struct {
		id     int64
		verb   string
		token  string
		status int
		fate   string
	}{
		{held, "block", "write", 200, "held"},
		{held, "release", "read", 403, ""},
		{held, "release", "write", 200, "waiting"},
		{held, "release", "write", 409, ""},
		{waiting, "replay", "write", 409, ""},
		{ticket, "replay", "write", 409, ""},
		{waiting, "block", "write", 200, "waiting"}, // by its envelope
		{999, "release", "write", 404, ""},
	} {
		got := d.ask(request{method: "POST", path: "mails/" + itoa(int(c.id)) + "/" + c.verb + "/", token: c.token})
		var row mailRow
		if got.status == 200 {
			got.decode(t, &row)
		}
		if got.status != c.status || row.Fate != c.fate {
			t.Errorf("%s of %d: %d %s", c.verb, c.id, got.status, got.body)
		}
	}
	var row mailRow
	d.ask(request{path: "mails/" + itoa(int(ticket)) + "/"}).decode(t, &row)
	if row.Ticket == nil || *row.Ticket != 7 || row.From != "ann@example.com" || row.Checks["dmarc"] != "pass" || row.Reason != "because" {
		t.Errorf("%+v", row)
	}
}
