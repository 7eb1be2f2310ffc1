package dashboard

import (
	"context"
	"net/http"
	"slices"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// typeRoutes are the settings of ticket types.
func (d *door) typeRoutes() []page.Route {
	const types = "settings/types/"
	return []page.Route{
		get(types, forSettings, d.ticketTypes),
		change(http.MethodPost, types, forSettings, d.makeType),
		change(http.MethodPost, types+"order/", forSettings, d.orderTypes),
		change(http.MethodPatch, types+"{id}/", forSettings, d.changeType),
		change(http.MethodPost, types+"{id}/remove/", forSettings, d.removeType),
	}
}

// note keeps a change of settings in the audit log: by whom, and from where. The change is
// made by then, so it is noted even if the browser went away.
func (d *door) note(q *page.Request, action, subject string, data map[string]string) error {
	return d.Accounts.Audit(context.WithoutCancel(q.Ctx()), q.Store, q.Staff.AccountID, action, subject, data, q.Visit())
}

// usedRow is a tag or a ticket type with how many tickets have it.
type usedRow struct {
	ID      int64  `json:"id"`
	Name    string `json:"name"`
	Tickets int    `json:"tickets"`
	More    bool   `json:"more"`   // there are more tickets than were counted
	Moving  bool   `json:"moving"` // its tickets are being changed
}

type typeRow struct {
	usedRow

	Public bool `json:"public"`
}

func typeOf(t *desk.UsedType) typeRow {
	return typeRow{usedRow{t.ID, t.Name, t.Tickets, t.More, t.Moving}, t.Public}
}

func (d *door) typeRows(q *page.Request) ([]typeRow, error) {
	types, err := d.Tickets.UsedTypes(q.Ctx(), q.Store)
	rows := make([]typeRow, len(types))
	for i := range types {
		rows[i] = typeOf(&types[i])
	}
	return rows, err
}

func (d *door) ticketTypes(q *page.Request) error {
	rows, err := d.typeRows(q)
	return answer(q, rows, err)
}

// showType answers a type as it is now.
func (d *door) showType(q *page.Request, id int64, status int) error {
	rows, err := d.typeRows(q)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rows, func(r typeRow) bool { return r.ID == id })
	if at < 0 {
		return desk.ErrNotFound // deleted by somebody else at once
	}
	return q.JSON(status, rows[at])
}

func (d *door) makeType(q *page.Request) error {
	var in struct {
		Name   string `json:"name"`
		Public bool   `json:"public"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	t := desk.TicketType{Name: clean(in.Name), Public: in.Public}
	if err := d.Tickets.CreateType(q.Ctx(), q.Store, &t); err != nil {
		return err
	}
	if err := d.note(q, "type.created", t.Name, map[string]string{"public": strconv.FormatBool(t.Public)}); err != nil {
		return err
	}
	return d.showType(q, t.ID, http.StatusCreated)
}

func (d *door) changeType(q *page.Request) error {
	var in struct {
		Name   *string `json:"name"`
		Public *bool   `json:"public"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	before, after, err := d.Tickets.UpdateType(q.Ctx(), q.Store, id, in.Name, in.Public)
	if err != nil {
		return err
	}
	data := map[string]string{}
	if before.Name != after.Name {
		data["name"] = before.Name + " → " + after.Name
	}
	if before.Public != after.Public {
		data["public"] = strconv.FormatBool(after.Public)
	}
	if len(data) > 0 {
		if err := d.note(q, "type.changed", after.Name, data); err != nil {
			return err
		}
	}
	return d.showType(q, id, http.StatusOK)
}

func (d *door) orderTypes(q *page.Request) error {
	var in struct {
		IDs []int64 `json:"ids"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if err := few("ids", in.IDs); err != nil {
		return err
	}
	if err := d.Tickets.OrderTypes(q.Ctx(), q.Store, in.IDs); err != nil {
		return err
	}
	return done(q, d.note(q, "type.ordered", "", nil))
}

// removeType deletes a type; its tickets get another one, by and by.
func (d *door) removeType(q *page.Request) error {
	var in struct {
		Replacement int64 `json:"replacement"` // 0: no ticket has it
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	if in.Replacement == id || in.Replacement < 0 {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"replacement": {"Choose another ticket type."}}}
	}
	name, err := d.Tickets.DeleteType(q.Ctx(), q.Store, id, in.Replacement, q.Staff.Actor())
	if err != nil {
		return err
	}
	data := map[string]string{}
	if in.Replacement != 0 {
		data["replacement"] = strconv.FormatInt(in.Replacement, 10)
	}
	return done(q, d.note(q, "type.deleted", name, data))
}
