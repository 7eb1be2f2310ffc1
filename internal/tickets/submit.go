package tickets

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/jobs"
	"storedesk/internal/store"
)

// Submitted is what became of a submission.
type Submitted struct {
	Draft   *desk.Draft   // on its way out until SendAt, or held back; nil when it is done
	Said    []store.Said  // what others have said meanwhile, and why it is held back
	Written *Written      // what was written at once; nil for what waits
	Earlier *desk.Comment // the reply before it, that went out first; nil for none
}

// Submit takes what an agent has written. A public reply goes out after desk.UndoTime, so
// that it can be taken back; everything else is done at once. If somebody else has written
// to or for the customer since d.BaseSeq it stays a draft, unless anyway. Errors:
// ErrNotFound, Invalid with fields, Conflict while an earlier reply cannot go out, or when
// once was used meanwhile.
func (s *Service) Submit(ctx context.Context, st *desk.Store, d *desk.Draft, anyway bool, once *desk.Once) (*Submitted, error) {
	if err := d.CheckSubmit(); err != nil {
		return nil, err
	}
	if err := s.checkDraft(ctx, st, d); err != nil {
		return nil, err
	}
	if err := s.checkRefs(ctx, st, d); err != nil {
		return nil, err
	}
	var result *Submitted
	err := s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		if result, err = s.submitIn(ctx, tx, st, *d, anyway); err == nil && len(result.Said) == 0 {
			tx.Remember(st, once, []byte("{}"), desk.At(s.Now()))
		}
		return err
	})
	return result, err
}

// checkRefs finds out now what would keep a draft from being written later.
func (s *Service) checkRefs(ctx context.Context, st *desk.Store, d *desk.Draft) error {
	fields, err := s.Check(ctx, st, input(d, &desk.Ticket{}))
	if err != nil || len(fields) == 0 {
		return err
	}
	own := map[string]string{"comment.attachments": "attachments", "ticket_type": "changes.type", "assignee": "changes.assignee", "group": "changes.group"}
	out := desk.Fields{}
	for name, messages := range fields {
		if to, ok := own[name]; ok {
			name = to
		}
		out[name] = messages
	}
	return &desk.Error{Code: desk.Invalid, Fields: out}
}

func (s *Service) submitIn(ctx context.Context, tx *store.Tx, st *desk.Store, d desk.Draft, anyway bool) (*Submitted, error) {
	result := &Submitted{}
	t, err := tx.LockTicket(ctx, st, d.TicketID)
	if err != nil {
		return nil, err
	}
	earlier, err := tx.LockDraft(ctx, st, d.TicketID, d.UserID, d.Kind)
	if err != nil && desk.CodeOf(err) != desk.NotFound {
		return nil, err
	}
	if earlier != nil && earlier.SendAt != 0 { // whoever writes the next one is content with it
		if result.Earlier, err = s.sendEarlier(ctx, tx, st, earlier); err != nil {
			return nil, err
		}
		if t, err = tx.LockTicket(ctx, st, d.TicketID); err != nil {
			return nil, err
		}
	}
	now := desk.At(s.Now())
	d.SendAt, d.Held, d.UpdatedAt = 0, "", now
	if d.Public() && anyway {
		d.BaseSeq = t.Seq // for what comes from now on they have not seen
	}
	if d.Public() {
		if result.Said, err = tx.SaidSince(ctx, st, t.ID, d.BaseSeq, d.UserID); err != nil {
			return nil, err
		}
	}
	switch {
	case len(result.Said) > 0:
		d.Held = desk.HeldAnswered
		tx.SaveDraft(st, &d)
		result.Draft = &d
	case d.Public() && d.Says():
		d.SendAt = now + desk.Instant(desk.UndoTime.Microseconds())
		tx.SaveDraft(st, &d)
		tx.Enqueue(submission(st, &d))
		result.Draft = &d
	default:
		result.Written, err = s.sendIn(ctx, tx, st, t, &d)
	}
	return result, err
}

// sendEarlier sends a reply that is on its way out before its time.
func (s *Service) sendEarlier(ctx context.Context, tx *store.Tx, st *desk.Store, d *desk.Draft) (*desk.Comment, error) {
	t, err := tx.LockTicket(ctx, st, d.TicketID)
	if err != nil {
		return nil, err
	}
	said, err := tx.SaidSince(ctx, st, t.ID, d.BaseSeq, d.UserID)
	if err != nil {
		return nil, err
	}
	if len(said) > 0 {
		return nil, desk.Errorf(desk.Conflict, "Your reply before this one did not go out: somebody else has answered meanwhile.")
	}
	written, err := s.sendIn(ctx, tx, st, t, d)
	if err != nil {
		return nil, err
	}
	return written.Comment, tx.Flush(ctx)
}

// input is what a draft asks to be written to a ticket.
func input(d *desk.Draft, t *desk.Ticket) *desk.TicketInput {
	in := &desk.TicketInput{}
	d.Data.Changes.Write(in, t)
	if d.Says() {
		body := d.Body
		in.Comment = &desk.CommentInput{AuthorID: d.UserID, Body: &body, Public: d.Public(), Attachments: d.Data.Attachments}
	}
	return in
}

// sendIn writes a draft to its locked ticket; the draft is gone with it.
func (s *Service) sendIn(ctx context.Context, tx *store.Tx, st *desk.Store, t *desk.Ticket, d *desk.Draft) (*Written, error) {
	files, err := tx.Uploads(ctx, st, d.UserID, d.Data.Attachments)
	if err != nil {
		return nil, err
	}
	if len(files) < len(d.Data.Attachments) {
		return nil, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"attachments": {"A file is not there any more. Attach it again."}}}
	}
	written, err := s.UpdateIn(ctx, tx, st, t.ID, input(d, t), desk.Write{Actor: desk.Actor{Kind: desk.ActorAgent, ID: d.UserID}})
	if err != nil {
		return nil, err
	}
	copies(tx, st, t.ID, &d.Data)
	for _, id := range d.Data.Macros {
		tx.CountMacroUse(st, id, 1, written.Event.CreatedAt)
	}
	tx.DeleteDraft(st, d)
	return written, nil
}

