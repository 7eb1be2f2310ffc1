package dashboard

import (
	"context"
	"net/http"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/maildns"
	"storedesk/internal/page"
)

func (d *door) mailRoutes() []page.Route {
	const path = "settings/mail/"
	return []page.Route{
		get(path, forSettings, d.showAddresses),
		change(http.MethodPatch, path, forSettings, d.changeAddresses),
		get(path+"health/", forSettings, d.mailHealth),
		change(http.MethodPost, path+"check/", forSettings, d.checkMail),
		change(http.MethodPost, path+"dkim/", forSettings, d.makeDKIM),
		change(http.MethodDelete, path+"dkim/", forSettings, d.endDKIM),
		change(http.MethodPost, path+"test/", forSettings, d.testMail),
	}
}

// mailSettings are the addresses of a store.
type mailSettings struct {
	SupportEmail string   `json:"support_email"`
	Aliases      []string `json:"aliases"`
	FromName     string   `json:"from_name"` // "": the store's name
	PlusAddress  bool     `json:"plus_address"`
	AdminAddress string   `json:"admin_address"`
	StoreName    string   `json:"store_name"`
}

func mailSettingsOf(st *desk.Store) mailSettings {
	return mailSettings{st.SupportEmail, orEmpty(st.Mail.Aliases), st.Mail.FromName, st.Mail.PlusAddress != "no", st.Mail.AdminAddress, st.Name}
}

func (d *door) showAddresses(q *page.Request) error {
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, mailSettingsOf(st))
}

