package dashboard

import (
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// bulkBody asks for a change of many tickets: those with the ids, or all that a search
// finds.
type bulkBody struct {
	IDs    []int64         `json:"ids"`
	All    *string         `json:"all"` // the search
	Change desk.BulkChange `json:"change"`
}

// bulkState is how far a change of many tickets has come.
type bulkState struct {
	ID         int64           `json:"id"`
	State      string          `json:"state"`
	Change     desk.BulkChange `json:"change"`
	Total      int             `json:"total"`
	Waiting    int             `json:"waiting"`
	Done       int             `json:"done"`
	Same       int             `json:"same"`
	Failed     int             `json:"failed"`
	Undone     int             `json:"undone"`
	Kept       int             `json:"kept"`
	Left       []bulkLeft      `json:"left"` // tickets that were left alone, the first of them
	CreatedAt  *string         `json:"created_at"`
	FinishedAt *string         `json:"finished_at"`
}

type bulkLeft struct {
	Ticket int64  `json:"ticket"`
	Reason string `json:"reason"`
}

const maxLeft = 100

func (d *door) answerBulk(q *page.Request, status int, b *desk.Bulk) error {
	out := bulkState{
		ID: b.ID, State: string(b.State), Change: b.Change, Total: b.Total, Waiting: b.Counts[desk.ItemWaiting], Done: b.Counts[desk.ItemDone],
		Same: b.Counts[desk.ItemSame], Failed: b.Counts[desk.ItemFailed], Undone: b.Counts[desk.ItemUndone], Kept: b.Counts[desk.ItemKept],
		Left: []bulkLeft{}, CreatedAt: instant(b.CreatedAt), FinishedAt: instant(b.FinishedAt),
	}
	if out.Failed+out.Kept > 0 {
		left, err := d.Tickets.Exceptions(q.Ctx(), q.Store, b, maxLeft)
		if err != nil {
			return err
		}
		for _, i := range left {
			out.Left = append(out.Left, bulkLeft{i.TicketID, i.Reason})
		}
	}
	return q.JSON(status, out)
}

func (d *door) startBulk(q *page.Request) error {
	var body bulkBody
	if err := q.Decode(&body); err != nil {
		return err
	}
	if (len(body.IDs) > 0) == (body.All != nil) {
		return desk.Errorf(desk.Invalid, "Either ids or all must be given.")
	}
	search := ""
	if body.All != nil {
		search = clean(*body.All)
	}
	for _, tags := range []*[]string{body.Change.SetTags, &body.Change.AddTags, &body.Change.RemoveTags} {
		if tags != nil {
			for i := range *tags {
				(*tags)[i] = clean((*tags)[i])
			}
		}
	}
	b, err := d.Tickets.StartBulk(q.Ctx(), q.Store, q.Staff, body.IDs, search, body.Change)
	if err != nil {
		return err
	}
	return d.answerBulk(q, http.StatusAccepted, b)
}

func (d *door) showBulk(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	b, err := d.Tickets.Bulk(q.Ctx(), q.Store, q.Staff, id)
	if err != nil {
		return err
	}
	return d.answerBulk(q, http.StatusOK, b)
}

func (d *door) undoBulk(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	b, err := d.Tickets.UndoBulk(q.Ctx(), q.Store, q.Staff, id)
	if err != nil {
		return err
	}
	return d.answerBulk(q, http.StatusAccepted, b)
}
