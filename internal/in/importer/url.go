package importer

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// FromURL pulls a live store over its Admin API: users, ticket types (where the source
// offers them), products, orders with their lines, tickets with their comments and the
// files of attachments. Lists are walked from their oldest end, so that what is added
// meanwhile is met last. How far it has come is recorded after each page: run again
// after an interruption it goes on there; run again after it was done it walks
// everything anew and writes only what changed.
//
// The error tells why the import stopped; objects left out are in the report instead.
func FromURL(ctx context.Context, db *store.DB, st *desk.Store, blobs blob.Store, o Options) (Report, error) {
	r := newRun(o)
	r.bulk = db.NewBulk(st, func() desk.Instant { return desk.At(r.Now()) })
	c, err := newClient(&r.Options)
	if err != nil {
		return r.report, err
	}
	p := &pull{run: r, client: c, db: db, st: st, files: newFiles(c, blobs, &r.Options), source: c.base.String()}
	return r.report, p.kinds(ctx, Kinds)
}

// kinds walks lists one after another, then forgets how far they have come.
func (p *pull) kinds(ctx context.Context, kinds []Kind) error {
	for _, k := range kinds {
		if err := p.kind(ctx, k); err != nil {
			return fmt.Errorf("importing %s: %w", k, err)
		}
	}
	for _, k := range kinds {
		if err := p.record(ctx, k, ""); err != nil {
			return err
		}
	}
	return p.linkHistory(ctx, p.db, p.st)
}

// pull is an import from a live store.
type pull struct {
	*run
	client *client
	db     *store.DB
	st     *desk.Store
	files  *files
	refs   *store.Refs // of tickets
	source string      // under which it is recorded how far the pull has come
}

// oldestFirst is the query of the page at the oldest end of a list: its cursor is
// r=1. Sources that know page_size give larger pages, the others ignore it.
const oldestFirst = "cursor=cj0x&page_size=100"

func (k Kind) path() string {
	if k == TicketTypes {
		return "tickettypes/"
	}
	return string(k) + "/"
}

// kind walks one list.
func (p *pull) kind(ctx context.Context, k Kind) error {
	p.begin(k)
	defer p.finish(k)
	if k == Tickets {
		var err error
		if p.refs, err = p.bulk.BeginTickets(ctx); err != nil {
			return err
		}
	}
	query, err := p.db.Imported(ctx, p.st, p.source, string(k))
	if err != nil {
		return err
	}
	resumed := query != ""
	if !resumed {
		query = oldestFirst
	}
	for {
		var page struct {
			Previous *string           `json:"previous"`
			Results  []json.RawMessage `json:"results"`
		}
		err := p.client.get(ctx, k.path(), query, &page)
		switch {
		case errors.Is(err, errGone) && resumed: // the source forgot the place
			query, resumed = oldestFirst, false
			continue
		case errors.Is(err, errGone) && k == TicketTypes:
			p.Log.InfoContext(ctx, "the source does not offer ticket types")
			return nil
		case err != nil:
			return err
		}
		if err := p.page(ctx, k, page.Results); err != nil {
			return err
		}
		last := page.Previous == nil
		if !last {
			if query, err = queryOf(*page.Previous); err != nil {
				return err
			}
		}
		// The last page is read again when the import goes on: it may have grown.
		if err := p.record(ctx, k, query); err != nil || last {
			return err
		}
		resumed = true
	}
}

// queryOf takes the place out of a link. Scheme, host and path of the source count,
// whatever a link says: behind a proxy it may name another.
func queryOf(link string) (string, error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", fmt.Errorf("a link of the source: %w", err)
	}
	if u.Query().Get("cursor") == "" {
		return "", fmt.Errorf("a link of the source has no cursor: %.200s", link)
	}
	return u.RawQuery, nil
}

func (p *pull) record(ctx context.Context, k Kind, position string) error {
	return p.db.SetImported(ctx, p.st, p.source, string(k), position, desk.At(p.Now()))
}

// page writes the objects of a page, the oldest of which stands last.
func (p *pull) page(ctx context.Context, k Kind, results []json.RawMessage) error {
	switch k {
	case Users:
		return pageOf(ctx, p, k, results, user, p.bulk.WriteUsers)
	case TicketTypes:
		return pageOf(ctx, p, k, results, ticketType, p.bulk.WriteTicketTypes)
	case Products:
		return pageOf(ctx, p, k, results, product, p.bulk.WriteProducts)
	case Orders:
		return p.orders(ctx, results)
	default:
		return p.tickets(ctx, results)
	}
}

