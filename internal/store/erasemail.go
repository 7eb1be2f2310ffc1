package store

import (
	"context"
	"fmt"
	"strings"

	"storedesk/internal/desk"
)

// eraseMails overwrites the ledger's rows of a ticket's mails. The bytes of all of them go:
// headers and quotes name the person in those of others too.
func (tx *Tx) eraseMails(ctx context.Context, st *desk.Store, user, ticket int64, who desk.Traces, whole bool) error {
	list, err := mails(ctx, tx, "m.store_id = $1 AND m.ticket_id = $2 AND m.ticket_id > 0", st.ID, ticket)
	if err != nil {
		return err
	}
	for _, m := range list {
		tx.eraseMail(st, user, m, who, whole || who.HasAddress(m.From) || who.HasAddress(m.EnvelopeFrom))
	}
	return nil
}

func (tx *Tx) eraseMail(st *desk.Store, user int64, m *desk.Mail, who desk.Traces, theirs bool) {
	tx.dropBlob(st, user, m.BlobKey)
	tx.Exec("DELETE FROM mail_raws WHERE store_id = $1 AND mail_id = $2", st.ID, m.ID)
	if m.MessageID != "" && theirs {
		tx.Exec("DELETE FROM message_ids WHERE store_id = $1 AND message_id = $2", st.ID, m.MessageID)
	}
	if theirs {
		m.EnvelopeFrom, m.Recipients, m.Peer, m.Helo, m.MessageID, m.From, m.Subject, m.Auth, m.Reason = "", nil, "", "", "", "", "", "", ""
	}
	if who.In(m.SourceKey) {
		m.SourceKey = fmt.Sprintf("erased:%d", m.ID)
	}
	for i := range m.Recipients {
		m.Recipients[i] = who.Scrub(m.Recipients[i])
	}
	switch m.Fate {
	case desk.MailWaiting, desk.MailHeld, desk.MailFailed:
		m.Fate = desk.MailSuppressed // there is nothing left to handle
	}
	tx.Exec(`UPDATE mails SET source_key = $3, blob_key = '', envelope_from = $4, envelope_to = $5, peer = $6, helo = $7, fate = $8, reason = $9,
		message_id = $10, from_address = $11, subject = $12, auth = $13 WHERE store_id = $1 AND id = $2`,
		st.ID, m.ID, m.SourceKey, who.Scrub(m.EnvelopeFrom), strings.Join(m.Recipients, "\n"), m.Peer, m.Helo, string(m.Fate), who.Scrub(m.Reason),
		m.MessageID, who.Scrub(m.From), who.Scrub(m.Subject), who.Scrub(m.Auth))
	// A job waits in the lane of its sender.
	tx.Exec("DELETE FROM jobs WHERE store_id = $1 AND kind = 'mail' AND state <> 'running' AND args = $2", st.ID, fmt.Sprintf(`{"mail":%d}`, m.ID))
}

// EraseMailsFrom overwrites at most limit mails of a person that no ticket has, and says
// how many there were.
func (tx *Tx) EraseMailsFrom(ctx context.Context, st *desk.Store, user int64, who desk.Traces, limit int) (n int, err error) {
	if len(who.Addresses) == 0 {
		return 0, nil
	}
	in, args := inList([]any{st.ID}, who.Addresses)
	tx.Begin()
	list, err := mails(ctx, tx, "m.store_id = $1 AND m.from_address IN ("+in+fmt.Sprintf(") ORDER BY m.id LIMIT %d", limit), args...)
	for _, m := range list {
		tx.eraseMail(st, user, m, who, true)
	}
	return len(list), err
}

// eraseSent takes the bytes of a ticket's mails of ours away, unless they are still to be
// sent to somebody else, and what they tell of the person.
func (tx *Tx) eraseSent(ctx context.Context, st *desk.Store, user, ticket int64, who desk.Traces, whole bool) error {
	var list []desk.Outgoing
	err := tx.query(ctx, "SELECT "+outgoingColumns+` FROM outbox o WHERE o.store_id = $1 AND o.ticket_id = $2`, []any{st.ID, ticket}, func(row Row) error {
		var o desk.Outgoing
		err := scanOutgoing(row, &o)
		list = append(list, o)
		return err
	})
	for i := range list {
		tx.eraseOutgoing(st, user, &list[i], who, whole)
	}
	return err
}

func (tx *Tx) eraseOutgoing(st *desk.Store, user int64, o *desk.Outgoing, who desk.Traces, whole bool) {
	tx.dropBlob(st, user, o.BlobKey)
	subject, from := who.Scrub(o.Subject), who.Scrub(o.EnvelopeFrom)
	if whole {
		subject, from = "", ""
		tx.Exec("DELETE FROM outbox_recipients WHERE store_id = $1 AND outbox_id = $2", st.ID, o.ID)
	}
	for _, a := range who.Addresses {
		tx.Exec("DELETE FROM outbox_recipients WHERE store_id = $1 AND outbox_id = $2 AND lower(address) = lower(CAST($3 AS TEXT))", st.ID, o.ID, a)
	}
	// Without its bytes a mail cannot be sent.
	tx.Exec(`UPDATE outbox_recipients SET state = 'suppressed', reason = 'the mail named somebody whose data was erased'
		WHERE store_id = $1 AND outbox_id = $2 AND state IN ('queued', 'deferred')`, st.ID, o.ID)
	tx.Exec("UPDATE outbox SET subject = $3, envelope_from = $4, blob_key = '' WHERE store_id = $1 AND id = $2", st.ID, o.ID, subject, from)
	tx.Exec("DELETE FROM jobs WHERE store_id = $1 AND kind = 'mail-send' AND state <> 'running' AND (args = $2 OR args LIKE $3)",
		st.ID, fmt.Sprintf(`{"mail":%d}`, o.ID), fmt.Sprintf(`{"mail":%d,%%`, o.ID))
}

// EraseSentTo takes away the bytes of mails of ours, with ids after one and up to another,
// that went to a person.
func (tx *Tx) EraseSentTo(ctx context.Context, st *desk.Store, user int64, who desk.Traces, after, upTo int64) error {
	if len(who.Addresses) == 0 {
		return nil
	}
	lower := make([]string, len(who.Addresses))
	for i, a := range who.Addresses {
		lower[i] = strings.ToLower(a)
	}
	in, args := inList([]any{st.ID, after, upTo}, lower)
	var list []desk.Outgoing
	err := tx.query(ctx, "SELECT "+outgoingColumns+` FROM outbox o WHERE o.store_id = $1 AND o.id IN (
		SELECT r.outbox_id FROM outbox_recipients r WHERE r.store_id = $1 AND r.outbox_id > $2 AND r.outbox_id <= $3 AND lower(r.address) IN (`+in+"))", args,
		func(row Row) error {
			var o desk.Outgoing
			err := scanOutgoing(row, &o)
			list = append(list, o)
			return err
		})
	for i := range list {
		tx.eraseOutgoing(st, user, &list[i], who, false)
	}
	return err
}
