package mail

import (
	"context"
	"fmt"
	"net/netip"

	"storedesk/internal/desk"
	"storedesk/internal/mailauth"
	"storedesk/internal/store"
)

// facts are everything that a decision rests on.
type facts struct {
	st      *desk.Store
	mail    *desk.Mail
	raw     *spooled
	release bool // a person let it in

	letter *letter
	auth   mailauth.Result
	ours   string      // why it is mail of ours that came back; "" if it is not
	bounce *bounce     // nil: not about mail of ours
	twin   *store.Twin // nil: not in the ledger yet
	rule   string      // what the store has said of the sender: allow, block, or ""
	spam   string      // why it seems to be spam; ""
	person *desk.User  // nil: unknown
	paths  []path      // the surest first
	agent  *desk.User  // whom it acts as; nil: as no agent
	// notAgent is why it does not act as the agent whose reply address it was sent to.
	notAgent string
}

const passed, failed = mailauth.Pass, mailauth.Fail

// gather finds the facts. It only reads.
func (h *Handler) gather(ctx context.Context, st *desk.Store, m *desk.Mail, raw *spooled, release bool) (*facts, error) {
	l, err := read(raw, m.Inbound)
	if err != nil {
		return nil, fmt.Errorf("reading mail %d: %w", m.ID, err)
	}
	f := &facts{st: st, mail: m, raw: raw, release: release, letter: l}
	f.auth = h.authenticate(ctx, f)
	for _, find := range []func(context.Context, *facts) error{h.findOurs, h.findBounce, h.findTwin, h.findThread, h.findPerson, h.findSpam} {
		if err := find(ctx, f); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (h *Handler) authenticate(ctx context.Context, f *facts) mailauth.Result {
	if h.Auth == nil {
		return mailauth.Result{SPF: mailauth.None, DKIM: mailauth.None, DMARC: mailauth.None}
	}
	env := mailauth.Envelope{Helo: f.mail.Helo, MailFrom: f.mail.EnvelopeFrom}
	if ip, err := netip.ParseAddr(f.mail.Peer); err == nil {
		env.PeerIP = ip
	} else if at, err := netip.ParseAddrPort(f.mail.Peer); err == nil {
		env.PeerIP = at.Addr()
	}
	from := ""
	if f.letter.sure {
		from = f.letter.from.Addr
	}
	return h.Auth.Check(ctx, env, f.raw, f.raw.size, from)
}

// findOurs recognises mail of ours that somebody feeds back: by its Message-ID, which
// nobody else writes, or by the return path that only our own mail leaves with.
func (h *Handler) findOurs(ctx context.Context, f *facts) error {
	if _, tag := desk.Tagged(f.mail.EnvelopeFrom); tag != "" && f.st.Receives(f.mail.EnvelopeFrom) {
		if _, _, ok := desk.ParseReplyToken(f.st.Mail.Secret, tag); ok {
			f.ours = "it left with our own return path"
			return nil
		}
	}
	id := f.letter.msg.MessageID
	if id == "" {
		return nil
	}
	if _, ok := ownID(f.st, id); ok {
		f.ours = "it is mail of ours that came back"
		return nil
	}
	refs, err := h.DB.TicketsByMessageIDs(ctx, f.st, []string{id})
	for _, r := range refs {
		if r.Ours {
			f.ours = "it is mail of ours that came back"
		}
	}
	return err
}

func (h *Handler) findTwin(ctx context.Context, f *facts) error {
	list, err := h.DB.Twins(ctx, f.st, f.row())
	f.twin = twinOf(f, list)
	return err
}

// twinOf picks the mail that this one is a copy of: the same bytes, or another copy of the
// same message, which lists may have changed. Some programs give all their mail one
// Message-ID, so the writer and the topic must agree.
func twinOf(f *facts, list []store.Twin) *store.Twin {
	for _, t := range list {
		if t.SHA256 == f.mail.SHA256 || t.From == desk.Fold(f.letter.from.Addr) && topic(t.Subject) == topic(f.letter.msg.Subject) {
			return &t
		}
	}
	return nil
}

// findThread finds the tickets that the message may belong to, and whom it acts as there.
func (h *Handler) findThread(ctx context.Context, f *facts) error {
	leads, err := h.leads(ctx, f.st, f.letter)
	if err != nil {
		return err
	}
	if f.paths, err = h.paths(ctx, f.st, f.letter, leads); err != nil {
		return err
	}
	for _, p := range f.paths {
		if p.agent == 0 || f.agent != nil {
			continue
		}
		if f.agent, f.notAgent, err = h.agentOf(ctx, f.st, f, p.agent); err != nil {
			return err
		}
		if f.agent != nil { // which ticket it answers is then settled too
			f.paths = []path{p}
			return nil
		}
	}
	return nil
}

// findPerson finds the user who wrote, unless it is unclear which address did.
func (h *Handler) findPerson(ctx context.Context, f *facts) (err error) {
	if f.letter.sure {
		f.person, err = h.personOf(ctx, f.st, f.letter.from.Addr)
	}
	return err
}

// row is the row of the ledger with what the message says of itself.
func (f *facts) row() *desk.Mail {
	row := *f.mail
	row.MessageID = clean(f.letter.msg.MessageID)
	row.From = desk.Fold(clean(f.letter.from.Addr))
	row.Subject = clean(f.letter.msg.Subject)
	row.HTML = f.letter.msg.HTML != ""
	return &row
}

// staff tells that the address is that of somebody who works here.
func (f *facts) staff() bool { return f.person != nil && f.person.Type == desk.UserDashboard }

// home is the ticket that the message belongs to, nil for none: the surest one that its
// writer takes part in. Mail that a program wrote belongs to the ticket whose mail it
// answers, whoever sent it, since it is shown to staff only.
func (f *facts) home() *path {
	for i, p := range f.paths {
		if f.agent != nil || p.takesPart || p.proof && f.letter.automatic != "" {
			return &f.paths[i]
		}
	}
	return nil
}