func pageOf[T any](ctx context.Context, p *pull, k Kind, results []json.RawMessage, read func([]byte) (T, error),
	write func(context.Context, []T) (store.BulkResult, error),
) error {
	var b batch[T]
	for i := len(results) - 1; i >= 0; i-- {
		place := p.place(k, results[i])
		v, err := read(results[i])
		if err != nil {
			p.bad(k, place, "%v", err)
			continue
		}
		b.add(v, place)
	}
	return b.write(ctx, p.run, k, write)
}

// place is the URL of an object, as far as it says what it is called.
func (p *pull) place(k Kind, object []byte) string {
	var named struct {
		ID     json.RawMessage `json:"id"`
		Number number          `json:"number"`
	}
	name := "?"
	if json.Unmarshal(object, &named) == nil {
		if len(named.ID) > 0 && len(named.ID) < 25 {
			name = string(named.ID)
		}
		if k == Orders && named.Number != "" {
			name = url.PathEscape(string(named.Number))
		}
	}
	return p.client.base.String() + "/api/admin/" + k.path() + name + "/"
}

// orders fetches the lines that a list of orders does not show, unless the order is
// here and has not changed since.
func (p *pull) orders(ctx context.Context, results []json.RawMessage) error {
	var b batch[*desk.Order]
	for i := len(results) - 1; i >= 0; i-- {
		place := p.place(Orders, results[i])
		o, err := order(results[i])
		if err == nil && !bytes.Contains(results[i], []byte(`"lines"`)) {
			o, err = p.lines(ctx, o)
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if errors.Is(err, errDenied) {
			return err
		}
		if err != nil {
			p.bad(Orders, place, "%v", err)
			continue
		}
		b.add(o, place)
	}
	return b.write(ctx, p.run, Orders, p.bulk.WriteOrders)
}

func (p *pull) lines(ctx context.Context, o *desk.Order) (*desk.Order, error) {
	had, err := p.db.Order(ctx, p.st, o.Number)
	if err == nil && had.UpdatedAt == o.UpdatedAt {
		o.Lines = had.Lines
		return o, nil
	}
	if err != nil && !errors.Is(err, desk.ErrNotFound) {
		return nil, err
	}
	var detail json.RawMessage
	if err := p.client.get(ctx, "orders/"+url.PathEscape(o.Number)+"/", "", &detail); err != nil {
		return nil, err
	}
	return order(detail)
}

func (p *pull) tickets(ctx context.Context, results []json.RawMessage) error {
	var list []*importedTicket
	for i := len(results) - 1; i >= 0; i-- {
		place := p.place(Tickets, results[i])
		t, err := ticket(results[i], place)
		if err != nil {
			p.bad(Tickets, place, "%v", err)
			continue
		}
		t.check(p.refs)
		list = append(list, t)
	}
	if err := p.tagged(ctx, list); err != nil {
		return err
	}
	for _, t := range list {
		if err := p.fetch(ctx, t); err != nil {
			return err
		}
	}
	return p.writeTickets(ctx, list, p.ready(list))
}

// fetch gets the files of a ticket's attachments that are not here yet.
func (p *pull) fetch(ctx context.Context, t *importedTicket) error {
	if len(t.files) == 0 {
		return nil
	}
	ids := make([]int64, 0, len(t.files))
	for id := range t.files {
		ids = append(ids, id)
	}
	had, err := p.bulk.Attachments(ctx, ids)
	if err != nil {
		return err
	}
	for _, c := range t.Comments {
		for i := range c.Attachments {
			a := &c.Attachments[i]
			old, here := had[a.ID]
			if here && old.TicketID == t.ID {
				a.Path = old.Path
				if old.BlobKey != "" {
					continue // the load keeps the file
				}
			}
			if err := p.files.fetch(ctx, a, t.files[a.ID]); err != nil {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				t.repairs = append(t.repairs, fmt.Sprintf("attachment %d without its file: %v", a.ID, err))
			}
		}
	}
	return nil
}
