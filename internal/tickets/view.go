package tickets

import (
	"context"
	"fmt"
	"slices"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// View is a ticket with what stands beside it on its page.
type View struct {
	Ticket       *desk.Ticket
	Users        map[int64]*desk.User // requester and assignee
	Addresses    []string             // further ones of the requester
	Type, Group  string               // names
	Products     map[int64]*desk.Product
	Order        *desk.Order // nil: none, or not known here
	Participants []desk.Participant
	Links        []desk.TicketLink
	Linked       map[int64]*desk.Ticket // the other ends of links
	OpenTickets  int                    // of the requester
	Note         desk.CustomerNote      // about the requester
	LastCustomer desk.Instant           // when a customer last wrote
	LastComment  int64                  // that comment
	Seen         int64                  // up to which event the reader has seen it
}

const maxOpen = 100 // tickets of one requester that are counted

// View reads a ticket for its page. Errors: ErrNotFound.
func (s *Service) View(ctx context.Context, st *desk.Store, id, reader int64) (*View, error) {
	t, err := s.DB.Ticket(ctx, st, id)
	if err != nil {
		return nil, err
	}
	v := &View{Ticket: t}
	for _, read := range []func() error{
		func() (err error) {
			v.Users, err = s.DB.UsersByID(ctx, st, given(t.RequesterID, t.AssigneeID))
			return err
		},
		func() error { return s.viewNames(ctx, st, v) },
		func() error { return s.viewRequester(ctx, st, v) },
		func() (err error) {
			v.Products, err = s.DB.ProductsByID(ctx, st, t.Products)
			return err
		},
		func() (err error) {
			if t.Order == "" {
				return nil
			}
			if v.Order, err = s.DB.Order(ctx, st, t.Order); desk.CodeOf(err) == desk.NotFound {
				v.Order, err = nil, nil
			}
			return err
		},
		func() (err error) {
			v.Participants, err = s.DB.Participants(ctx, st, id)
			return err
		},
		func() error { return s.viewLinks(ctx, st, v) },
		func() (err error) {
			v.LastComment, v.LastCustomer, err = s.DB.LastFromCustomer(ctx, st, id)
			return err
		},
		func() (err error) {
			v.Seen, err = s.DB.Seen(ctx, st, reader, id)
			return err
		},
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	return v, nil
}

func given(ids ...int64) []int64 {
	return slices.DeleteFunc(ids, func(id int64) bool { return id == 0 })
}

func (s *Service) viewNames(ctx context.Context, st *desk.Store, v *View) error {
	for _, n := range []struct {
		of store.NamedTable
		id int64
		to *string
	}{{store.NamedTypes, v.Ticket.TypeID, &v.Type}, {store.NamedGroups, v.Ticket.GroupID, &v.Group}} {
		names, err := s.DB.NamesByID(ctx, st, n.of, given(n.id))
		if err != nil {
			return err
		}
		*n.to = names[n.id]
	}
	return nil
}

func (s *Service) viewRequester(ctx context.Context, st *desk.Store, v *View) (err error) {
	if v.Ticket.RequesterID == 0 {
		return nil
	}
	if v.Addresses, err = s.DB.UserAddresses(ctx, st, v.Ticket.RequesterID); err != nil {
		return err
	}
	if v.Note, err = s.DB.CustomerNote(ctx, st, v.Ticket.RequesterID); err != nil {
		return err
	}
	v.OpenTickets, err = s.DB.CountOpen(ctx, st, v.Ticket.RequesterID, maxOpen)
	return err
}

func (s *Service) viewLinks(ctx context.Context, st *desk.Store, v *View) (err error) {
	if v.Links, err = s.DB.TicketLinks(ctx, st, v.Ticket.ID); err != nil {
		return err
	}
	v.Links = v.Links[:min(len(v.Links), 2*maxLinks)]
	ids := make([]int64, len(v.Links))
	for i, l := range v.Links {
		ids[i] = l.TicketID
	}
	v.Linked, err = s.DB.TicketsByID(ctx, st, ids)
	return err
}

// Related are tickets that may have to do with one.
type Related struct {
	Requester, Order []desk.Ticket // of the same requester; about the same order
}

const maxRelated = 20

// Related lists the latest tickets of the same requester and about the same order, this one
// left out. Errors: ErrNotFound.
func (s *Service) Related(ctx context.Context, st *desk.Store, id int64) (*Related, error) {
	found, err := s.DB.TicketsByID(ctx, st, []int64{id})
	if err != nil {
		return nil, err
	}
	t := found[id]
	if t == nil {
		return nil, desk.ErrNotFound
	}
	address := ""
	if t.FromEmail != nil {
		address = *t.FromEmail
	}
	r := &Related{}
	this := func(x desk.Ticket) bool { return x.ID == id }
	if t.RequesterID != 0 || address != "" {
		if r.Requester, err = s.DB.LatestTicketsOf(ctx, st, t.RequesterID, address, "", maxRelated+1); err != nil {
			return nil, err
		}
		r.Requester = slices.DeleteFunc(r.Requester, this)
	}
	if t.Order != "" {
		if r.Order, err = s.DB.LatestTicketsOf(ctx, st, 0, "", t.Order, maxRelated+1); err != nil {
			return nil, err
		}
		r.Order = slices.DeleteFunc(r.Order, this)
	}
	return r, nil
}

// Conflict is a field that two people have changed at once.
type Conflict struct {
	Field string
	Now   any // what it is
	By    desk.Actor
}

// Change is Update for a person who has seen the ticket as it was at event seq: it is
// refused, with Stale and what differs, when somebody else has changed one of the same fields
// since. Other changes do not matter.
func (s *Service) Change(ctx context.Context, st *desk.Store, id, seq int64, in *desk.TicketInput, w desk.Write) (conflicts []Conflict, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		conflicts = nil
		t, err := tx.LockTicket(ctx, st, id)
		if err != nil {
			return err
		}
		if seq < t.Seq {
			since, err := s.DB.LaterEvents(ctx, st, &desk.Event{TicketID: id, Seq: max(seq, 0)})
			if err != nil {
				return err
			}
			if conflicts = clashes(t, in, since, w.Actor); len(conflicts) > 0 {
				return desk.Errorf(desk.Stale, "Somebody else has changed this meanwhile.")
			}
		}
		_, err = s.UpdateIn(ctx, tx, st, id, in, w)
		return err
	})
	return conflicts, err
}

