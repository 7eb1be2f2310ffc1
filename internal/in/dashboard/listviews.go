package dashboard

import (
	"net/http"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// savedView is a view: one that every store has, known by a word, or a saved one, by a
// number.
type savedView struct {
	ID        string   `json:"id"`
	Name      string   `json:"name"` // "" of a built-in one: the language says it
	BuiltIn   bool     `json:"built_in"`
	Shared    bool     `json:"shared"`
	Group     int64    `json:"group"` // 0 for none
	Query     string   `json:"query"`
	Order     string   `json:"order"`
	Columns   []string `json:"columns"`
	MayChange bool     `json:"may_change"`
}

func viewOf(v *desk.View, who *desk.Staff) savedView {
	columns := v.Columns
	if columns == nil {
		columns = []string{}
	}
	return savedView{
		ID: strconv.FormatInt(v.ID, 10), Name: v.Name, Shared: v.OwnerID == 0, Group: v.GroupID, Query: v.Query,
		Order: string(v.Order), Columns: columns, MayChange: v.MayChange(who),
	}
}

func (d *door) views(q *page.Request) error {
	saved, err := d.Tickets.Views(q.Ctx(), q.Store, q.Staff)
	list := make([]savedView, 0, len(saved)+len(desk.BuiltInViews))
	for _, v := range desk.BuiltInViews {
		list = append(list, savedView{ID: v.Key, BuiltIn: true, Shared: true, Query: v.Query, Order: string(v.Order), Columns: []string{}})
	}
	for i := range saved {
		list = append(list, viewOf(&saved[i], q.Staff))
	}
	return answer(q, list, err)
}

// viewBody is what is asked to be saved.
type viewBody struct {
	Name    string   `json:"name"`
	Query   string   `json:"query"`
	Order   string   `json:"order"`
	Columns []string `json:"columns"`
	Shared  bool     `json:"shared"`
	Group   int64    `json:"group"`
}

func (d *door) makeView(q *page.Request) error { return d.saveView(q, 0, http.StatusCreated) }

func (d *door) changeView(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return d.saveView(q, id, http.StatusOK)
}

func (d *door) saveView(q *page.Request, id int64, status int) error {
	var body viewBody
	if err := q.Decode(&body); err != nil {
		return err
	}
	v := &desk.View{
		ID: id, OwnerID: q.Staff.UserID, GroupID: body.Group, Name: clean(body.Name), Query: clean(body.Query), Order: desk.ListOrder(body.Order),
		Columns: body.Columns,
	}
	if body.Shared {
		v.OwnerID = 0
	}
	if err := d.Tickets.SaveView(q.Ctx(), q.Store, q.Staff, v); err != nil {
		return err
	}
	return q.JSON(status, viewOf(v, q.Staff))
}

func (d *door) deleteView(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	if err := d.Tickets.DeleteView(q.Ctx(), q.Store, q.Staff, id); err != nil {
		return err
	}
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *door) orderViews(q *page.Request) error {
	var body struct {
		IDs []int64 `json:"ids"`
	}
	if err := q.Decode(&body); err != nil {
		return err
	}
	if len(body.IDs) > 2*desk.MaxViews {
		return desk.Errorf(desk.Invalid, "There are not so many views.")
	}
	if err := d.Tickets.OrderViews(q.Ctx(), q.Store, q.Staff, body.IDs); err != nil {
		return err
	}
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}
