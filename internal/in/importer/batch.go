package importer

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// batch is a run of objects with the places they came from.
type batch[T any] struct {
	list   []T
	places []string
}

func (b *batch[T]) add(v T, place string) {
	b.list = append(b.list, v)
	b.places = append(b.places, place)
}

// write gives a batch to the store and counts what became of it.
func (b *batch[T]) write(ctx context.Context, r *run, k Kind, write func(context.Context, []T) (store.BulkResult, error)) error {
	result, err := write(ctx, b.list)
	if err != nil {
		return err
	}
	for _, f := range result.Failed {
		r.bad(k, b.places[f.Index], "%v", f.Err)
	}
	r.wrote(k, result)
	return nil
}

// tagged resolves what must happen in the order of the source: tags are counted as
// they appear.
func (r *run) tagged(ctx context.Context, list []*importedTicket) error {
	var names []string
	seen := map[string]bool{}
	for _, t := range list {
		for _, name := range t.tags {
			if !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	if err := r.bulk.MakeTags(ctx, names); err != nil {
		return err
	}
	for _, t := range list {
		t.Tags = r.bulk.Tags(t.tags)
	}
	return nil
}

// linked gives every attachment the path of its link. Where the source names none,
// it keeps the one an earlier run made, or gets a new one.
func (r *run) linked(ctx context.Context, list []*importedTicket) error {
	var unknown []*desk.Attachment
	for _, t := range list {
		for _, c := range t.Comments {
			for i := range c.Attachments {
				a := &c.Attachments[i]
				if a.Path = mediaPath(t.files[a.ID]); a.Path == "" {
					unknown = append(unknown, a)
				}
			}
		}
	}
	for part := range slices.Chunk(unknown, 1000) {
		ids := make([]int64, len(part))
		for i, a := range part {
			ids[i] = a.ID
		}
		had, err := r.bulk.Attachments(ctx, ids)
		if err != nil {
			return err
		}
		for _, a := range part {
			if a.Path = had[a.ID].Path; a.Path == "" {
				a.Path = desk.MediaPath(desk.Upload{FileName: a.FileName, BlobKey: strings.ToLower(rand.Text())})
			}
		}
	}
	return nil
}

// ready makes tickets ready to be written and reports their repairs.
func (r *run) ready(list []*importedTicket) *store.TicketBatch {
	bulk := make([]*store.BulkTicket, len(list))
	for i, t := range list {
		bulk[i] = &t.BulkTicket
		if len(t.repairs) > 0 {
			r.problem(Tickets, Problem{Place: t.place, Reason: strings.Join(t.repairs, "; "), Repaired: true})
		}
	}
	return r.bulk.PrepareTickets(bulk)
}

func (r *run) writeTickets(ctx context.Context, list []*importedTicket, b *store.TicketBatch) error {
	result, err := r.bulk.WriteTickets(ctx, b)
	if err != nil {
		return err
	}
	for _, f := range result.Failed {
		r.bad(Tickets, list[f.Index].place, "ticket %d: %v", list[f.Index].ID, f.Err)
	}
	r.wrote(Tickets, result)
	return nil
}
