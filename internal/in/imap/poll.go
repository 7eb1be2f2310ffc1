package imap

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"storedesk/internal/desk"
)

// poll is one reading of a mailbox.
type poll struct {
	*Poller

	st   *desk.Store
	box  *desk.Mailbox // leased to this poll
	more bool          // it ended before all was taken

	failed  error // the first message that could not be taken
	inRow   int   // how many failed one after the other
	renewed desk.Instant
}

func (r *poll) run(ctx context.Context) error {
	r.renewed = desk.At(r.Now())
	s, err := r.connect(ctx, r.box)
	if err != nil {
		return err
	}
	defer s.close()
	switch r.box.UIDValidity {
	case s.validity:
		return r.catchUp(ctx, s)
	case 0: // never read
		r.box.UIDValidity, r.box.LastUID = s.validity, 0
		return r.catchUp(ctx, s)
	}
	return r.startOver(ctx, s)
}

// catchUp takes what the ledger lacks.
func (r *poll) catchUp(ctx context.Context, s *session) error {
	there, err := s.search(r.box.FirstUID)
	if err != nil {
		return err
	}
	seen, err := r.DB.MailboxUIDs(ctx, r.box, s.validity)
	if err != nil {
		return err
	}
	r.box.There, r.box.Seen = int64(len(there)), 0
	var missing []uint32
	for _, uid := range there {
		if seen[uid] {
			r.box.Seen++
			continue
		}
		missing = append(missing, uid)
	}
	return r.each(ctx, s, missing, func(m *message) error {
		err := r.take(ctx, s, m)
		if err == nil {
			r.box.Seen++
		}
		return err
	})
}

// each calls take for the messages of some UIDs, in their order. A message that fails is
// left for the next poll, unless everything seems to fail.
func (r *poll) each(ctx context.Context, s *session, uids []uint32, take func(*message) error) error {
	if len(uids) > maxPoll {
		uids, r.more = uids[:maxPoll], true
	}
	sizes, err := s.sizes(uids)
	if err != nil {
		return err
	}
	for _, uid := range uids {
		size, ok := sizes[uid]
		if !ok {
			continue // deleted meanwhile
		}
		m := &message{uid: uid, size: size, key: desk.MailboxKey(s.validity, uid)}
		if err := r.settle(ctx, m, take(m)); err != nil {
			return err
		}
	}
	if r.failed != nil {
		r.more = false // rest, rather than fail again at once
	}
	return r.failed
}

// settle counts how taking a message went, and shows a sign of life.
func (r *poll) settle(ctx context.Context, m *message, err error) error {
	switch {
	case err == nil:
		r.inRow = 0
		r.box.LastUID = max(r.box.LastUID, m.uid)
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errGone):
		return nil
	default:
		err = fmt.Errorf("message %s: %w", m.key, err)
		if r.failed == nil {
			r.failed = err
		}
		r.Log.WarnContext(ctx, "a message of a mailbox was not taken", slog.Int64("mailbox_id", r.box.ID), slog.Any("error", err))
		if r.inRow++; r.inRow >= maxInRow || errors.Is(err, errCut) {
			return r.failed
		}
	}
	if now := desk.At(r.Now()); now-r.renewed > desk.Instant(lease.Microseconds()/10) {
		r.renewed = now
		return r.DB.ExtendMailbox(ctx, r.box, r.leased())
	}
	return nil
}

func cut(s string, n int) string {
	if len(s) > n {
		s = s[:n] + "…"
	}
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
}
