package mail

import (
	"context"
	"fmt"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Caps are how much mail is let in, so that two programs that answer each other stop. Each
// rate is per hour, all at once if it comes so. What is above is not lost: it stays in the
// ledger, with the reason, and can be let in from there.
type Caps struct {
	Notes     int64 // answers written by programs, from one address; those above are suppressed
	Automatic int64 // other mails by programs, for each address that an answer would go to; so are those
	Ticket    int64 // mails to one ticket; so are those
	Address   int64 // mails from one address; so are those
	Answered  int64 // mails from one address; those above are let in, and no program answers them
}

// DefaultCaps stop a loop within the hour, and leave room for what is no loop, since it is
// never answered by us: a marketplace that sends all its orders from one address.
var DefaultCaps = Caps{Notes: 5, Automatic: 300, Ticket: 60, Address: 3000, Answered: 60}

// perHour is so many at once, and then one each time an hour's share has passed.
func perHour(n int64) store.Rate {
	return store.Rate{Interval: desk.Instant(time.Hour.Microseconds() / max(n, 1)), Burst: n}
}

// cap turns a decision into another one where there was too much of its kind lately. It is
// part of the write, so a message counts once; and mails from one address wait for each
// other here, so that of two copies the second finds the first.
func (h *Handler) cap(ctx context.Context, tx *store.Tx, f *facts, d decision, now desk.Instant) (decision, error) {
	if d.do == doNothing {
		return d, nil
	}
	caps := h.Caps
	if caps == (Caps{}) {
		caps = DefaultCaps
	}
	from := desk.Fold(f.letter.from.Addr)
	checks := []struct {
		key   string
		most  int64
		does  bool
		quiet bool
		what  string
	}{
		{"mail-from:" + from, caps.Address, true, false, "mails from " + f.letter.named()},
		{"mail-note:" + from, caps.Notes, d.do == addNote, false, "automatic answers from " + f.letter.named()},
		{"mail-automatic:" + from + " " + desk.Fold(f.letter.answerTo()), caps.Automatic, f.letter.automatic != "" && d.do == openTicket, false, "automatic mails from " + f.letter.named()},
		{fmt.Sprintf("mail-ticket:%d", d.ticket), caps.Ticket, d.ticket != 0, false, fmt.Sprintf("mails to ticket %d", d.ticket)},
		{"mail-answered:" + from, caps.Answered, !d.quiet, true, "mails from " + f.letter.named()},
	}
	free := f.release || f.rule == "allow"
	for i, c := range checks {
		if !c.does || free && i > 0 {
			continue
		}
		ok, err := tx.Spend(ctx, fmt.Sprintf("%d %s", f.st.ID, c.key), perHour(c.most), now)
		switch {
		case err != nil:
			return d, err
		case ok || free:
		case c.quiet:
			d.quiet = true
			d.why(fmt.Sprintf("more than %d %s in an hour: no program answers it", c.most, c.what))
		default:
			d = decision{fate: desk.MailSuppressed, ticket: d.ticket}
			d.why(fmt.Sprintf("more than %d %s in an hour", c.most, c.what))
			return d, nil
		}
	}
	return d, nil
}
