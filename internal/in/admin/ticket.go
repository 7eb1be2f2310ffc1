package admin

import (
	"errors"
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// showTicket answers GET tickets/{id}/ and GET tickets/{id}/comments/ alike, with
// the whole ticket. A client that names the version it holds costs no document.
func (a *API) showTicket(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	if held := c.r.Header["If-None-Match"]; held != nil {
		seq, err := a.tickets.Version(c.ctx(), c.store, id)
		if err != nil {
			return err
		}
		if tag := a.ticketTag(c, id, seq); matches(held, tag) {
			return c.notModified(tag)
		}
	}
	doc, err := a.tickets.Get(c.ctx(), c.store, id)
	if err != nil {
		return err
	}
	return a.answerTicket(c, http.StatusOK, doc)
}

// answerTicket writes a whole ticket.
func (a *API) answerTicket(c *call, status int, doc *wire.Document) error {
	c.tagged(a.ticketTag(c, doc.ID, doc.Seq))
	buffer := borrow()
	body := doc.Append(*buffer, a.link(c))
	c.write(status, body)
	giveBack(buffer, body)
	return nil
}

// createTicket answers POST tickets/.
func (a *API) createTicket(c *call) error {
	once, err := c.once(http.StatusCreated, c.raw)
	if err != nil {
		return err
	}
	return a.atMostOnce(c, once, func(w desk.Write) error {
		in, fields := form.Ticket(c.body, false)
		if len(fields) > 0 {
			return a.invalidTicket(c, in, fields)
		}
		doc, err := a.tickets.Create(c.ctx(), c.store, in, w)
		if err != nil {
			return c.refused(err)
		}
		return a.answerTicket(c, http.StatusCreated, doc)
	})
}

// updateTicket answers PUT and PATCH tickets/{id}/, which differ in forms alone.
func (a *API) updateTicket(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	in, fields := form.Ticket(c.body, c.r.Method == http.MethodPatch)
	w := c.circumstance(nil)
	if w.IfSeq, err = a.expectation(c, id, len(fields) > 0); err != nil {
		return err
	}
	if len(fields) > 0 {
		return a.invalidTicket(c, in, fields)
	}
	doc, err := a.tickets.Update(c.ctx(), c.store, id, in, w)
	if err != nil {
		return c.refused(err)
	}
	return a.answerTicket(c, http.StatusOK, doc)
}

// addComment answers POST tickets/{id}/comments/ with the whole ticket.
func (a *API) addComment(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	once, err := c.once(http.StatusOK, c.raw)
	if err != nil {
		return err
	}
	return a.atMostOnce(c, once, func(w desk.Write) error {
		in, fields := form.Comment(c.body, false)
		var err error
		if w.IfSeq, err = a.expectation(c, id, len(fields) > 0); err != nil {
			return err
		}
		if len(fields) > 0 {
			return a.invalidComment(c, in, fields)
		}
		doc, err := a.tickets.AddComment(c.ctx(), c.store, id, in, w)
		if err != nil {
			return c.refused(err)
		}
		return a.answerTicket(c, http.StatusOK, doc)
	})
}

// expectation checks If-Match against the ticket as it is and returns the version
// that the write must still find. With neither a header nor a need to know whether
// the ticket is there (a verb will tell), it asks nothing.
func (a *API) expectation(c *call, id int64, mustExist bool) (*int64, error) {
	header := c.r.Header["If-Match"]
	if header == nil && !mustExist {
		return nil, nil
	}
	seq, err := a.tickets.Version(c.ctx(), c.store, id)
	if err != nil || header == nil {
		return nil, err
	}
	if !expected(header, id, seq) {
		return nil, errStale
	}
	return &seq, nil
}

// invalidTicket adds to what the form found wrong what the references are wrong
// about, so that a client hears everything at once.
func (a *API) invalidTicket(c *call, in *desk.TicketInput, fields desk.Fields) error {
	if in == nil {
		return invalid(fields)
	}
	missing, err := a.tickets.Check(c.ctx(), c.store, in)
	if err != nil {
		return err
	}
	return invalid(c.body.Merge(fields, missing))
}

func (a *API) invalidComment(c *call, in *desk.CommentInput, fields desk.Fields) error {
	if in == nil {
		return invalid(fields)
	}
	missing, err := a.tickets.CheckComment(c.ctx(), c.store, in)
	if err != nil {
		return err
	}
	return invalid(c.body.Merge(fields, missing))
}

// refused lets the form spell the fields that a verb refused as the client did.
func (c *call) refused(err error) error {
	var e *desk.Error
	if errors.As(err, &e) && e.Code == desk.Invalid && len(e.Fields) > 0 {
		return invalid(c.body.Merge(nil, e.Fields))
	}
	return err
}
