package dashboard

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/settings"
)

// Letters shows mails as they would leave, and sends one to who wants to see it.
type Letters interface {
	// PreviewNotification fills a notification for a ticket, or for one that is made up (0).
	// desk.ErrNotFound.
	PreviewNotification(ctx context.Context, st *desk.Store, n *desk.Notification, ticket int64) (*desk.LetterView, error)
	// SendNotification mails one to an address. Invalid when no mail leaves for the store.
	SendNotification(ctx context.Context, st *desk.Store, n *desk.Notification, ticket int64, name, to string) error
	// PreviewReply is an answer as a store with these settings would mail it.
	PreviewReply(st *desk.Store) (*desk.LetterView, error)
}

// notificationRoutes are the settings of the mails that are sent by themselves.
func (d *door) notificationRoutes() []page.Route {
	const one = "settings/notifications/{kind}/"
	return []page.Route{
		get("settings/notifications/", forSettings, d.notifications),
		change(http.MethodPut, one, forSettings, d.changeNotification),
		change(http.MethodPost, one+"reset/", forSettings, d.resetNotification),
		change(http.MethodPost, one+"preview/", forSettings, d.previewNotification),
		change(http.MethodPost, one+"test/", forSettings, d.testNotification),
		formRow(one+"frame/", d.frameNotification),
	}
}

// formRow is a row whose answer is a document for a sandboxed frame, made from a form: it
// shows what is not saved, and changes nothing. It is a page, so refusals are pages too.
func formRow(path string, handle func(*page.Request) error) page.Route {
	row := change(http.MethodPost, path, forSettings, handle)
	row.API, row.MaxBody = false, 256<<10
	return row
}

// notificationRow is a notification as the store has it, and as the program brings it.
type notificationRow struct {
	Name         string   `json:"name"`
	Enabled      bool     `json:"enabled"`
	Subject      string   `json:"subject"`
	Body         string   `json:"body"`
	Changed      bool     `json:"changed"`
	Placeholders []string `json:"placeholders"`
	Usual        texts    `json:"usual"`
}

type texts struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
}

func notificationOf(n *desk.Notification) notificationRow {
	usual, err := desk.DefaultNotification(n.Name)
	return notificationRow{
		n.Name, n.Enabled, n.Subject, n.Body, err == nil && usual != *n, orEmpty(desk.Placeholders(n.Name)), texts{usual.Subject, usual.Body},
	}
}

func (d *door) notifications(q *page.Request) error {
	found, err := d.Notifications.List(q.Ctx(), q.Store)
	rows := make([]notificationRow, len(found))
	for i := range found {
		rows[i] = notificationOf(&found[i])
	}
	return answer(q, rows, err)
}