func (d *door) changeAddresses(q *page.Request) error {
	var in struct {
		SupportEmail *string   `json:"support_email"`
		Aliases      *[]string `json:"aliases"`
		FromName     *string   `json:"from_name"`
		PlusAddress  *bool     `json:"plus_address"`
		AdminAddress *string   `json:"admin_address"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	v := values{}
	v.text("support_email", in.SupportEmail)
	v.text("mail_from_name", in.FromName)
	v.text("mail_admin_address", in.AdminAddress)
	v.yes("mail_plus_address", in.PlusAddress)
	if in.Aliases != nil {
		if err := few("aliases", *in.Aliases); err != nil {
			return err
		}
		for _, address := range *in.Aliases {
			if strings.Contains(address, ",") { // what separates them where they are kept as one text
				return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"aliases": {"Write each address by itself."}}}
			}
		}
		v["mail_aliases"] = clean(strings.Join(*in.Aliases, ","))
	}
	st, err := d.set(q, v, map[string]string{
		"mail_aliases": "aliases", "mail_from_name": "from_name", "mail_admin_address": "admin_address", "mail_plus_address": "plus_address",
	})
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, mailSettingsOf(st))
}

// mailState is how mail of the store comes and goes, and what the DNS says of it.
type mailState struct {
	Incoming  incoming  `json:"incoming"`
	Outgoing  outgoing  `json:"outgoing"`
	DNS       mailDNS   `json:"dns"`
	DKIM      *string   `json:"dkim"` // the name of the key; null: mail is not signed
	LastIn    *string   `json:"last_in"`
	LastOut   *string   `json:"last_out"`
	Waiting   int       `json:"waiting"`
	Held      int       `json:"held"`
	Failed    int       `json:"failed"`
	Queued    int       `json:"queued"`
	Deferred  int       `json:"deferred"`
	Bounced   int       `json:"bounced"`
	Uncertain int       `json:"uncertain"`
	Test      *mailTest `json:"test"`
}

type incoming struct {
	SMTP      bool   `json:"smtp"` // mail is received over SMTP
	Listen    string `json:"listen"`
	Hostname  string `json:"hostname"`
	Mailboxes int    `json:"mailboxes"` // that are read
	MaxBytes  int64  `json:"max_bytes"`
	Spam      bool   `json:"spam_filter"`
}

type outgoing struct {
	Way   string `json:"way"` // off, direct, relay
	Relay string `json:"relay"`
}

// mailTest is the last test mail of the store to itself.
type mailTest struct {
	SentAt *string `json:"sent_at"`
	BackAt *string `json:"back_at"`
	State  string  `json:"state"` // of it as a mail of ours; "": it is composed
	Reason string  `json:"reason"`
}

type mailDNS struct {
	Problem   string    `json:"problem"` // why nothing can be looked up
	CheckedAt *string   `json:"checked_at"`
	Running   bool      `json:"running"`
	Records   []record  `json:"records"` // all that are to be set
	Findings  []finding `json:"findings"`
}

type record struct {
	Type  string `json:"type"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

type finding struct {
	What   string  `json:"what"`
	Name   string  `json:"name"`
	State  string  `json:"state"`
	Found  string  `json:"found"`
	Advice string  `json:"advice"`
	Set    *record `json:"set"`
}

// How long a request waits for the DNS; the look goes on behind it.
const (
	glance     = 200 * time.Millisecond
	longGlance = 7 * time.Second
)

func (d *door) mailHealth(q *page.Request) error { return d.answerHealth(q, false, glance) }

func (d *door) checkMail(q *page.Request) error { return d.answerHealth(q, true, longGlance) }

func (d *door) answerHealth(q *page.Request, fresh bool, wait time.Duration) error {
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	dns, err := d.MailHealth.Check(q.Ctx(), st, fresh, wait)
	if err != nil {
		return err
	}
	s, err := d.Stores.MailState(q.Ctx(), st)
	if err != nil {
		return err
	}
	boxes, err := d.Mailboxes.List(q.Ctx(), st)
	if err != nil {
		return err
	}
	setup := &d.MailHealth.Setup
	m := mailState{
		Incoming: incoming{setup.Listen != "", setup.Listen, setup.Hostname, 0, setup.MaxBytes, setup.Spam},
		Outgoing: outgoing{"relay", setup.Relay},
		LastIn:   instant(s.LastIn), LastOut: instant(s.LastOut), Waiting: s.Waiting, Held: s.Held, Failed: s.Failed,
		Queued: s.Queued, Deferred: s.Deferred, Bounced: s.Bounced, Uncertain: s.Uncertain,
		DNS: mailDNS{Problem: dns.Problem, Running: dns.Running, Records: []record{}, Findings: []finding{}},
	}
	for _, b := range boxes {
		if b.Enabled {
			m.Incoming.Mailboxes++
		}
	}
	switch {
	case setup.Off:
		m.Outgoing.Way = "off"
	case setup.Direct:
		m.Outgoing.Way = "direct"
	}
	if st.Mail.DKIMKey != "" {
		m.DKIM = &st.Mail.DKIMSelector
	}
	if st.Mail.RoundTripAt != 0 {
		m.Test = &mailTest{instant(st.Mail.RoundTripAt), instant(s.RoundTripIn), string(s.RoundTrip), s.RoundReason}
	}
	if !dns.CheckedAt.IsZero() {
		m.DNS.CheckedAt = instant(desk.At(dns.CheckedAt))
	}
	for i := range dns.Records {
		m.DNS.Records = append(m.DNS.Records, *recordOf(&dns.Records[i]))
	}
	for _, f := range dns.Findings {
		m.DNS.Findings = append(m.DNS.Findings, finding{f.What, f.Name, string(f.State), f.Found, f.Advice, recordOf(f.Set)})
	}
	return q.JSON(http.StatusOK, m)
}

func recordOf(r *maildns.Record) *record {
	if r == nil {
		return nil
	}
	return &record{r.Type, r.Name, r.Value}
}

// makeDKIM has mail be signed with a new key from now on.
func (d *door) makeDKIM(q *page.Request) error {
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	if _, err := d.MailHealth.Setup.DNS(st); err != nil {
		return err // before a key is made that could not be shown
	}
	before := st.Mail.DKIMSelector
	if err := d.Stores.NewDKIM(q.Ctx(), st, ""); err != nil {
		return err
	}
	if err := d.noted(q, "store.dkim_made", st.Name, map[string]string{"selector": st.Mail.DKIMSelector, "before": before}); err != nil {
		return err
	}
	return d.answerHealth(q, false, glance)
}

func (d *door) endDKIM(q *page.Request) error {
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	before := st.Mail.DKIMSelector
	if err := d.Stores.SetDKIM(q.Ctx(), st, "", ""); err != nil {
		return err
	}
	if err := d.noted(q, "store.dkim_ended", st.Name, map[string]string{"before": before}); err != nil {
		return err
	}
	return d.answerHealth(q, false, glance)
}

// testPause is how long a store waits between two test mails.
const testPause = 15 * time.Second

func (d *door) testMail(q *page.Request) error {
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	if st.Mail.RoundTripAt != 0 && d.Now().Sub(st.Mail.RoundTripAt.Time()) < testPause {
		return desk.Errorf(desk.Conflict, "A test mail was sent a moment ago. Wait for what becomes of it.")
	}
	id, err := d.SendTest(q.Ctx(), st)
	if err != nil {
		return err
	}
	ctx := context.WithoutCancel(q.Ctx())
	if err := d.Stores.SetRoundTrip(ctx, st, id); err != nil {
		return err
	}
	if err := d.noted(q, "store.mail_tested", st.SupportEmail, nil); err != nil {
		return err
	}
	return d.answerHealth(q, false, glance)
}
