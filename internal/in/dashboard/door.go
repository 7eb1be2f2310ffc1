// Package dashboard is the door of agents and admins: the application that their browsers
// run, and what its scripts ask for below /dashboard/api/. It decides nothing: a handler
// decodes, calls one verb and encodes.
package dashboard

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/blob"
	"storedesk/internal/commerce"
	"storedesk/internal/desk"
	"storedesk/internal/feed"
	"storedesk/internal/mailroom"
	"storedesk/internal/page"
	"storedesk/internal/people"
	"storedesk/internal/settings"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// Base is where scripts ask.
const Base = "/dashboard/api/"

// Config is what the door needs.
type Config struct {
	Tickets    *tickets.Service
	People     *people.Service
	Commerce   *commerce.Service
	Accounts   *access.Accounts
	Apps       *access.Apps
	Tokens     *access.Service
	Stores     *settings.Stores
	Webhooks   *settings.Webhooks
	Deliveries Deliveries
	Feed       *feed.Service
	Mails      *mailroom.Service
	Macros     *settings.Macros
	// Notifications are the mails that the store sends by itself, and Letters shows them.
	Notifications *settings.Notifications
	Letters       Letters
	Mailboxes     *settings.Mailboxes
	MailHealth    *settings.MailHealth
	CanMail       func(*desk.Store) bool // mail leaves for a store
	Blobs         blob.Store
	Files         fs.FS           // the built application; without index.html the door says that it is not there
	Stopping      <-chan struct{} // closed when the server begins to stop
	Version       string
	// Links makes the addresses of a store's attachments, as they are seen from an origin.
	Links func(st *desk.Store, origin string) wire.Linker
	// Retry queues a mail of ours once more for an address; nil: mail does not leave.
	Retry func(ctx context.Context, st *desk.Store, mail int64, address string) ([]string, error)
	// TryMailbox signs in to a mailbox and changes nothing. It tells how the server numbers the
	// messages, and the number of the next.
	TryMailbox func(ctx context.Context, b *desk.Mailbox) (validity, next uint32, err error)
	// SendTest mails a store itself, and returns the mail's Message-ID. Errors: Invalid when no
	// mail leaves.
	SendTest func(ctx context.Context, st *desk.Store) (messageID string, err error)
	Now      func() time.Time
	Log      *slog.Logger
}

type door struct {
	Config
	app   *application
	rooms rooms
}

// Routes returns the rows of this door.
func Routes(c Config) ([]page.Route, error) {
	app, err := newApplication(c.Files)
	if err != nil {
		return nil, err
	}
	d := &door{Config: c, app: app}
	var rows []page.Route
	for _, part := range [][]page.Route{
		d.appRoutes(), d.meRoutes(), d.lookupRoutes(), d.liveRoutes(),
		d.listRoutes(), d.ticketRoutes(), d.composeRoutes(), d.customerRoutes(), d.settingsRoutes(), d.accessRoutes(),
	} {
		rows = append(rows, part...)
	}
	return rows, nil
}

// Rows of agents, by what they may do.
var (
	forTickets         = page.Permission(desk.PermissionTickets)
	forCustomers       = page.Permission(desk.PermissionCustomers)
	forCustomerTickets = page.Permission(desk.PermissionCustomers, desk.PermissionTickets)
	forMacros          = page.Permission(desk.PermissionMacros)
	forSettings        = page.Permission(desk.PermissionSettings)
	forAPIAccess       = page.Permission(desk.PermissionAPIAccess)
	forUsers           = page.Permission(desk.PermissionUsers)
)

// get is a row that shows something; path is below Base.
func get(path string, needs page.Need, handle func(*page.Request) error) page.Route {
	return page.Route{Method: http.MethodGet, Path: Base + path + "{$}", Needs: needs, CSRF: page.ReadOnly, Handle: handle, API: true}
}

// change is a row that changes something.
func change(method, path string, needs page.Need, handle func(*page.Request) error) page.Route {
	return page.Route{
		Method: method, Path: Base + path + "{$}", Needs: needs, CSRF: page.SameOrigin, Handle: handle, API: true, MaxBody: maxBody,
	}
}

const maxBody = 1 << 20 // bytes of a JSON body

// pathID is a number in the path, or desk.ErrNotFound.
func pathID(q *page.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(q.R.PathValue(name), 10, 64)
	if err != nil || n <= 0 {
		return 0, desk.ErrNotFound
	}
	return n, nil
}

// list is a page of something; Next goes on after it, nil at the end.
type list[T any] struct {
	Results []T     `json:"results"`
	Next    *string `json:"next"`
}

// instant is how a time is shown: RFC 3339 in UTC, null for none.
func instant(at desk.Instant) *string {
	if at == 0 {
		return nil
	}
	text := at.Time().UTC().Format("2006-01-02T15:04:05.000Z07:00")
	return &text
}
