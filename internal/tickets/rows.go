package tickets

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"time"

	"storedesk/internal/desk"
)

// Search makes a filter of what somebody typed. Errors: Invalid, with the field q.
func (s *Service) Search(ctx context.Context, st *desk.Store, who *desk.Staff, text string) (*desk.TicketFilter, error) {
	search, err := desk.ParseSearch(text)
	if err != nil {
		return nil, err
	}
	return s.filter(ctx, st, who, &search)
}

func (s *Service) filter(ctx context.Context, st *desk.Store, who *desk.Staff, search *desk.Search) (*desk.TicketFilter, error) {
	known, err := s.DB.SearchKnown(ctx, st, search.Names())
	if err != nil {
		return nil, err
	}
	known.Me, known.Now = who.UserID, s.Now().In(st.Zone)
	if strings.Contains(strings.ToLower(searchText(search)), "group:") {
		if known.MyGroups, err = s.DB.GroupsOfUser(ctx, st, who.UserID); err != nil {
			return nil, err
		}
	}
	return search.Filter(known)
}

func searchText(search *desk.Search) string {
	var b strings.Builder
	for _, t := range search.Terms {
		b.WriteString(t.Key + ":")
	}
	return b.String()
}

// Rows walks one page of what a search finds, as the dashboard's list shows it to an agent.
// A number that is all the words of the search may also be that of a ticket or an order:
// those come in exact, with the first page only. Errors: Invalid, with the field q.
func (s *Service) Rows(ctx context.Context, st *desk.Store, who *desk.Staff, text string, p desk.Page) (rows, exact []desk.TicketRow, more bool, err error) {
	search, err := desk.ParseSearch(text)
	if err != nil {
		return nil, nil, false, err
	}
	f, err := s.filter(ctx, st, who, &search)
	if err != nil {
		return nil, nil, false, err
	}
	if rows, more, err = s.DB.TicketRows(ctx, st, who.UserID, f, p); err != nil {
		return nil, nil, false, err
	}
	if number := search.Number(); number != "" && p.Key == nil {
		exact, err = s.exact(ctx, st, who, &search, number)
	}
	return rows, exact, more, err
}

const maxExact = 10

// exact finds the ticket of a number and those of the order that has it.
func (s *Service) exact(ctx context.Context, st *desk.Store, who *desk.Staff, search *desk.Search, number string) ([]desk.TicketRow, error) {
	rest := search.WithoutWords()
	f, err := s.filter(ctx, st, who, &rest)
	if err != nil {
		return nil, err
	}
	p := desk.Page{Order: desk.NewestFirst, Size: maxExact}
	var rows []desk.TicketRow
	if id, err := strconv.ParseInt(number, 10, 64); err == nil && (f.ID == nil || *f.ID == id) {
		one := *f
		one.ID = &id
		if rows, _, err = s.DB.TicketRows(ctx, st, who.UserID, &one, p); err != nil {
			return nil, err
		}
	}
	f.Choices = append(f.Choices, desk.Choice{Field: desk.FieldOrder, Texts: []string{number}})
	ofOrder, _, err := s.DB.TicketRows(ctx, st, who.UserID, f, p)
	for _, r := range ofOrder {
		if len(rows) == 0 || rows[0].ID != r.ID {
			rows = append(rows, r)
		}
	}
	return rows, err
}

// RowsByID are the tickets with these ids as a list shows them; those that are not there
// are left out.
func (s *Service) RowsByID(ctx context.Context, st *desk.Store, who *desk.Staff, ids []int64) ([]desk.TicketRow, error) {
	return s.DB.TicketRowsByID(ctx, st, who.UserID, ids)
}

// CountedUpTo is where counting ends: more is "many".
const CountedUpTo = 999

const countLife = 4 * time.Second

// counts remember for a moment how many tickets a search finds.
type counts struct {
	mu sync.Mutex
	m  map[countKey]counted
}

type countKey struct {
	store, user int64
	search      string
}

type counted struct {
	n  int
	at time.Time
}

// Count counts what a search finds, at most CountedUpTo + 1. What it says may be a few
// seconds old. Errors: Invalid, with the field q.
func (s *Service) Count(ctx context.Context, st *desk.Store, who *desk.Staff, text string) (int, error) {
	key := countKey{st.ID, who.UserID, text}
	s.counted.mu.Lock()
	known, ok := s.counted.m[key]
	s.counted.mu.Unlock()
	if ok && time.Since(known.at) < countLife {
		return known.n, nil
	}
	f, err := s.Search(ctx, st, who, text)
	if err != nil {
		return 0, err
	}
	n, err := s.DB.CountTickets(ctx, st, f, CountedUpTo)
	if err != nil {
		return 0, err
	}
	s.counted.mu.Lock()
	defer s.counted.mu.Unlock()
	if s.counted.m == nil || len(s.counted.m) > 10_000 {
		s.counted.m = map[countKey]counted{}
	}
	s.counted.m[key] = counted{n, time.Now()}
	return n, nil
}

// LastComments are the newest comments of a ticket, oldest of them first, and who wrote
// them, by id; ErrNotFound.
func (s *Service) LastComments(ctx context.Context, st *desk.Store, id int64, limit int) ([]desk.Comment, map[int64]*desk.User, error) {
	list, err := s.DB.LastComments(ctx, st, id, limit)
	if err != nil {
		return nil, nil, err
	}
	var ids []int64
	for _, c := range list {
		if c.AuthorID != 0 {
			ids = append(ids, c.AuthorID)
		}
	}
	authors, err := s.DB.UsersByID(ctx, st, ids)
	return list, authors, err
}