// copies queues who gets a copy from now on, and who does not any more.
func copies(tx *store.Tx, st *desk.Store, ticket int64, data *desk.DraftData) {
	for _, a := range data.RemoveCC {
		tx.RemoveParticipant(st, ticket, a)
	}
	for _, p := range data.AddCC {
		tx.AddParticipant(st, ticket, p)
	}
}

// Undo takes back what an agent submitted: it is a draft again, as it was. Errors:
// Conflict when it has gone out.
func (s *Service) Undo(ctx context.Context, st *desk.Store, ticket, user int64, kind desk.DraftKind) (d *desk.Draft, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) (err error) {
		d, err = tx.LockDraft(ctx, st, ticket, user, kind)
		if desk.CodeOf(err) == desk.NotFound {
			return desk.Errorf(desk.Conflict, "It has gone out already.")
		}
		if err == nil && d.SendAt != 0 {
			d.SendAt = 0
			tx.SaveDraft(st, d)
		}
		return err
	})
	return d, err
}

// submitKind is the kind of the jobs that send what was submitted.
const submitKind = "submit"

// submitTask names a draft as it was submitted: one that was taken back and submitted
// again has another time.
type submitTask struct {
	Ticket int64          `json:"ticket"`
	User   int64          `json:"user"`
	Kind   desk.DraftKind `json:"kind"`
	SendAt desk.Instant   `json:"send_at"`
}

// submission makes the job that sends a draft.
func submission(st *desk.Store, d *desk.Draft) *desk.Job {
	args, _ := json.Marshal(submitTask{d.TicketID, d.UserID, d.Kind, d.SendAt}) // numbers and a name
	return &desk.Job{
		StoreID: st.ID, Kind: submitKind, Once: fmt.Sprintf("%s:%d:%d:%d:%s:%d", submitKind, st.ID, d.TicketID, d.UserID, d.Kind, d.SendAt),
		Args: args, RunAt: d.SendAt, CreatedAt: d.UpdatedAt,
	}
}

// Kinds are the jobs of tickets; find returns a store by its id.
func (s *Service) Kinds(find func(ctx context.Context, id int64) (*desk.Store, error)) []jobs.Kind {
	return []jobs.Kind{{Name: submitKind, Limit: 8, Work: func(ctx context.Context, j *desk.Job) jobs.Result {
		var task submitTask
		if err := json.Unmarshal(j.Args, &task); err != nil {
			return jobs.Result{Err: err, Final: true}
		}
		st, err := find(ctx, j.StoreID)
		if err != nil {
			return jobs.Result{Err: err, Final: desk.CodeOf(err) == desk.NotFound}
		}
		return s.send(ctx, st, j, task)
	}}}
}

// send does a job of kind submit: comment, changes, the end of the draft and of the job
// are one transaction. What cannot be written is a draft again, with the reason.
func (s *Service) send(ctx context.Context, st *desk.Store, j *desk.Job, task submitTask) jobs.Result {
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		defer tx.FinishJob(j)
		t, err := tx.LockTicket(ctx, st, task.Ticket)
		if err != nil {
			return err
		}
		d, err := tx.LockDraft(ctx, st, task.Ticket, task.User, task.Kind)
		if desk.CodeOf(err) == desk.NotFound || err == nil && d.SendAt != task.SendAt {
			return nil // sent, or taken back
		}
		if err != nil {
			return err
		}
		works, err := tx.WorksHere(ctx, st, d.UserID)
		if err != nil {
			return err
		}
		if !works {
			return desk.Errorf(desk.Forbidden, "You do not work here any more.")
		}
		said, err := tx.SaidSince(ctx, st, t.ID, d.BaseSeq, d.UserID)
		if err != nil {
			return err
		}
		if len(said) > 0 {
			hold(tx, st, d, desk.HeldAnswered)
			return nil
		}
		_, err = s.sendIn(ctx, tx, st, t, d)
		return err
	})
	switch desk.CodeOf(err) {
	case desk.Invalid, desk.NotFound, desk.Forbidden:
		err = s.holdBack(ctx, st, j, task, reason(err))
	}
	if err != nil {
		return jobs.Result{Err: err, Record: func(tx *store.Tx, o jobs.Outcome) {
			if o.State == desk.JobDead {
				tx.HoldDraft(st, task.Ticket, task.User, task.Kind, task.SendAt, "It could not be sent.")
			}
		}}
	}
	return jobs.Result{Ended: true}
}

func hold(tx *store.Tx, st *desk.Store, d *desk.Draft, why string) {
	tx.HoldDraft(st, d.TicketID, d.UserID, d.Kind, d.SendAt, why)
}

func (s *Service) holdBack(ctx context.Context, st *desk.Store, j *desk.Job, task submitTask, why string) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.HoldDraft(st, task.Ticket, task.User, task.Kind, task.SendAt, why)
		tx.FinishJob(j)
		return nil
	})
}

// reason is what a person is told of an error.
func reason(err error) string {
	var e *desk.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return "It could not be sent."
	}
	var messages []string
	for _, name := range slices.Sorted(maps.Keys(e.Fields)) {
		messages = append(messages, e.Fields[name]...)
	}
	return strings.Join(messages, " ")
}
