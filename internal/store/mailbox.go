package store

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"storedesk/internal/desk"
)

const mailboxColumns = `b.id, b.store_id, b.address, b.security, b.username, b.secret, b.folder, b.uid_validity, b.first_uid, b.last_uid,
	b.enabled, b.pause, b.next_run_at, b.lease_until, b.last_ok_at, b.last_mail_at, b.last_error, b.there, b.seen, b.created_at`

func scanMailbox(row Row) (*desk.Mailbox, error) {
	b := &desk.Mailbox{}
	var pause, validity, first, last int64
	err := row.Scan(&b.ID, &b.StoreID, &b.Address, &b.Security, &b.Username, &b.Secret, &b.Folder, &validity, &first, &last,
		&b.Enabled, &pause, &b.NextRunAt, &b.LeaseUntil, &b.LastOKAt, &b.LastMailAt, &b.LastError, &b.There, &b.Seen, &b.CreatedAt)
	b.Pause = time.Duration(pause) * time.Microsecond
	b.UIDValidity, b.FirstUID, b.LastUID = uint32(validity), uint32(first), uint32(last)
	return b, err
}

func mailboxes(ctx context.Context, r reader, where string, args ...any) (list []*desk.Mailbox, err error) {
	err = r.query(ctx, "SELECT "+mailboxColumns+" FROM mailboxes b WHERE "+where, args, func(row Row) error {
		b, err := scanMailbox(row)
		list = append(list, b)
		return err
	})
	return list, err
}

