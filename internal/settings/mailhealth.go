package settings

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/mailauth"
	"storedesk/internal/maildns"
	"storedesk/internal/store"
)

// MailSetup is what the operator has set of the server's mail, the same for every store.
type MailSetup struct {
	Host     string   // the name that others deliver to; "": the store's first host
	Relay    string   // the host that mail leaves through; "": none
	Direct   bool     // mail is delivered to the recipients' own servers
	Off      bool     // no mail leaves
	Listen   string   // where mail is received over SMTP; "": nowhere
	Hostname string   // what the server calls itself to others
	SPF      []string // who sends for the domain; none: mx
	MaxBytes int64    // of a message received
	Spam     bool     // a spam filter is asked
}

// DNS is what the DNS is to say for a store. Error: Invalid when there is no domain to ask
// about.
func (m *MailSetup) DNS(st *desk.Store) (*maildns.Setup, error) {
	_, domain, _ := strings.Cut(st.SupportEmail, "@")
	if !desk.IsDomain(domain) {
		return nil, desk.Errorf(desk.Invalid, "the store has no support address with a domain; set it: storedesk store set support_email=help@shop.example")
	}
	s := &maildns.Setup{
		Domain: strings.ToLower(domain), Host: strings.ToLower(cmp.Or(m.Host, st.Hosts[0])), Senders: m.SPF, Direct: m.Direct || m.Off,
	}
	if !desk.IsDomain(s.Host) {
		return nil, desk.Errorf(desk.Invalid, "%q is no name that others can deliver mail to; say which is with --host", s.Host)
	}
	for _, alias := range st.Mail.Aliases {
		_, further, _ := strings.Cut(strings.ToLower(alias), "@")
		if further != s.Domain && !slices.Contains(s.Further, further) {
			s.Further = append(s.Further, further)
		}
	}
	if st.Mail.DKIMKey != "" {
		key, err := mailauth.ParseKey(st.Mail.DKIMKey)
		if err != nil {
			return nil, fmt.Errorf("the store's DKIM key: %w", err)
		}
		s.Selector, s.DKIM = st.Mail.DKIMSelector, key.Record()
	}
	return s, nil
}

// NewDKIM makes a key that a store's mail is signed with from now on. selector is what it is
// called in the DNS; "" for a name of its own. The DNS may hold the old one under its name
// for as long as mail signed with it is under way, so a new key needs a new name: Conflict.
func (s *Stores) NewDKIM(ctx context.Context, st *desk.Store, selector string) error {
	if selector == "" {
		selector = DKIMSelector(s.Now())
		if strings.EqualFold(selector, st.Mail.DKIMSelector) {
			selector += "-" + strings.ToLower(rand.Text()[:4])
		}
	}
	if strings.EqualFold(selector, st.Mail.DKIMSelector) {
		return desk.Errorf(desk.Conflict, "the store's key is called %s already; name the new one otherwise", selector)
	}
	key, err := mailauth.NewKey()
	if err != nil {
		return err
	}
	text, err := key.MarshalText()
	if err != nil {
		return err
	}
	return s.SetDKIM(ctx, st, selector, string(text))
}

// Limits of a look at the DNS.
const (
	healthTime = 6 * time.Second  // for a whole look
	healthLife = 15 * time.Minute // after that it is looked again
)

// MailHealth looks whether the DNS says what a store's mail needs. It looks in the
// background, and tells what it saw last.
type MailHealth struct {
	Setup    MailSetup
	Stores   *Stores
	Resolver maildns.Resolver // nil: the system's
	Now      func() time.Time

	mu    sync.Mutex
	known map[int64]*look
}

// look is one look at the DNS for a store.
type look struct {
	setup   string // what was looked for
	done    chan struct{}
	found   []maildns.Finding
	checked time.Time // zero while it runs
}

// MailDNS is what is known of the DNS for a store's mail.
type MailDNS struct {
	Problem   string // why nothing can be looked up; "" = it can
	Records   []maildns.Record
	Findings  []maildns.Finding // of the last look
	CheckedAt time.Time         // when that ended; zero: never
	Running   bool              // a look is under way
}