// checkNotification says of each text what is wrong with it.
func checkNotification(n *desk.Notification) error {
	if _, err := desk.DefaultNotification(n.Name); err != nil {
		return err
	}
	fields := desk.Fields{}
	for field, part := range map[string]desk.Notification{
		"subject": {Name: n.Name, Subject: n.Subject, Body: "-"},
		"body":    {Name: n.Name, Subject: "-", Body: n.Body},
	} {
		if err := part.Check(); err != nil {
			fields.Add(field, settings.MessageOf(err))
		}
	}
	if len(fields) > 0 {
		return &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return nil
}

func (d *door) changeNotification(q *page.Request) error {
	var in struct {
		Enabled bool   `json:"enabled"`
		Subject string `json:"subject"`
		Body    string `json:"body"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	before, err := d.Notifications.Get(q.Ctx(), q.Store, q.R.PathValue("kind"))
	if err != nil {
		return err
	}
	n := desk.Notification{Name: before.Name, Enabled: in.Enabled, Subject: clean(in.Subject), Body: clean(in.Body)}
	if err := checkNotification(&n); err != nil {
		return err
	}
	if n != before {
		if err := d.Notifications.Set(q.Ctx(), q.Store, &n); err != nil {
			return err
		}
		data := map[string]string{}
		if n.Enabled != before.Enabled {
			data["enabled"] = strconv.FormatBool(n.Enabled)
		}
		if n.Subject != before.Subject || n.Body != before.Body {
			data["text"] = "changed"
		}
		if err := d.note(q, "notification.changed", n.Name, data); err != nil {
			return err
		}
	}
	return q.JSON(http.StatusOK, notificationOf(&n))
}

func (d *door) resetNotification(q *page.Request) error {
	name := q.R.PathValue("kind")
	if err := d.Notifications.Reset(q.Ctx(), q.Store, name); err != nil {
		return err
	}
	if err := d.note(q, "notification.reset", name, nil); err != nil {
		return err
	}
	n, err := desk.DefaultNotification(name)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, notificationOf(&n))
}

// trial is a text to be seen before it is saved, for a ticket or a made-up one (0).
type trial struct {
	Subject string `json:"subject"`
	Body    string `json:"body"`
	Ticket  int64  `json:"ticket"`
}

// tried checks a trial. What is in a ticket is for who may see tickets.
func (d *door) tried(q *page.Request, in trial) (*desk.Notification, int64, error) {
	n := &desk.Notification{Name: q.R.PathValue("kind"), Subject: clean(in.Subject), Body: clean(in.Body)}
	if err := checkNotification(n); err != nil {
		return nil, 0, err
	}
	if in.Ticket < 0 || in.Ticket != 0 && !q.Staff.Can(desk.PermissionTickets) {
		return nil, 0, desk.ErrNotFound
	}
	return n, in.Ticket, nil
}

func (d *door) decodeTrial(q *page.Request) (*desk.Notification, int64, error) {
	var in trial
	if err := q.Decode(&in); err != nil {
		return nil, 0, err
	}
	return d.tried(q, in)
}

// letterRow is a mail as its reader would see it, without its HTML, which is shown in a
// frame of its own.
type letterRow struct {
	From    string `json:"from"`
	Address string `json:"address"`
	Subject string `json:"subject"`
	Text    string `json:"text"`
}

func letterOf(v *desk.LetterView) letterRow { return letterRow{v.From, v.Address, v.Subject, v.Text} }

func (d *door) previewNotification(q *page.Request) error {
	n, ticket, err := d.decodeTrial(q)
	if err != nil {
		return err
	}
	v, err := d.Letters.PreviewNotification(q.Ctx(), q.Store, n, ticket)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, letterOf(v))
}

func (d *door) frameNotification(q *page.Request) error {
	ticket, err := strconv.ParseInt(q.Form("ticket"), 10, 64)
	if err != nil {
		return desk.ErrNotFound
	}
	n, ticket, err := d.tried(q, trial{q.R.PostFormValue("subject"), formLines(q, "body"), ticket})
	if err != nil {
		return err
	}
	v, err := d.Letters.PreviewNotification(q.Ctx(), q.Store, n, ticket)
	if err != nil {
		return err
	}
	return framed(q, v.HTML)
}

// testNotification mails a text to whoever is signed in, and to nobody else.
func (d *door) testNotification(q *page.Request) error {
	n, ticket, err := d.decodeTrial(q)
	if err != nil {
		return err
	}
	if !d.CanMail(q.Store) {
		return desk.Errorf(desk.Invalid, "No mail leaves for this store: it has no support address, or the server has no way to send mail.")
	}
	if err := d.Letters.SendNotification(q.Ctx(), q.Store, n, ticket, q.Staff.Name, q.Staff.Email); err != nil {
		return err
	}
	if err := d.note(q, "notification.tested", n.Name, nil); err != nil {
		return err
	}
	return q.JSON(http.StatusOK, struct {
		To string `json:"to"`
	}{q.Staff.Email})
}

// framed answers a mail of ours as a document of its own, for a sandboxed frame. Its logo
// may be shown from wherever the store has it.
func framed(q *page.Request, html string) error {
	h := q.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", framePolicy(true))
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = io.WriteString(q.W, html) // a client that went away is no error of ours
	return nil
}