// clashes lists the fields that the input would take back from somebody else.
func clashes(t *desk.Ticket, in *desk.TicketInput, since []desk.Event, by desk.Actor) (list []Conflict) {
	wanted := map[string]any{}
	after := *t
	names := map[string]int64{}
	if in.Tags != nil {
		for i, name := range *in.Tags {
			names[name] = int64(-i - 1)
		}
		for _, tag := range t.Tags {
			if _, ok := names[tag.Name]; ok {
				names[tag.Name] = tag.ID
			}
		}
	}
	for _, c := range after.Apply(in, desk.Known{Tags: names}, t.UpdatedAt) {
		wanted[c.Field] = c.From
	}
	for _, e := range since { // latest first
		if e.Actor == by {
			continue
		}
		for _, c := range e.Changes {
			if now, ok := wanted[c.Field]; ok {
				list = append(list, Conflict{c.Field, now, e.Actor})
				delete(wanted, c.Field)
			}
		}
	}
	return list
}

// See notes that a user has seen a ticket up to one of its events. Errors: ErrNotFound.
func (s *Service) See(ctx context.Context, st *desk.Store, id, user, seq int64) error {
	latest, err := s.DB.TicketVersion(ctx, st, id)
	if err != nil {
		return err
	}
	seen, err := s.DB.Seen(ctx, st, user, id)
	if err != nil || seen >= min(seq, latest) {
		return err
	}
	return s.DB.WriteSoon(ctx, func(tx *store.Tx) error {
		tx.MarkSeen(st, user, id, min(seq, latest), desk.At(s.Now()))
		return nil
	})
}

// presenceLife is how long somebody counts as being there after a sign of life.
const presenceLife = 45 * time.Second

// Here notes what a user does at a ticket, "" for nothing any more, and returns who else is
// there, and whether the others did not know. Errors: ErrNotFound, Invalid.
func (s *Service) Here(ctx context.Context, st *desk.Store, id, user int64, state desk.PresenceState) (others []desk.Presence, news bool, err error) {
	switch state {
	case "", desk.PresenceViewing, desk.PresenceTyping:
	default:
		return nil, false, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"state": {fmt.Sprintf("%q is no state.", state)}}}
	}
	if _, err := s.DB.TicketVersion(ctx, st, id); err != nil {
		return nil, false, err
	}
	now := s.Now()
	if others, err = s.DB.Presences(ctx, st, id, desk.At(now)); err != nil {
		return nil, false, err
	}
	before := desk.PresenceState("")
	others = slices.DeleteFunc(others, func(p desk.Presence) bool {
		if p.UserID == user {
			before = p.State
		}
		return p.UserID == user
	})
	err = s.DB.WriteSoon(ctx, func(tx *store.Tx) error {
		tx.SetPresence(st, desk.Presence{TicketID: id, UserID: user, State: state, Until: desk.At(now.Add(presenceLife))})
		return nil
	})
	return others, before != state, err
}