// Check tells what is known, and looks again when that is old or of other settings, or when
// fresh is asked for. It waits for the look for a moment at most.
func (h *MailHealth) Check(ctx context.Context, st *desk.Store, fresh bool, wait time.Duration) (*MailDNS, error) {
	s, err := h.Setup.DNS(st)
	if err != nil {
		if desk.CodeOf(err) == desk.Invalid {
			return &MailDNS{Problem: MessageOf(err)}, nil
		}
		return nil, err
	}
	run, last := h.begin(st.ID, s, fresh)
	select {
	case <-run.done:
	case <-time.After(wait):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	d := &MailDNS{Records: s.Records(), Running: run.checked.IsZero()}
	if !d.Running {
		last = run
	}
	if last != nil {
		d.Findings, d.CheckedAt = last.found, last.checked
	}
	return d, nil
}

// begin returns the look that counts for a store, which may be over, and the one before it,
// if it has looked for the same.
func (h *MailHealth) begin(id int64, s *maildns.Setup, fresh bool) (run, last *look) {
	wanted := fmt.Sprintf("%+v", *s)
	h.mu.Lock()
	defer h.mu.Unlock()
	was := h.known[id]
	same := was != nil && was.setup == wanted
	if same && (was.checked.IsZero() || !fresh && h.Now().Sub(was.checked) < healthLife) {
		return was, nil
	}
	if same {
		last = was
	}
	run = &look{setup: wanted, done: make(chan struct{})}
	if h.known == nil {
		h.known = map[int64]*look{}
	}
	h.known[id] = run
	go h.look(run, s)
	return run, last
}

func (h *MailHealth) look(run *look, s *maildns.Setup) {
	ctx, cancel := context.WithTimeout(context.Background(), healthTime)
	defer cancel()
	var r maildns.Resolver = net.DefaultResolver
	if h.Resolver != nil {
		r = h.Resolver
	}
	found := s.Check(ctx, r)
	h.mu.Lock()
	run.found, run.checked = found, h.Now()
	h.mu.Unlock()
	close(run.done)
}

// MailState is how mail of a store comes and goes.
func (s *Stores) MailState(ctx context.Context, st *desk.Store) (*desk.MailState, error) {
	return s.DB.MailState(ctx, st)
}

// SetRoundTrip notes that a test mail was sent to the store itself.
func (s *Stores) SetRoundTrip(ctx context.Context, st *desk.Store, messageID string) error {
	return s.change(ctx, st.ID, func(st *desk.Store) { st.Mail.RoundTripID, st.Mail.RoundTripAt = messageID, desk.At(s.Now()) })
}

// PutChecklistAway hides the first steps, or shows them again.
func (s *Stores) PutChecklistAway(ctx context.Context, st *desk.Store, away bool) error {
	return s.change(ctx, st.ID, func(st *desk.Store) { st.Dashboard.ChecklistDone = away })
}

// Checklist looks which of the first steps are done.
func (s *Stores) Checklist(ctx context.Context, st *desk.Store) (*desk.Checklist, error) {
	return s.DB.Checklist(ctx, st)
}

// maxPictures is how many pictures a store can keep.
const maxPictures = 50

// AddPicture keeps a picture that mail shows. Errors: Conflict when there are too many.
func (s *Stores) AddPicture(ctx context.Context, st *desk.Store, p *desk.Picture) error {
	p.Key, p.CreatedAt = strings.ToLower(rand.Text()), desk.At(s.Now())
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		n, err := tx.CountPictures(ctx, st)
		if err == nil && n >= maxPictures {
			err = desk.Errorf(desk.Conflict, "A store can keep %d pictures at most.", maxPictures)
		}
		if err == nil {
			tx.InsertPicture(st, p)
		}
		return err
	})
}

// Picture returns a picture that mail of a store shows, or desk.ErrNotFound.
func (s *Stores) Picture(ctx context.Context, st *desk.Store, key string) (*desk.Picture, error) {
	return s.DB.Picture(ctx, st, key)
}
