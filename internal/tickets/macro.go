package tickets

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Values are what the variables of macros stand for on a ticket, for the agent who writes:
// empty where there is nothing. Errors: ErrNotFound.
func (s *Service) Values(ctx context.Context, st *desk.Store, ticket int64, staff *desk.Staff) (map[string]string, error) {
	c, err := s.DB.Correspondence(ctx, st, ticket, 0)
	if err != nil {
		return nil, err
	}
	return s.valuesOf(ctx, st, &c.Ticket, staff)
}

// ValuesFor is Values for a ticket that is not there yet.
func (s *Service) ValuesFor(ctx context.Context, st *desk.Store, t *desk.Ticket, staff *desk.Staff) (map[string]string, error) {
	return s.valuesOf(ctx, st, t, staff)
}

func (s *Service) valuesOf(ctx context.Context, st *desk.Store, t *desk.Ticket, staff *desk.Staff) (map[string]string, error) {
	people, err := s.DB.UsersByID(ctx, st, slices.DeleteFunc([]int64{t.RequesterID, t.AssigneeID}, func(id int64) bool { return id == 0 }))
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, name := range desk.Variables {
		values[name] = ""
	}
	first, last, _ := strings.Cut(strings.TrimSpace(staff.Name), " ")
	desk.PersonValues(values, "user", first, last, staff.Email)
	for prefix, u := range map[string]*desk.User{"requester": people[t.RequesterID], "assignee": people[t.AssigneeID]} {
		if u != nil {
			desk.PersonValues(values, prefix, u.FirstName, u.LastName, u.Email)
		}
	}
	if t.RequesterID == 0 && t.FromEmail != nil {
		values["requester.email"] = strings.Join(strings.Fields(*t.FromEmail), " ")
	}
	if t.ID != 0 {
		values["ticket.id"] = strconv.FormatInt(t.ID, 10)
	}
	values["ticket.subject"], values["store.name"] = strings.Join(strings.Fields(t.Subject), " "), st.Name
	if t.Order == "" {
		return values, nil
	}
	o, err := s.DB.Order(ctx, st, t.Order)
	if desk.CodeOf(err) == desk.NotFound {
		return values, nil
	}
	if err == nil {
		orderValues(values, st, o)
	}
	return values, err
}

func orderValues(values map[string]string, st *desk.Store, o *desk.Order) {
	values["order.number"], values["order.status"] = o.Number, o.Status
	values["order.total"] = strings.TrimSpace(o.TotalInclTax + " " + o.Currency)
	if o.DatePlaced != 0 {
		values["order.date"] = o.DatePlaced.Time().In(st.Zone).Format("2006-01-02")
	}
	var lines []struct {
		TrackingNumber any `json:"tracking_number"`
		TrackingURL    any `json:"tracking_url"`
	}
	if json.Unmarshal(o.Lines, &lines) != nil {
		return // a shop that sends other lines has no tracking either
	}
	for _, line := range lines {
		for name, v := range map[string]any{"order.tracking_number": line.TrackingNumber, "order.tracking_url": line.TrackingURL} {
			if text, ok := v.(string); ok && values[name] == "" {
				values[name] = strings.Join(strings.Fields(text), " ")
			}
		}
	}
}

// Apply fills a macro in for a ticket, and changes nothing. Errors: ErrNotFound, also for
// a macro that the agent may not use.
func (s *Service) Apply(ctx context.Context, st *desk.Store, macro, ticket int64, staff *desk.Staff) (*desk.Applied, error) {
	m, err := s.usable(ctx, st, macro, staff)
	if err != nil {
		return nil, err
	}
	values, err := s.Values(ctx, st, ticket, staff)
	if err != nil {
		return nil, err
	}
	return applied(m, values), nil
}

// ApplyToNew is Apply for a ticket that is not there yet.
func (s *Service) ApplyToNew(ctx context.Context, st *desk.Store, macro int64, t *desk.Ticket, staff *desk.Staff) (*desk.Applied, error) {
	m, err := s.usable(ctx, st, macro, staff)
	if err != nil {
		return nil, err
	}
	values, err := s.valuesOf(ctx, st, t, staff)
	if err != nil {
		return nil, err
	}
	return applied(m, values), nil
}

func applied(m *desk.Macro, values map[string]string) *desk.Applied {
	a := &desk.Applied{Mode: m.Actions.Mode, Changes: m.Actions.Changes}
	a.Body, a.Unresolved = desk.Fill(m.Actions.Body, values)
	return a
}

// usable returns a macro that an agent may use, or ErrNotFound.
func (s *Service) usable(ctx context.Context, st *desk.Store, macro int64, staff *desk.Staff) (*desk.Macro, error) {
	m, err := s.DB.Macro(ctx, st, macro)
	if err != nil || staff.Can(desk.PermissionMacros) {
		return m, err
	}
	groups, err := s.DB.GroupsOfAccount(ctx, st, staff.AccountID)
	if err == nil && !m.For(groups) {
		err = desk.ErrNotFound
	}
	return m, err
}

// MacroInput is what a macro asks to be written to a ticket on which an agent uses it, as
// bulk work does, which shows no draft first. Errors: ErrNotFound for ticket or macro,
// Invalid when a variable of the comment has no value there.
func (s *Service) MacroInput(ctx context.Context, st *desk.Store, macro, ticket int64, staff *desk.Staff) (*desk.TicketInput, error) {
	m, err := s.usable(ctx, st, macro, staff)
	if err != nil {
		return nil, err
	}
	c, err := s.DB.Correspondence(ctx, st, ticket, 0)
	if err != nil {
		return nil, err
	}
	if c.Ticket.Tags, err = s.DB.TagsOfTicket(ctx, st, ticket); err != nil {
		return nil, err
	}
	values, err := s.valuesOf(ctx, st, &c.Ticket, staff)
	if err != nil {
		return nil, err
	}
	a := applied(m, values)
	if len(a.Unresolved) > 0 {
		return nil, &desk.Error{Code: desk.Invalid, Message: "Variables have no value on this ticket.", Fields: desk.CheckUnfilled("comment", a.Body)}
	}
	in := &desk.TicketInput{}
	a.Changes.Write(in, &c.Ticket)
	if strings.TrimSpace(a.Body) != "" {
		in.Comment = &desk.CommentInput{AuthorID: staff.UserID, Body: &a.Body, Public: a.Mode == desk.CommentPublic}
	}
	return in, nil
}

// CountMacro counts that a macro was used n times, for who calls MacroInput.
func (s *Service) CountMacro(ctx context.Context, st *desk.Store, macro int64, n int) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.CountMacroUse(st, macro, n, desk.At(s.Now()))
		return nil
	})
}
