package dashboard

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/settings"
)

func (d *door) mailboxRoutes() []page.Route {
	const path = "settings/mailboxes/"
	return []page.Route{
		get(path, forSettings, d.mailboxes),
		change(http.MethodPost, path, forSettings, d.addMailbox),
		change(http.MethodPut, path+"{id}/secret/", forSettings, d.changeMailboxSecret),
		change(http.MethodDelete, path+"{id}/", forSettings, d.removeMailbox),
	}
}

// mailboxRow is a mailbox that is read, without what it is signed in to with.
type mailboxRow struct {
	ID         int64   `json:"id"`
	Address    string  `json:"address"`
	Security   string  `json:"security"`
	Username   string  `json:"username"`
	Folder     string  `json:"folder"`
	SignIn     string  `json:"sign_in"` // password, oauth
	State      string  `json:"state"`   // ok, new, failing, off
	Error      string  `json:"error"`
	There      int64   `json:"there"` // messages in the folder that are to be taken
	Seen       int64   `json:"seen"`  // of them, those that were
	Seconds    int64   `json:"pause_seconds"`
	LastOKAt   *string `json:"last_ok_at"`
	LastMailAt *string `json:"last_mail_at"`
	CreatedAt  *string `json:"created_at"`
}

func mailboxOf(b *desk.Mailbox) mailboxRow {
	row := mailboxRow{
		ID: b.ID, Address: b.Address, Security: b.Security, Username: b.Username, Folder: b.Folder, SignIn: "password", State: "ok", Error: b.LastError,
		There: b.There, Seen: b.Seen, Seconds: int64(b.Pause / time.Second),
		LastOKAt: instant(b.LastOKAt), LastMailAt: instant(b.LastMailAt), CreatedAt: instant(b.CreatedAt),
	}
	if s, err := b.Credentials(); err == nil && s.OAuth() {
		row.SignIn = "oauth"
	}
	switch {
	case !b.Enabled:
		row.State = "off"
	case b.LastError != "":
		row.State = "failing"
	case b.LastOKAt == 0:
		row.State = "new"
	}
	return row
}

func (d *door) mailboxes(q *page.Request) error {
	boxes, err := d.Mailboxes.List(q.Ctx(), q.Store)
	rows := make([]mailboxRow, len(boxes))
	for i, b := range boxes {
		rows[i] = mailboxOf(b)
	}
	return answer(q, rows, err)
}

// mailboxSecret is what a mailbox is signed in to with: a password, or OAuth 2. It is never
// shown again.
type mailboxSecret struct {
	Password     string `json:"password"`
	TokenURL     string `json:"token_url"`
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret"`
	RefreshToken string `json:"refresh_token"`
}

func (s *mailboxSecret) secret() *desk.MailboxSecret {
	return &desk.MailboxSecret{
		Password: clean(s.Password), TokenURL: clean(s.TokenURL), ClientID: clean(s.ClientID), ClientSecret: clean(s.ClientSecret),
		RefreshToken: clean(s.RefreshToken), Guarded: true,
	}
}

// Limits of mailboxes that are added here.
const (
	maxMailboxes = 20
	signInTime   = 20 * time.Second // for a first look
)

// addMailbox signs in first: what cannot be read is not added.
func (d *door) addMailbox(q *page.Request) error {
	var in struct {
		Address  string        `json:"address"`
		Security string        `json:"security"`
		Username string        `json:"username"`
		Folder   string        `json:"folder"`
		Seconds  int64         `json:"pause_seconds"`
		All      bool          `json:"all"` // what is there already is taken, too
		Secret   mailboxSecret `json:"secret"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if in.Security != "tls" && in.Security != "starttls" {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"security": {"Choose tls or starttls."}}}
	}
	if err := d.Accounts.Fresh(q.Staff); err != nil {
		return err
	}
	boxes, err := d.Mailboxes.List(q.Ctx(), q.Store)
	if err != nil {
		return err
	}
	if len(boxes) >= maxMailboxes {
		return desk.Errorf(desk.Conflict, "A store can have %d mailboxes at most.", maxMailboxes)
	}
	b := &desk.Mailbox{
		Address: clean(in.Address), Security: in.Security, Username: clean(in.Username), Folder: clean(in.Folder), FirstUID: 1,
		Pause: desk.DefaultMailboxPause, Secret: in.Secret.secret().Text(),
	}
	if in.Seconds != 0 {
		b.Pause = time.Duration(min(max(in.Seconds, 0), int64(desk.MaxMailboxPause/time.Second)+1)) * time.Second
	}
	if err := b.Check(); err != nil {
		return sentence(err)
	}
	ctx, cancel := context.WithTimeout(q.Ctx(), signInTime)
	defer cancel()
	validity, next, err := d.TryMailbox(ctx, b)
	if err != nil {
		return desk.Errorf(desk.Invalid, "The mailbox could not be opened: %s", err.Error())
	}
	b.UIDValidity = validity
	if !in.All {
		b.FirstUID = next
	}
	if err := d.Mailboxes.Add(q.Ctx(), q.Store, b); err != nil {
		return sentence(err)
	}
	if err := d.noted(q, "mailbox.added", b.Username, map[string]string{"server": b.Address, "folder": b.Folder}); err != nil {
		return err
	}
	return q.JSON(http.StatusCreated, mailboxOf(b))
}

// sentence has a refusal that speaks to the command line speak to a person.
func sentence(err error) error {
	var e *desk.Error
	if !errors.As(err, &e) {
		return err
	}
	return &desk.Error{Code: e.Code, Message: settings.MessageOf(e), Fields: e.Fields}
}

func (d *door) mailbox(q *page.Request) (*desk.Mailbox, error) {
	id, err := pathID(q, "id")
	if err != nil {
		return nil, err
	}
	return d.Mailboxes.Get(q.Ctx(), q.Store, id)
}

// changeMailboxSecret gives a mailbox another password. One that the operator has added may
// be anywhere, and stays so as long as it is signed in to by password.
func (d *door) changeMailboxSecret(q *page.Request) error {
	var in mailboxSecret
	if err := q.Decode(&in); err != nil {
		return err
	}
	b, err := d.mailbox(q)
	if err != nil {
		return err
	}
	if err := d.Accounts.Fresh(q.Staff); err != nil {
		return err
	}
	secret := in.secret()
	if old, err := b.Credentials(); err == nil && secret.Password != "" {
		secret.Guarded = old.Guarded
	}
	if err := d.Mailboxes.SetSecret(q.Ctx(), q.Store, b.ID, secret); err != nil {
		return sentence(err)
	}
	return done(q, d.noted(q, "mailbox.secret_changed", b.Username, map[string]string{"server": b.Address, "id": strconv.FormatInt(b.ID, 10)}))
}

func (d *door) removeMailbox(q *page.Request) error {
	b, err := d.mailbox(q)
	if err != nil {
		return err
	}
	if err := d.Mailboxes.Remove(q.Ctx(), q.Store, b.ID); err != nil {
		return err
	}
	return done(q, d.noted(q, "mailbox.removed", b.Username, map[string]string{"server": b.Address, "id": strconv.FormatInt(b.ID, 10)}))
}
