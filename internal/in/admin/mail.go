package admin

import (
	"context"
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// listMails answers GET mails/.
func (a *API) listMails(c *call) error {
	filter, fields := form.MailFilter(c.query)
	return list(a, c, fields, listing[*desk.Mail]{
		fetch: func(p desk.Page) ([]*desk.Mail, bool, error) {
			return a.mails.List(c.ctx(), c.store, filter, p)
		},
		id: func(m **desk.Mail) int64 { return (*m).ID },
		append: func(dst []byte, m **desk.Mail) []byte {
			return wire.Mail(dst, *m, c.store)
		},
	})
}

// showMail answers GET mails/{id}/.
func (a *API) showMail(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	m, err := a.mails.Get(c.ctx(), c.store, id)
	if err != nil {
		return err
	}
	return c.show(wire.Mail(nil, m, c.store))
}

// viewMail answers GET mails/{id}/view/: the message as a person reads it. Its HTML holds
// nothing that acts, and is to be shown in a sandbox all the same.
func (a *API) viewMail(c *call) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	remote := form.MailRemote(c.query)
	link := func(path string) string { return string(a.link(c).AppendURL(nil, []byte(path))) }
	v, err := a.mails.View(c.ctx(), c.store, id, remote, link)
	if err != nil {
		return err
	}
	return c.show(wire.MailView(nil, v))
}

// releaseMail answers POST mails/{id}/release/.
func (a *API) releaseMail(c *call) error { return a.changeMail(c, a.mails.Release) }

// replayMail answers POST mails/{id}/replay/. What became a ticket is not replayed here:
// that asks for force, and for somebody at the console.
func (a *API) replayMail(c *call) error {
	return a.changeMail(c, func(ctx context.Context, st *desk.Store, id int64) error {
		return a.mails.Replay(ctx, st, id, false)
	})
}

// blockMail answers POST mails/{id}/block/.
func (a *API) blockMail(c *call) error {
	return a.changeMail(c, func(ctx context.Context, st *desk.Store, id int64) error {
		_, err := a.mails.Block(ctx, st, id)
		return err
	})
}

// changeMail carries out a verb and answers the message as it is then.
func (a *API) changeMail(c *call, verb func(context.Context, *desk.Store, int64) error) error {
	id, err := c.pathID()
	if err != nil {
		return err
	}
	if err := verb(c.ctx(), c.store, id); err != nil {
		return err
	}
	m, err := a.mails.Get(c.ctx(), c.store, id)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, wire.Mail(nil, m, c.store))
}
