package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/media"
	"storedesk/internal/jobs"
	"storedesk/internal/out/webhook"
	"storedesk/internal/outbound"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
	"storedesk/internal/wire"
)

// networks are the private networks that webhooks may reach.
func (c *Config) networks() []netip.Prefix {
	list, _ := outbound.ParseNetworks(c.InternalNetworks) // checked with the rest of the configuration
	return list
}

func (c *Config) checkTarget(url string) error { return outbound.CheckURL(url, c.networks()) }

// deliveries builds what brings events to the addresses that stores have named.
func (a *App) deliveries() *webhook.Service {
	links := media.Links(time.Now)
	return &webhook.Service{
		DB: a.DB, Feed: a.Feed, Log: a.Log, Now: time.Now, Store: a.Stores.ByID,
		Client: outbound.Client(outbound.Options{Allow: a.Config.networks(), MaxIdlePerHost: 8}),
		Links:  func(st *desk.Store) wire.Linker { return links(st, a.Config.Origin(st)) },
		Warn:   a.warnOfWebhook,
	}
}

// warnOfWebhook tells the operator that a webhook loses events.
func (a *App) warnOfWebhook(ctx context.Context, st *desk.Store, hook *desk.Webhook) error {
	a.Log.WarnContext(ctx, "a webhook loses events", slog.Bool("switched_off", !hook.Active), slog.String("store", st.Name), slog.Int64("webhook_id", hook.ID), slog.String("target", hook.Target))
	if a.Outgoing.CanMail(st) {
		return a.Outgoing.WarnWebhook(ctx, st, hook)
	}
	return nil
}

// runner builds what does the jobs of this node.
func (a *App) runner() *jobs.Runner {
	kinds := append(append(a.Deliveries.Kinds(), a.mailKinds()...), a.Rules.Kinds()...)
	kinds = append(kinds, a.Tickets.Kinds(a.Stores.ByID)...)
	kinds = append(
		kinds,
		jobs.Kind{Name: "sweep", Every: 10 * time.Minute, Timeout: 5 * time.Minute, Work: func(ctx context.Context, _ *desk.Job) jobs.Result {
			return jobs.Done(a.Sweep(ctx, time.Now()))
		}},
		jobs.Kind{Name: "mirrors", Every: time.Minute, Work: func(ctx context.Context, _ *desk.Job) jobs.Result {
			return jobs.Done(a.pullMirrors(ctx))
		}},
		jobs.Kind{Name: tickets.BulkKind, Timeout: time.Hour, Work: a.changeMany},
		jobs.Kind{Name: mirrorKind, Timeout: 6 * time.Hour, Work: a.pullMirror},
		jobs.Kind{Name: desk.CustomerTaskJob, Timeout: 6 * time.Hour, Limit: 1, Work: a.customerTask},
		jobs.Kind{Name: tickets.MoveKind, Timeout: 6 * time.Hour, Limit: 1, Work: a.forStore(func(ctx context.Context, st *desk.Store, j *desk.Job) error {
			return a.Tickets.Move(ctx, st, j.Args)
		})},
		jobs.Kind{Name: settings.RebuildKind, Timeout: 6 * time.Hour, Limit: 1, Work: a.forStore(func(ctx context.Context, st *desk.Store, _ *desk.Job) error {
			return a.DB.RebuildDocuments(ctx, st)
		})},
	)
	return jobs.New(a.DB, time.Now, a.Log, kinds...)
}

// changeMany carries a bulk change on, or its undoing.
func (a *App) changeMany(ctx context.Context, j *desk.Job) jobs.Result {
	var args struct{ Bulk int64 }
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	st, err := a.Stores.ByID(ctx, j.StoreID)
	if err == nil {
		err = a.Tickets.WorkBulk(ctx, st, args.Bulk)
	}
	return jobs.Result{Err: err, Final: errors.Is(err, desk.ErrNotFound)}
}

// forStore is the work of a job that is about its store.
func (a *App) forStore(work func(context.Context, *desk.Store, *desk.Job) error) func(context.Context, *desk.Job) jobs.Result {
	return func(ctx context.Context, j *desk.Job) jobs.Result {
		st, err := a.Stores.ByID(ctx, j.StoreID)
		if err != nil {
			return jobs.Result{Err: err, Final: true}
		}
		return jobs.Done(work(ctx, st, j))
	}
}

// mirrorKind is the kind of the jobs that pull one live store each.
const mirrorKind = "mirror"

// pullMirrors makes a job for each store whose mirror is due.
func (a *App) pullMirrors(ctx context.Context) error {
	due, err := a.Mirror.Due(ctx, time.Now())
	if err != nil || len(due) == 0 {
		return err
	}
	now := desk.At(time.Now())
	return a.DB.Write(ctx, func(tx *store.Tx) error {
		for _, st := range due {
			tx.Enqueue(&desk.Job{
				StoreID: st.ID, Kind: mirrorKind, Once: fmt.Sprintf("%s:%d", mirrorKind, st.ID), Args: []byte("{}"), RunAt: now, CreatedAt: now,
			})
		}
		return nil
	})
}

// pullMirror pulls a live store. What goes wrong is in the mirror's own record, and the
// next pull tries again.
func (a *App) pullMirror(ctx context.Context, j *desk.Job) jobs.Result {
	st, err := a.Stores.ByID(ctx, j.StoreID)
	if err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	_, err = a.Mirror.Run(ctx, st)
	if desk.CodeOf(err) == desk.Conflict || errors.Is(err, store.ErrLeaseLost) {
		return jobs.Done(nil) // pulled elsewhere, or no more
	}
	if err != nil && ctx.Err() == nil {
		a.Log.WarnContext(ctx, "pulling a live store", slog.String("store", st.Name), slog.Any("error", err))
		return jobs.Done(nil)
	}
	return jobs.Done(err)
}

// customerTask carries on with a merge or an erasure of a customer.
func (a *App) customerTask(ctx context.Context, j *desk.Job) jobs.Result {
	var args struct{ User int64 }
	if err := json.Unmarshal(j.Args, &args); err != nil {
		return jobs.Result{Err: err, Final: true}
	}
	st, err := a.Stores.ByID(ctx, j.StoreID)
	if err == nil {
		err = a.Tickets.RunCustomerTask(ctx, st, args.User, a.Blobs.Delete)
	}
	return jobs.Result{Err: err, Final: errors.Is(err, desk.ErrNotFound)}
}

// Origin is the URL under which a store is reached, without a slash at the end.
func (c *Config) Origin(st *desk.Store) string {
	host := st.NetworkDomain
	if len(st.Hosts) > 0 {
		host = st.Hosts[0]
	}
	if c.PublicURL != "" {
		return strings.TrimSuffix(strings.ReplaceAll(c.PublicURL, "{host}", host), "/")
	}
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return fmt.Sprintf("http://%s:8080", host)
	}
	return "https://" + host
}
