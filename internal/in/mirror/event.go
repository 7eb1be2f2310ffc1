package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/in/importer"
	"storedesk/internal/store"
)

// event is what a webhook of the original brings: contract section 13, with orders,
// products and customers in the place of tickets.
type event struct {
	ID   string          `json:"event_id"`
	Type string          `json:"event_type"`
	Data json.RawMessage `json:"data"`

	user  int64                                                        // that is written; 0: it is about something else
	write func(context.Context, *store.Bulk) (store.BulkResult, error) // nil: there is nothing to write
}

// Limits of an event's names, in bytes.
const maxEventID, maxEventType = 64, 100

// readEvent reads a body whose signature was right. Errors: Invalid.
func readEvent(body []byte) (*event, error) {
	e := &event{}
	if err := json.Unmarshal(body, e); err != nil {
		return nil, desk.Errorf(desk.Invalid, "the body is no event: %s", cut(err.Error(), 200))
	}
	if !plainName(e.ID, maxEventID) {
		return nil, desk.Errorf(desk.Invalid, "event_id: 1 to %d letters, digits, dots, hyphens and underscores are needed", maxEventID)
	}
	if !plainName(e.Type, maxEventType) {
		return nil, desk.Errorf(desk.Invalid, "event_type: 1 to %d letters, digits, dots, hyphens and underscores are needed", maxEventType)
	}
	if err := e.change(); err != nil {
		return nil, desk.Errorf(desk.Invalid, "data of %s: %s", e.Type, cut(err.Error(), 200))
	}
	return e, nil
}

const nameBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."

func plainName(s string, longest int) bool {
	return s != "" && len(s) <= longest && strings.Trim(s, nameBytes) == ""
}

// change reads the object that was made or changed. A deletion changes nothing here: old
// tickets go on showing what they are about.
func (e *event) change() error {
	object, act, _ := strings.Cut(e.Type, ".")
	if act != "created" && act != "updated" {
		return nil
	}
	switch object {
	case "order":
		return changed(e, importer.ReadOrder, (*store.Bulk).WriteOrders)
	case "product":
		return changed(e, importer.ReadProduct, (*store.Bulk).WriteProducts)
	case "customer":
		return changed(e, e.readUser, (*store.Bulk).WriteUsers)
	}
	return nil
}

func (e *event) readUser(data []byte) (*desk.User, error) {
	u, err := importer.ReadUser(data)
	if err == nil {
		e.user = u.ID
	}
	return u, err
}

func changed[T any](e *event, read func([]byte) (T, error), write func(*store.Bulk, context.Context, []T) (store.BulkResult, error)) error {
	if len(e.Data) == 0 {
		return errors.New("missing")
	}
	object, err := read(e.Data)
	e.write = func(ctx context.Context, b *store.Bulk) (store.BulkResult, error) { return write(b, ctx, []T{object}) }
	return err
}

// cut shortens a text to so many bytes at most, at the end of a character.
func cut(s string, longest int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd")
	if len(s) <= longest {
		return s
	}
	for longest > 0 && !utf8.RuneStart(s[longest]) {
		longest--
	}
	return s[:longest] + "…"
}
