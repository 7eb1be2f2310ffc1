package desk

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Draft is what an agent is writing, or has submitted and may still take back.
type Draft struct {
	TicketID  int64 // 0 for a new ticket
	UserID    int64
	Kind      DraftKind
	Body      string
	Data      DraftData
	BaseSeq   int64   // the ticket's version that the agent has seen
	SendAt    Instant // submitted: when it goes out; 0 while it is a draft
	Held      string  // why it did not go out; "" for no such thing
	UpdatedAt Instant
}

// DraftData is what a draft holds beside its text.
type DraftData struct {
	Changes     Changes         `json:"changes"`
	Attachments []int64         `json:"attachments,omitempty"` // uploads of the agent
	AddCC       []Participant   `json:"add_cc,omitempty"`
	RemoveCC    []string        `json:"remove_cc,omitempty"`
	Macros      []int64         `json:"macros,omitempty"` // that were applied
	Form        json.RawMessage `json:"form,omitempty"`   // of a new ticket: the dashboard's own
}

// DraftKind says what a draft will be.
type DraftKind string

// The kinds of drafts.
const (
	DraftReply DraftKind = "reply" // a public comment
	DraftNote  DraftKind = "note"  // an internal one
	DraftNew   DraftKind = "new"   // a ticket
)

// HeldAnswered is why a draft is held when somebody else has answered.
const HeldAnswered = "answered_meanwhile"

// UndoTime is how long a submitted reply may be taken back.
const UndoTime = 10 * time.Second

// Limits of drafts.
const (
	MaxCommentBody  = 65_535 // characters
	MaxDraftFiles   = 50
	MaxDraftCC      = 30
	MaxDraftMacros  = 20
	MaxDraftForm    = 16 << 10 // bytes
	MaxDraftsOfUser = 500
)

// Public tells whether customers will see it.
func (d *Draft) Public() bool { return d.Kind == DraftReply }

// Empty tells whether there is nothing in it that a person would miss.
func (d *Draft) Empty() bool {
	return strings.TrimSpace(d.Body) == "" && len(d.Data.Attachments) == 0 && len(d.Data.AddCC) == 0 &&
		len(d.Data.RemoveCC) == 0 && d.Data.Changes.None() && len(d.Data.Form) == 0
}

// Says tells whether it has words or files.
func (d *Draft) Says() bool { return strings.TrimSpace(d.Body) != "" || len(d.Data.Attachments) > 0 }

// CheckDraft says what keeps a draft from being kept: Invalid with fields.
func (d *Draft) CheckDraft() error {
	fields := Fields{}
	switch {
	case utf8.RuneCountInString(d.Body) > MaxCommentBody:
		fields.Add("body", fmt.Sprintf("The text is longer than %d characters.", MaxCommentBody))
	case !IsText(d.Body):
		fields.Add("body", "The text has characters that no text has.")
	}
	count := func(field string, n, most int) {
		if n > most {
			fields.Add(field, fmt.Sprintf("There are more than %d.", most))
		}
	}
	count("attachments", len(d.Data.Attachments), MaxDraftFiles)
	count("add_cc", len(d.Data.AddCC), MaxDraftCC)
	count("remove_cc", len(d.Data.RemoveCC), MaxDraftCC)
	count("macros", len(d.Data.Macros), MaxDraftMacros)
	for _, p := range d.Data.AddCC {
		if !IsAddress(p.Address) {
			fields.Add("add_cc", fmt.Sprintf("%q is no e-mail address.", p.Address))
		}
		if !IsText(p.Name) || utf8.RuneCountInString(p.Name) > 200 {
			fields.Add("add_cc", "A name is too long.")
		}
	}
	for _, address := range d.Data.RemoveCC {
		if !IsText(address) || len(address) > MaxAddress {
			fields.Add("remove_cc", "An address is too long.")
		}
	}
	if len(d.Data.Form) > MaxDraftForm || !IsText(string(d.Data.Form)) {
		fields.Add("form", "The form is too long.")
	}
	d.Data.Changes.Check(fields, "changes.")
	if len(fields) > 0 {
		return &Error{Code: Invalid, Fields: fields}
	}
	return nil
}

// CheckSubmit says what keeps a draft from being sent: Invalid with fields.
func (d *Draft) CheckSubmit() error {
	if err := d.CheckDraft(); err != nil {
		return err
	}
	fields := CheckUnfilled("body", d.Body)
	if !d.Says() && d.Data.Changes.None() && len(d.Data.AddCC)+len(d.Data.RemoveCC) == 0 {
		fields.Add("body", "Write something first.")
	}
	if len(fields) > 0 {
		return &Error{Code: Invalid, Fields: fields}
	}
	return nil
}

// CheckUnfilled names the variables that are left in a text, under a field.
func CheckUnfilled(field, text string) Fields {
	fields := Fields{}
	for _, name := range Unfilled(text) {
		fields.Add(field, "{{ "+name+" }} is not filled in.")
	}
	return fields
}
