package store

import (
	"context"
	"fmt"
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
)

// nextIDs hands out one new id for each kind named. Ids count for the whole
// installation and are never handed out twice, not even when the write fails.
func (tx *Tx) nextIDs(ctx context.Context, kinds ...kind) ([]int64, error) {
	ids := make([]int64, len(kinds))
	if tx.db.dialect() == dialectPostgres {
		dest, columns := make([]any, len(ids)), make([]string, len(ids))
		for i, k := range kinds {
			dest[i], columns[i] = &ids[i], fmt.Sprintf("nextval('%s_ids')", k)
		}
		return ids, one(ctx, tx, "SELECT "+strings.Join(columns, ", "), nil, dest...)
	}
	for i, k := range kinds {
		err := one(ctx, tx, "UPDATE sequences SET value = value + 1 WHERE name = $1 RETURNING value", []any{string(k)}, &ids[i])
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

func (tx *Tx) nextID(ctx context.Context, k kind) (int64, error) {
	ids, err := tx.nextIDs(ctx, k)
	if err != nil {
		return 0, err
	}
	return ids[0], nil
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