func mailbox(ctx context.Context, r reader, st *desk.Store, id int64, clause string) (*desk.Mailbox, error) {
	list, err := mailboxes(ctx, r, "b.store_id = $1 AND b.id = $2"+clause, st.ID, id)
	if err == nil && len(list) == 0 {
		return nil, desk.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// Mailbox returns one mailbox of a store, or desk.ErrNotFound.
func (db *DB) Mailbox(ctx context.Context, st *desk.Store, id int64) (*desk.Mailbox, error) {
	return mailbox(ctx, db, st, id, "")
}

// LockMailbox is Mailbox inside a write, and keeps others from writing it until the end.
func (tx *Tx) LockMailbox(ctx context.Context, st *desk.Store, id int64) (*desk.Mailbox, error) {
	tx.Begin()
	return mailbox(ctx, tx, st, id, tx.forUpdate())
}

// Mailboxes lists the mailboxes of a store.
func (db *DB) Mailboxes(ctx context.Context, st *desk.Store) ([]*desk.Mailbox, error) {
	return mailboxes(ctx, db, "b.store_id = $1 ORDER BY b.id", st.ID)
}

// MailboxesDue lists the mailboxes of all stores whose next poll is due and that none is
// polling, the longest waiting first.
func (db *DB) MailboxesDue(ctx context.Context, now desk.Instant) ([]*desk.Mailbox, error) {
	return mailboxes(ctx, db, "b.enabled AND b.next_run_at <= $1 AND b.lease_until < $1 ORDER BY b.next_run_at, b.id", int64(now))
}

// InsertMailbox queues a new mailbox and gives it an id.
func (tx *Tx) InsertMailbox(ctx context.Context, st *desk.Store, b *desk.Mailbox) error {
	var err error
	if b.ID, err = tx.nextID(ctx, kindMailbox); err != nil {
		return err
	}
	b.StoreID = st.ID
	tx.Exec(`INSERT INTO mailboxes (store_id, id, address, security, username, secret, folder, uid_validity, first_uid, last_uid, enabled, pause, next_run_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		st.ID, b.ID, b.Address, b.Security, b.Username, b.Secret, b.Folder, int64(b.UIDValidity), int64(b.FirstUID), int64(b.LastUID),
		b.Enabled, b.Pause.Microseconds(), int64(b.NextRunAt), int64(b.CreatedAt))
	return nil
}

// DeleteMailbox queues the end of a mailbox. What it brought stays in the ledger. A poll
// under way stops at its next message.
func (tx *Tx) DeleteMailbox(st *desk.Store, id int64) {
	tx.Exec("DELETE FROM mailboxes WHERE store_id = $1 AND id = $2", st.ID, id)
}

// SetMailboxSecret queues a new secret, with which the mailbox is tried at once.
func (tx *Tx) SetMailboxSecret(st *desk.Store, id int64, secret string, now desk.Instant) {
	tx.Exec("UPDATE mailboxes SET secret = $3, next_run_at = $4 WHERE store_id = $1 AND id = $2", st.ID, id, secret, int64(now))
}

// ReplaceMailboxSecret saves a secret that came from the one before; Conflict if another
// was set meanwhile, which then stays.
func (db *DB) ReplaceMailboxSecret(ctx context.Context, b *desk.Mailbox, before, after string) error {
	err := db.holding(ctx, "UPDATE mailboxes SET secret = $4 WHERE store_id = $1 AND id = $2 AND secret = $3 RETURNING id",
		b.StoreID, b.ID, before, after)
	if errors.Is(err, ErrLeaseLost) {
		return desk.Errorf(desk.Conflict, "the mailbox has another secret meanwhile")
	}
	return err
}

// ClaimMailbox begins a poll and leases the mailbox to it. Conflict while another holds it.
func (db *DB) ClaimMailbox(ctx context.Context, st *desk.Store, id int64, now, until desk.Instant) (*desk.Mailbox, error) {
	var b *desk.Mailbox
	err := db.Write(ctx, func(tx *Tx) error {
		var err error
		if b, err = tx.LockMailbox(ctx, st, id); err != nil {
			return err
		}
		switch {
		case !b.Enabled:
			return desk.ErrNotFound
		case b.LeaseUntil >= now:
			return desk.Errorf(desk.Conflict, "the mailbox is being read already")
		}
		b.LeaseUntil = max(until, b.LeaseUntil+1) // by it the poll is known, so no two are alike
		tx.Exec("UPDATE mailboxes SET lease_until = $3 WHERE store_id = $1 AND id = $2", st.ID, id, int64(b.LeaseUntil))
		return nil
	})
	return b, err
}

// ExtendMailbox prolongs the lease of the poll that holds b and saves how far it came;
// ErrLeaseLost.
func (db *DB) ExtendMailbox(ctx context.Context, b *desk.Mailbox, until desk.Instant) error {
	until = max(until, b.LeaseUntil+1)
	err := db.holding(ctx, `UPDATE mailboxes SET lease_until = $4, last_uid = $5, last_mail_at = $6
		WHERE store_id = $1 AND id = $2 AND lease_until = $3 RETURNING id`,
		b.StoreID, b.ID, int64(b.LeaseUntil), int64(until), int64(b.LastUID), int64(b.LastMailAt))
	if err == nil {
		b.LeaseUntil = until
	}
	return err
}

// EndPoll records the end of the poll that holds b and gives the mailbox back; ErrLeaseLost.
func (db *DB) EndPoll(ctx context.Context, b *desk.Mailbox) error {
	return db.holding(ctx, `UPDATE mailboxes SET lease_until = 0, uid_validity = $4, first_uid = $5, last_uid = $6, next_run_at = $7,
		last_ok_at = $8, last_mail_at = $9, last_error = $10, there = $11, seen = $12
		WHERE store_id = $1 AND id = $2 AND lease_until = $3 RETURNING id`,
		b.StoreID, b.ID, int64(b.LeaseUntil), int64(b.UIDValidity), int64(b.FirstUID), int64(b.LastUID), int64(b.NextRunAt),
		int64(b.LastOKAt), int64(b.LastMailAt), b.LastError, b.There, b.Seen)
}

// MailboxUIDs are the UIDs under a UIDVALIDITY that the ledger has of a mailbox.
func (db *DB) MailboxUIDs(ctx context.Context, b *desk.Mailbox, validity uint32) (map[uint32]bool, error) {
	prefix := strconv.FormatUint(uint64(validity), 10) + ":"
	uids := map[uint32]bool{}
	err := db.query(ctx, "SELECT source_key FROM mails WHERE store_id = $1 AND source = $2 AND source_key LIKE $3",
		[]any{b.StoreID, b.MailboxSource(), prefix + "%"}, func(row Row) error {
			var key string
			if err := row.Scan(&key); err != nil {
				return err
			}
			if uid, err := strconv.ParseUint(strings.TrimPrefix(key, prefix), 10, 32); err == nil {
				uids[uint32(uid)] = true
			}
			return nil
		})
	return uids, err
}

// OldMail are the messages that the ledger has of a mailbox under other UIDVALIDITYs: the
// ids of their rows, by SHA-256.
func (db *DB) OldMail(ctx context.Context, b *desk.Mailbox, validity uint32) (map[string][]int64, error) {
	ids := map[string][]int64{}
	err := db.query(ctx, "SELECT sha256, id FROM mails WHERE store_id = $1 AND source = $2 AND source_key NOT LIKE $3 ORDER BY id",
		[]any{b.StoreID, b.MailboxSource(), strconv.FormatUint(uint64(validity), 10) + ":%"}, func(row Row) error {
			var sum string
			var id int64
			err := row.Scan(&sum, &id)
			ids[sum] = append(ids[sum], id)
			return err
		})
	return ids, err
}

// RenameMail gives a message the name by which its mailbox knows it now.
func (db *DB) RenameMail(ctx context.Context, b *desk.Mailbox, id int64, key string) error {
	return db.Write(ctx, func(tx *Tx) error {
		tx.Exec("UPDATE mails SET source_key = $4 WHERE store_id = $1 AND source = $2 AND id = $3", b.StoreID, b.MailboxSource(), id, key)
		return nil
	})
}
