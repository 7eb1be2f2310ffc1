package dashboard

import (
	"net/http"
	"slices"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// receivedMail is a row of the ledger of received mail.
type receivedMail struct {
	ID         int64   `json:"id"`
	From       string  `json:"from"`
	To         string  `json:"to"`
	Subject    string  `json:"subject"`
	Fate       string  `json:"fate"`
	Reason     string  `json:"reason"`
	Ticket     int64   `json:"ticket"` // 0 for none
	Size       int64   `json:"size"`
	ReceivedAt *string `json:"received_at"`
}

func mailOf(m *desk.Mail) receivedMail {
	out := receivedMail{
		ID: m.ID, From: m.From, Subject: m.Subject, Fate: string(m.Fate), Reason: m.Reason, Ticket: m.TicketID, Size: m.Size,
		ReceivedAt: instant(m.ReceivedAt),
	}
	if out.From == "" {
		out.From = m.EnvelopeFrom
	}
	if len(m.Recipients) > 0 {
		out.To = m.Recipients[0]
	}
	return out
}

func (d *door) mails(q *page.Request) error {
	f := &desk.MailFilter{Fate: desk.Fate(q.Query("fate")), From: clean(q.Query("from"))}
	if f.Fate != "" && !slices.Contains(desk.Fates, f.Fate) {
		return desk.Errorf(desk.Invalid, "There is no such fate of a mail.")
	}
	p := desk.Page{Order: desk.NewestFirst, Size: listPage}
	if after := q.Query("after"); after != "" {
		id, err := strconv.ParseInt(after, 10, 64)
		if err != nil {
			return desk.Errorf(desk.Invalid, "There is no such place in the list.")
		}
		p.Key = &desk.Key{ID: id}
	}
	mails, more, err := d.Mails.List(q.Ctx(), q.Store, f, p)
	if err != nil {
		return err
	}
	out := list[receivedMail]{Results: make([]receivedMail, len(mails))}
	for i, m := range mails {
		out.Results[i] = mailOf(m)
	}
	if more {
		next := strconv.FormatInt(mails[len(mails)-1].ID, 10)
		out.Next = &next
	}
	return q.JSON(http.StatusOK, out)
}

// openedMail is a received mail with its words.
type openedMail struct {
	receivedMail
	Text    string `json:"text"`
	HasHTML bool   `json:"has_html"`
}

const maxMailText = 100_000 // characters that are shown of a mail

func (d *door) showMail(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	m, err := d.Mails.Get(q.Ctx(), q.Store, id)
	if err != nil {
		return err
	}
	view, err := d.Mails.View(q.Ctx(), q.Store, id, false, func(string) string { return "" })
	if err != nil {
		return err
	}
	text := []rune(view.Text)
	return q.JSON(http.StatusOK, openedMail{mailOf(m), string(text[:min(len(text), maxMailText)]), view.HTML != nil})
}

func (d *door) releaseMail(q *page.Request) error {
	id, err := pathID(q, "id")
	if err == nil {
		err = d.Mails.Release(q.Ctx(), q.Store, id)
	}
	if err != nil {
		return err
	}
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}

func (d *door) blockMail(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	address, err := d.Mails.Block(q.Ctx(), q.Store, id)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, map[string]string{"address": address})
}
