package imap

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"maps"
	"slices"
	"time"
)

// startOver reads a folder whose UIDs mean nothing any more: the server made it anew, or
// another folder has its name. Messages that the ledger has, by their bytes, get their
// new name there; the others are taken. Until all is done the mailbox keeps the
// UIDVALIDITY before, so that a poll that was interrupted goes on here.
func (r *poll) startOver(ctx context.Context, s *session) error {
	there, err := s.search(1)
	if err != nil {
		return err
	}
	seen, err := r.DB.MailboxUIDs(ctx, r.box, s.validity)
	if err != nil {
		return err
	}
	known, err := r.DB.OldMail(ctx, r.box, s.validity)
	if err != nil {
		return err
	}
	stay, err := r.stayOut(s)
	if err != nil {
		return err
	}
	missing := slices.DeleteFunc(slices.Clone(there), func(uid uint32) bool { return seen[uid] || stay[uid] })
	before := r.box.LastUID
	r.box.LastUID = 0
	err = r.each(ctx, s, missing, func(m *message) error { return r.recognise(ctx, s, m, known) })
	if err != nil || r.more {
		r.box.LastUID = before // it goes with the UIDVALIDITY that stays
		return err
	}
	for uid := range maps.Keys(seen) {
		r.box.LastUID = max(r.box.LastUID, uid)
	}
	r.box.UIDValidity = s.validity
	if r.box.FirstUID > 1 {
		r.box.FirstUID = r.box.LastUID + 1
		if len(there) > 0 {
			r.box.FirstUID = max(r.box.FirstUID, there[len(there)-1]+1)
		}
		there = nil
	}
	r.box.There, r.box.Seen = int64(len(there)), int64(len(there))
	return nil
}

// stayOut are the messages from before the mailbox was added, when those stay out: by the
// server's date, since their UIDs are lost. A search knows days only, of the server's
// zone; within those two days a message is rather taken than lost.
func (r *poll) stayOut(s *session) (map[uint32]bool, error) {
	stay := map[uint32]bool{}
	if r.box.FirstUID <= 1 {
		return stay, nil
	}
	old, err := s.searchBefore(r.box.CreatedAt.Time().Add(-24 * time.Hour))
	for _, uid := range old {
		stay[uid] = true
	}
	return stay, err
}

// recognise renames a message that the ledger has under an old UID, or takes it.
func (r *poll) recognise(ctx context.Context, s *session, m *message, known map[string][]int64) error {
	if len(known) > 0 {
		sum, err := r.sum(s, m)
		if err != nil {
			return err
		}
		if ids := known[sum]; len(ids) > 0 {
			known[sum] = ids[1:]
			return r.DB.RenameMail(ctx, r.box, ids[0], m.key)
		}
	}
	return r.take(ctx, s, m)
}

// sum is the SHA-256 of what the ledger would keep of a message.
func (r *poll) sum(s *session, m *message) (string, error) {
	hash := sha256.New()
	err := s.fetch(m.uid, m.size > r.maxSize(), func(body io.Reader, _ int64) error {
		_, err := io.Copy(hash, body)
		return err
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}
