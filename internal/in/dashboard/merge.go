package dashboard

import (
	"net/http"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/tickets"
)

type relatedTickets struct {
	Requester []ticketRef `json:"requester"`
	Order     []ticketRef `json:"order"`
}

func (d *door) related(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	r, err := d.Tickets.Related(q.Ctx(), q.Store, id)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, relatedTickets{refsOf(r.Requester), refsOf(r.Order)})
}

func refsOf(list []desk.Ticket) []ticketRef {
	refs := make([]ticketRef, len(list))
	for i := range list {
		refs[i] = refOf(&list[i])
	}
	return refs
}

func (d *door) relate(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var asked struct {
		Ticket int64 `json:"ticket"`
	}
	if err := q.Decode(&asked); err != nil {
		return err
	}
	err = d.Tickets.Relate(q.Ctx(), q.Store, id, asked.Ticket, desk.Write{Actor: q.Staff.Actor()})
	if desk.CodeOf(err) == desk.NotFound {
		if _, own := d.Tickets.Version(q.Ctx(), q.Store, id); own == nil {
			return noSuchTicket("ticket", asked.Ticket)
		}
	}
	if err != nil {
		return err
	}
	return d.answerTicket(q, id)
}

func noSuchTicket(field string, id int64) error {
	return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{field: {desk.NoSuchObject(id)}}}
}

func (d *door) unrelate(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	other, err := pathID(q, "other")
	if err != nil {
		return err
	}
	if err := d.Tickets.Unrelate(q.Ctx(), q.Store, id, other, desk.Write{Actor: q.Staff.Actor()}); err != nil {
		return err
	}
	return d.answerTicket(q, id)
}

// merged says what was merged into what.
type mergedTickets struct {
	Source int64 `json:"source"`
	Target int64 `json:"target"`
}

// merge merges the ticket of the path into another.
func (d *door) merge(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var asked struct {
		Target  int64 `json:"target"`
		Confirm bool  `json:"confirm_other_requester"`
	}
	if err := q.Decode(&asked); err != nil {
		return err
	}
	in := tickets.MergeInput{Source: id, Target: asked.Target, OtherRequester: asked.Confirm}
	m, err := d.Tickets.Merge(q.Ctx(), q.Store, in, desk.Write{Actor: q.Staff.Actor()})
	if desk.CodeOf(err) == desk.NotFound {
		if _, own := d.Tickets.Version(q.Ctx(), q.Store, id); own == nil {
			return noSuchTicket("target", asked.Target)
		}
	}
	return answerMerge(q, m, err)
}

func answerMerge(q *page.Request, m *desk.Merge, err error) error {
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, mergedTickets{m.SourceID, m.TargetID})
}

func (d *door) undoMerge(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	m, err := d.Tickets.UndoMerge(q.Ctx(), q.Store, id, desk.Write{Actor: q.Staff.Actor()})
	return answerMerge(q, m, err)
}

// split makes a ticket of a comment.
func (d *door) split(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var asked struct {
		Comment  int64     `json:"comment"`
		Subject  *string   `json:"subject"`
		Type     *int64    `json:"type"`
		Order    *string   `json:"order"`
		Products *[]int64  `json:"products"`
		Tags     *[]string `json:"tags"`
	}
	if err := q.Decode(&asked); err != nil {
		return err
	}
	c := ticketChange{Subject: asked.Subject, Type: asked.Type, Order: asked.Order, Products: asked.Products, Tags: asked.Tags}
	in, fields := c.input()
	if len(fields) > 0 {
		return &desk.Error{Code: desk.Invalid, Message: "Something is not as it should be.", Fields: fields}
	}
	written, err := d.Tickets.Split(q.Ctx(), q.Store, tickets.SplitInput{
		Ticket: id, Comment: asked.Comment, Subject: in.Subject, TypeID: in.TypeID, Order: in.Order, Products: in.Products, Tags: in.Tags,
		NewPath: func(a *desk.Attachment) string {
			return desk.MediaPath(desk.Upload{FileName: a.FileName, BlobKey: blob.NewKey()})
		},
	}, desk.Write{Actor: q.Staff.Actor()})
	if err != nil {
		return err
	}
	return q.JSON(http.StatusCreated, mergedTickets{id, written.Ticket.ID})
}

func (d *door) undoSplit(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	m, err := d.Tickets.UndoSplit(q.Ctx(), q.Store, id, desk.Write{Actor: q.Staff.Actor()})
	return answerMerge(q, m, err)
}

func (d *door) see(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var asked struct {
		Seq int64 `json:"seq"`
	}
	if err := q.Decode(&asked); err != nil {
		return err
	}
	if err := d.Tickets.See(q.Ctx(), q.Store, id, q.Staff.UserID, asked.Seq); err != nil {
		return err
	}
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}

type agentHere struct {
	person

	State string `json:"state"`
}

func (d *door) here(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var asked struct {
		State string `json:"state"`
	}
	if err := q.Decode(&asked); err != nil {
		return err
	}
	state := desk.PresenceState(asked.State)
	if state == "gone" {
		state = ""
	}
	others, news, err := d.Tickets.Here(q.Ctx(), q.Store, id, q.Staff.UserID, state)
	if err != nil {
		return err
	}
	if news {
		d.rooms.tell(q.Store.ID, id)
	}
	ids := make([]int64, len(others))
	for i, p := range others {
		ids[i] = p.UserID
	}
	n, err := d.namesOf(q, nil, nil, ids...)
	if err != nil {
		return err
	}
	list := []agentHere{}
	for _, p := range others {
		if u := n.users[p.UserID]; u != nil {
			list = append(list, agentHere{personOf(u), string(p.State)})
		}
	}
	return answer(q, list, nil)
}

// retry has a reply handed over once more to somebody who does not have it.
func (d *door) retry(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	mail, err := pathID(q, "mail")
	if err != nil {
		return err
	}
	var asked struct {
		Address string `json:"address"`
	}
	if err := q.Decode(&asked); err != nil {
		return err
	}
	if asked.Address == "" {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"address": {"Whom is it for?"}}}
	}
	if err := d.Tickets.HasMail(q.Ctx(), q.Store, id, mail); err != nil {
		return err
	}
	if d.Retry == nil {
		return desk.Errorf(desk.Conflict, "Mail does not leave.")
	}
	to, err := d.Retry(q.Ctx(), q.Store, mail, asked.Address)
	if err != nil {
		return err
	}
	if len(to) == 0 {
		return desk.Errorf(desk.Conflict, "They have it, or are being handed it.")
	}
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}
