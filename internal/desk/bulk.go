package desk

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Bulk is one change of many tickets.
type Bulk struct {
	ID         int64
	UserID     int64 // who asked for it
	State      BulkState
	Change     BulkChange
	Total      int
	Counts     map[BulkItemState]int
	CreatedAt  Instant
	FinishedAt Instant // 0 while it runs
}

// BulkState is where a bulk change stands.
type BulkState string

// The states of a bulk change.
const (
	BulkRunning BulkState = "running"
	BulkDone    BulkState = "done"
	BulkUndoing BulkState = "undoing"
	BulkUndone  BulkState = "undone"
)

// BulkItem is what a bulk change did to one ticket.
type BulkItem struct {
	TicketID int64
	State    BulkItemState
	Reason   string
	Changes  []Change
	Seq      int64
}

// BulkItemState is what became of one ticket of a bulk change.
type BulkItemState string

// The states of an item.
const (
	ItemWaiting BulkItemState = "waiting"
	ItemDone    BulkItemState = "done"
	ItemSame    BulkItemState = "same"   // there was nothing to change
	ItemFailed  BulkItemState = "failed" // see the reason
	ItemUndone  BulkItemState = "undone"
	ItemKept    BulkItemState = "kept" // somebody has changed it since: not, or not wholly, undone
)

// MaxBulk is how many tickets one bulk change may be about.
const MaxBulk = 10_000

// BulkChange is what is to be changed in each of many tickets; nil fields stay as they
// are, ids of zero mean "none".
type BulkChange struct {
	Changes

	Macro int64 `json:"macro,omitempty"` // used on each; instead of all others
}

// Check says what is wrong with the change by itself.
func (c *BulkChange) Check() error {
	fields := Fields{}
	c.Changes.Check(fields, "")
	switch {
	case c.None() && c.Macro == 0:
		fields.Add("change", "There is nothing to change.")
	case !c.None() && c.Macro != 0:
		fields.Add("macro", "A macro goes with no other change.")
	}
	if len(fields) > 0 {
		return &Error{Code: Invalid, Fields: fields}
	}
	return nil
}

// Input is the change as it is for one ticket.
func (c *BulkChange) Input(t *Ticket) *TicketInput {
	in := &TicketInput{}
	c.Write(in, t)
	return in
}

// Changes reports whether the input would change the ticket. Tags that do not exist yet
// do.
func (in *TicketInput) Changes(t *Ticket) bool {
	known := Known{Tags: map[string]int64{}}
	for _, tag := range t.Tags {
		known.Tags[tag.Name] = tag.ID
	}
	after := *t
	return len(after.Apply(in, known, t.UpdatedAt)) > 0
}

// UndoInput is what gives a ticket back the values from before a change, as far as it
// still has those from after it; kept says that some it has no more.
func (t *Ticket) UndoInput(changes []Change) (in *TicketInput, kept bool, err error) {
	in = &TicketInput{}
	for _, c := range changes {
		now, set := t.field(in, c.Field)
		if set == nil {
			return nil, false, fmt.Errorf("no field %q can be changed back", c.Field)
		}
		same, err := sameJSON(now, c.To)
		if err != nil {
			return nil, false, err
		}
		if !same {
			kept = true
			continue
		}
		from, err := json.Marshal(c.From)
		if err == nil {
			err = set(from)
		}
		if err != nil {
			return nil, false, fmt.Errorf("field %s: %w", c.Field, err)
		}
	}
	return in, kept, nil
}

// field is the value of a field as an event shows it, and what sets it in an input.
func (t *Ticket) field(in *TicketInput, name string) (now any, set func(from []byte) error) {
	switch name {
	case "status":
		return t.Status, setter(&in.Status)
	case "priority":
		return t.Priority, setter(&in.Priority)
	case "assignee":
		return orNull(t.AssigneeID), setter(&in.AssigneeID)
	case "group":
		return orNull(t.GroupID), setter(&in.GroupID)
	case "ticket_type":
		return orNull(t.TypeID), setter(&in.TypeID)
	case "tags":
		return names(t.Tags), setter(&in.Tags)
	case "subject":
		return t.Subject, setter(&in.Subject)
	}
	return nil, nil
}

// setter reads JSON into a field of an input; null is the zero value.
func setter[T any](to **T) func([]byte) error {
	return func(from []byte) error {
		*to = new(T)
		return json.Unmarshal(from, *to)
	}
}

func sameJSON(a, b any) (bool, error) {
	left, err := json.Marshal(a)
	if err != nil {
		return false, err
	}
	right, err := json.Marshal(b)
	return bytes.Equal(left, right), err
}
