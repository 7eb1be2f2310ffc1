package store

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// kind names what an id counts.
type kind string

const (
	kindStore      kind = "store"
	kindToken      kind = "token"
	kindUser       kind = "user"
	kindTicketType kind = "ticket_type"
	kindProduct    kind = "product"
	kindOrder      kind = "order"
	kindTag        kind = "tag"
	kindTicket     kind = "ticket"
	kindComment    kind = "comment"
	kindAttachment kind = "attachment"
	kindEvent      kind = "event"
	kindApp        kind = "app"
	kindAppGrant   kind = "app_grant"
	kindAccount    kind = "account"
	kindSession    kind = "session"
	kindGroup      kind = "group"
	kindPasskey    kind = "passkey"
	kindLink       kind = "link"
	kindAudit      kind = "audit"
	kindWebhook    kind = "webhook"
	kindMail       kind = "mail"
	kindOutbox     kind = "outbox"
	kindMailbox    kind = "mailbox"
	kindView       kind = "view"
	kindBulk       kind = "bulk"
	kindMacro      kind = "macro"
)

// takeID hands out an id on SQLite. Alone it is no change worth taking back.
const takeID = "UPDATE sequences SET value = value + 1 "

// askIDs queues the handing out of one new id for each kind. Ids count for the whole
// installation and are never handed out twice, not even when the write fails. The id of
// an event is taken in the transaction that writes the event, after all its locks.
func (tx *Tx) askIDs(kinds []kind, ids []*int64) {
	if tx.db.dialect() == dialectPostgres {
		dest, columns := make([]any, len(ids)), make([]string, len(ids))
		for i, k := range kinds {
			dest[i], columns[i] = ids[i], fmt.Sprintf("nextval('%s_ids')", k)
		}
		from := ""
		if slices.Contains(kinds, kindEvent) {
			tx.Begin()
			from = underEventLock
		}
		tx.ask("SELECT "+strings.Join(columns, ", ")+from, nil, func(row Row) error { return row.Scan(dest...) })
		return
	}
	for i, k := range kinds {
		tx.ask(takeID+"WHERE name = $1 RETURNING value", []any{string(k)},
			func(row Row) error { return row.Scan(ids[i]) })
	}
}

func (tx *Tx) nextID(ctx context.Context, k kind) (int64, error) {
	var id int64
	queued := tx.queued
	tx.queued = nil
	tx.askIDs([]kind{k}, []*int64{&id})
	err := tx.fetch(ctx)
	tx.queued = queued
	return id, err
}

// reserveIDs makes sure that ids handed out later are larger than used, an id that an
// import brought along.
func (tx *Tx) reserveIDs(k kind, used int64) {
	if tx.db.dialect() == dialectPostgres {
		tx.Exec(fmt.Sprintf("SELECT setval('%[1]s_ids', $1) FROM %[1]s_ids WHERE last_value < $1", k), used)
		return
	}
	tx.Exec("UPDATE sequences SET value = $2 WHERE name = $1 AND value < $2", string(k), used)
}
