package admin

import (
	"net/http"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// listTickets answers GET tickets/. Documents are copied from the database into one
// buffer and written once; a client that holds the page costs the versions of its
// rows only.
func (a *API) listTickets(c *call) error {
	filter, fields := &desk.TicketFilter{}, desk.Fields{}
	if len(c.query) > 0 {
		filter, fields = form.TicketFilter(c.query, c.store.Zone)
	}
	at, problem := a.place(c, true, fields)
	if len(fields) > 0 || problem != nil {
		return a.invalidList(c, filter, fields, problem)
	}
	if held := c.r.Header["If-None-Match"]; held != nil {
		tag, err := a.currentTag(c, filter, at)
		if err != nil {
			return err
		}
		if matches(held, tag) {
			return c.notModified(tag)
		}
	}
	return a.streamList(c, filter, at)
}

// currentTag finds the ETag that the page has now, without reading documents.
func (a *API) currentTag(c *call, filter *desk.TicketFilter, at place) (string, error) {
	rows, more, err := a.tickets.Versions(c.ctx(), c.store, filter, at.page())
	if err != nil {
		return "", err
	}
	var tag listTag
	keys := make([]desk.Key, len(rows))
	for i, row := range rows {
		tag.row(row.ID, row.Seq)
		keys[i] = at.key(row.ID, row.At)
	}
	return tag.sum(at.head(nil, c, keys, more), a.representation(c)), nil
}

// key is a row's place in the list.
func (p place) key(id int64, at desk.Instant) desk.Key {
	if p.order.ByUpdate() {
		return desk.Key{At: at, ID: id}
	}
	return desk.Key{ID: id}
}

func (a *API) streamList(c *call, filter *desk.TicketFilter, at place) error {
	buffer := borrow()
	rows := append(*buffer, make([]byte, headroom)...)
	defer func() { giveBack(buffer, rows) }()
	keys := make([]desk.Key, 0, at.size)
	tag := listTag{buffer: make([]byte, 0, 1024)}
	linker := a.link(c)
	more, err := a.tickets.List(c.ctx(), c.store, filter, at.page(), func(doc *wire.Document) {
		if len(keys) > 0 {
			rows = append(rows, ',')
		}
		rows = doc.Append(rows, linker)
		keys = append(keys, at.key(doc.ID, doc.At))
		tag.row(doc.ID, doc.Seq)
	})
	if err != nil {
		return err
	}
	if mayMiss(filter, len(keys) > 0) {
		fields := desk.Fields{}
		if err := a.addMissing(c, filter, fields); err != nil {
			return err
		}
		if len(fields) > 0 {
			return invalid(fields)
		}
	}
	rows = append(rows, "]}"...)
	head := at.head(make([]byte, 0, 512), c, keys, more)
	c.tagged(tag.sum(head, a.representation(c)))
	c.write(http.StatusOK, whole(head, rows))
	return nil
}

// mayMiss tells whether the filter may name a row that is not there, which is an
// error. A ticket that was found proves the rows it refers to; of a list of values
// it proves only one.
func mayMiss(f *desk.TicketFilter, found bool) bool {
	if found {
		return len(f.Products) > 1 || len(f.Tags) > 1
	}
	return f.RequesterID != 0 || f.AssigneeID != 0 || f.TypeID != 0 || len(f.Products) > 0 || len(f.Tags) > 0
}

// invalidList tells everything that is wrong with the filters at once or, if it is
// nothing, what is wrong with the cursor.
func (a *API) invalidList(c *call, filter *desk.TicketFilter, fields desk.Fields, problem *form.Problem) error {
	if mayMiss(filter, false) {
		if err := a.addMissing(c, filter, fields); err != nil {
			return err
		}
	}
	if len(fields) > 0 {
		return invalid(fields)
	}
	return refusal(problem)
}

// addMissing names the ids in the filter that no row of the store has, in the
// original's words: a list names the value, a single choice does not.
func (a *API) addMissing(c *call, filter *desk.TicketFilter, fields desk.Fields) error {
	missing, err := a.tickets.Missing(c.ctx(), c.store, filter)
	if err != nil {
		return err
	}
	for field, id := range missing {
		choice := "That choice"
		if field == "product" || field == "tags" {
			choice = strconv.FormatInt(id, 10)
		}
		if len(fields[field]) == 0 {
			fields.Add(field, "Select a valid choice. "+choice+" is not one of the available choices.")
		}
	}
	return nil
}
