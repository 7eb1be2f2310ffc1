package dashboard

import (
	"context"
	"net/http"
	"strconv"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// Deliveries sends to webhooks what somebody asks for, and shows what was sent.
type Deliveries interface {
	// Test sends a made-up event now and returns how it went, which is no error.
	Test(ctx context.Context, st *desk.Store, hook *desk.Webhook) (*desk.Delivery, error)
	// Replay queues events to be sent once more and returns how many. Errors:
	// desk.ErrNotFound for an event that is not there, Invalid for a webhook that is
	// switched off.
	Replay(ctx context.Context, st *desk.Store, hook *desk.Webhook, r desk.Replay) (queued int, err error)
	// Payload is what an event is sent as. desk.ErrNotFound.
	Payload(ctx context.Context, st *desk.Store, hook *desk.Webhook, event int64) ([]byte, error)
}

// accessRoutes are the settings of who gets in: people, groups, programs, sessions.
func (d *door) accessRoutes() []page.Route {
	const (
		users    = "settings/users/"
		invites  = users + "invitations/"
		groups   = "settings/groups/"
		apps     = "settings/apps/"
		hooks    = "settings/webhooks/"
		sessions = "settings/sessions/"
	)
	return []page.Route{
		get(users, forUsers, d.members),
		get(users+"{id}/tickets/", forUsers, d.memberTickets),
		change(http.MethodPut, users+"{id}/", forUsers, d.changeMember),
		change(http.MethodPost, users+"{id}/reset-link/", forUsers, d.resetLink),
		change(http.MethodPost, users+"{id}/remove/", forUsers, d.removeMember),
		get(invites, forUsers, d.invitations),
		change(http.MethodPost, invites, forUsers, d.invite),
		change(http.MethodDelete, invites+"{id}/", forUsers, d.takeBack),

		get(groups, forUsers, d.permissionGroups),
		change(http.MethodPost, groups, forUsers, d.makeGroup),
		change(http.MethodPut, groups+"{id}/", forUsers, d.changeGroup),
		change(http.MethodDelete, groups+"{id}/", forUsers, d.removeGroup),

		get(apps, forAPIAccess, d.apps),
		get(apps+"scopes/", forAPIAccess, d.scopes),
		get(apps+"tokens/", forAPIAccess, d.bareTokens),
		change(http.MethodDelete, apps+"tokens/{id}/", forAPIAccess, d.endBareToken),
		change(http.MethodPost, apps, forAPIAccess, d.makeApp),
		get(apps+"{id}/", forAPIAccess, d.showApp),
		change(http.MethodPost, apps+"{id}/rotate/", forAPIAccess, d.rotateApp),
		change(http.MethodDelete, apps+"{id}/", forAPIAccess, d.endApp),
		get(apps+"{id}/grants/", forAPIAccess, d.grants),
		change(http.MethodDelete, apps+"{id}/grants/{grant}/", forAPIAccess, d.endGrant),

		get(hooks, forSettings, d.webhooks),
		change(http.MethodPost, hooks, forSettings, d.makeWebhook),
		get(hooks+"{id}/", forSettings, d.showWebhook),
		change(http.MethodPatch, hooks+"{id}/", forSettings, d.changeWebhook),
		change(http.MethodDelete, hooks+"{id}/", forSettings, d.endWebhook),
		change(http.MethodPost, hooks+"{id}/rotate/", forSettings, d.rotateWebhook),
		change(http.MethodPost, hooks+"{id}/test/", forSettings, d.testWebhook),
		change(http.MethodPost, hooks+"{id}/replay/", forSettings, d.replayWebhook),
		get(hooks+"{id}/deliveries/", forSettings, d.deliveries),
		get(hooks+"{id}/events/{event}/payload/", forSettings, d.payload),

		get("settings/audit/", forUsers, d.audit),
		get("settings/audit/export/", forUsers, d.exportAudit),

		get(sessions, page.SignedIn, d.sessions),
		change(http.MethodPost, sessions+"end-others/", page.SignedIn, d.endOtherSessions),
		change(http.MethodPost, sessions+"confirm/", page.SignedIn, d.confirm),
		change(http.MethodDelete, sessions+"{id}/", page.SignedIn, d.endSession),
	}
}

const accessPage = 50 // rows of a list here

// after is the place where a page goes on: an id. 0 is the beginning, also for what is
// none.
func after(q *page.Request) int64 {
	n, err := strconv.ParseInt(q.Query("after"), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// newest is the page, newest first, that goes on behind an id.
func newest(q *page.Request) desk.Page {
	p := desk.Page{Size: accessPage}
	if id := after(q); id > 0 {
		p.Key = &desk.Key{ID: id}
	}
	return p
}

// paged answers a page whose rows were made of things with an id.
func paged[T any](q *page.Request, rows []T, more bool, last int64) error {
	l := list[T]{Results: rows}
	if rows == nil {
		l.Results = []T{}
	}
	if more {
		next := strconv.FormatInt(last, 10)
		l.Next = &next
	}
	return q.JSON(http.StatusOK, l)
}

// done answers a change that has nothing to show.
func done(q *page.Request, err error) error {
	if err != nil {
		return err
	}
	q.W.WriteHeader(http.StatusNoContent)
	return nil
}

// author is who is signed in, for the audit log.
func author(q *page.Request) access.Author {
	return access.Author{AccountID: q.Staff.AccountID, UserID: q.Staff.UserID, Visit: q.Visit()}
}

// few refuses lists longer than anybody needs.
func few[T any](field string, lists ...[]T) error {
	const most = 500
	for _, list := range lists {
		if len(list) > most {
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{field: {"There are too many."}}}
		}
	}
	return nil
}
