package dashboard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/tickets"
)

func byStaff(q *page.Request) tickets.By {
	v := q.Visit()
	return tickets.By{AccountID: q.Staff.AccountID, UserID: q.Staff.UserID, IP: v.IP, UserAgent: v.UserAgent}
}

type mergePreview struct {
	From      person          `json:"from"`
	Into      person          `json:"into"`
	Tickets   int             `json:"tickets"`
	Orders    int             `json:"orders"`
	Addresses []string        `json:"addresses"`
	Conflicts []mergeConflict `json:"conflicts"`
	// Confirmation is what is to be typed.
	Confirmation string `json:"confirmation"`
}

type mergeConflict struct {
	Field string `json:"field"`
	Kept  string `json:"kept"`
	Lost  string `json:"lost"`
}

// previewMerge shows what it would do to give another customer's all to this one.
func (d *door) previewMerge(q *page.Request) error {
	into, err := pathID(q, "id")
	if err != nil {
		return err
	}
	from, err := strconv.ParseInt(q.Query("from"), 10, 64)
	if err != nil {
		return wrongField("from", "Choose a customer.")
	}
	p, err := d.Tickets.PreviewMerge(q.Ctx(), q.Store, from, into)
	if err != nil {
		return err
	}
	a, err := d.People.Get(q.Ctx(), q.Store, into)
	if err != nil {
		return err
	}
	b, err := d.People.Get(q.Ctx(), q.Store, from)
	if err != nil {
		return err
	}
	out := mergePreview{
		From: personOf(b), Into: personOf(a), Tickets: p.Tickets, Orders: p.Orders, Addresses: p.Addresses, Conflicts: []mergeConflict{},
		Confirmation: tickets.ConfirmationOf(b),
	}
	if out.Addresses == nil {
		out.Addresses = []string{}
	}
	for _, c := range p.Conflicts {
		out.Conflicts = append(out.Conflicts, mergeConflict(c))
	}
	return q.JSON(http.StatusOK, out)
}

func (d *door) mergeCustomers(q *page.Request) error {
	into, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var body struct {
		From         int64  `json:"from"`
		Confirmation string `json:"confirmation"`
	}
	if err := q.Decode(&body); err != nil {
		return err
	}
	b, err := d.People.Get(q.Ctx(), q.Store, body.From)
	if err != nil {
		return err
	}
	if b.Type != desk.UserDashboard && desk.Fold(strings.TrimSpace(body.Confirmation)) != desk.Fold(tickets.ConfirmationOf(b)) {
		return wrongField("confirmation", "This is not what was asked for.")
	}
	if _, err := d.Tickets.MergeCustomers(q.Ctx(), q.Store, body.From, into, byStaff(q)); err != nil {
		return err
	}
	return d.showCustomer(q, into)
}

// exportCustomer hands out what is known of a person. It holds the text of tickets, so who
// may not see those may not have it.
func (d *door) exportCustomer(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	format := q.Query("format")
	if format != "" && format != "json" && format != "zip" {
		return wrongField("format", "Choose json or zip.")
	}
	x := &tickets.Export{Service: d.Tickets, Store: q.Store, User: id, Blob: d.openBlob, Mail: func(ctx context.Context, m *desk.Mail) (io.ReadCloser, error) {
		return d.Mails.Raw(ctx, q.Store, m)
	}}
	if err := x.Begin(q.Ctx(), byStaff(q)); err != nil {
		return err
	}
	h, name, write := q.W.Header(), fmt.Sprintf("customer-%d.zip", id), x.WriteZIP
	h.Set("Content-Type", "application/zip")
	if format == "json" {
		name, write = fmt.Sprintf("customer-%d.json", id), x.WriteJSON
		h.Set("Content-Type", "application/json")
	}
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	if err := write(q.Ctx(), q.W); err != nil {
		d.Log.ErrorContext(q.Ctx(), "exporting a customer", slog.Int64("customer_id", id), slog.Any("error", err))
		panic(http.ErrAbortHandler) // the answer is under way: a broken one must look broken
	}
	return nil
}

func (d *door) openBlob(ctx context.Context, key string) (io.ReadCloser, error) {
	if key == "" {
		return nil, desk.ErrNotFound
	}
	r, err := d.Blobs.Open(ctx, key)
	if errors.Is(err, blob.ErrNotFound) {
		return nil, desk.ErrNotFound
	}
	return r, err
}

// eraseCustomer overwrites what is known of a person, once whoever asks has proved again
// who they are.
func (d *door) eraseCustomer(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var body struct {
		Confirmation string `json:"confirmation"`
		Password     string `json:"password"` // proves who one is, if that was long ago
	}
	if err := q.Decode(&body); err != nil {
		return err
	}
	if err := d.proved(q, body.Password); err != nil {
		return err
	}
	if _, err := d.Tickets.EraseCustomer(q.Ctx(), q.Store, id, body.Confirmation, byStaff(q)); err != nil {
		return err
	}
	return d.showCustomer(q, id)
}

// proved holds that the person has proved who they are lately, or does so now.
func (d *door) proved(q *page.Request, password string) error {
	err := d.Accounts.Recent(q.Staff)
	if err == nil || password == "" {
		return err
	}
	if err := d.Accounts.Confirm(q.Ctx(), q.Store, q.Staff, password, q.Visit()); desk.CodeOf(err) == desk.Unauthorized {
		return wrongField("password", "This is not your password.")
	} else if err != nil {
		return err
	}
	return nil
}
