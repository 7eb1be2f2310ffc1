package dashboard

import (
	"context"
	"net/http"
	"slices"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// member is somebody who may sign in to the store.
type member struct {
	Account      int64   `json:"account"`
	User         int64   `json:"user"`
	Name         string  `json:"name"`
	Email        string  `json:"email"`
	Admin        bool    `json:"admin"`
	Groups       []int64 `json:"groups"`
	HasPassword  bool    `json:"has_password"`
	SecondFactor bool    `json:"second_factor"`
	CreatedAt    *string `json:"created_at"`
	LastSeenAt   *string `json:"last_seen_at"`
}

func memberOf(m *desk.Member) member {
	return member{
		m.AccountID, m.UserID, m.Name, m.Email, m.Admin, orEmpty(m.GroupIDs), m.HasPassword, m.HasFactor, instant(m.CreatedAt), instant(m.LastSeenAt),
	}
}

// orEmpty is the list, and never null.
func orEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func (d *door) members(q *page.Request) error {
	members, _, err := d.Accounts.Members(q.Ctx(), q.Store, q.Staff)
	rows := make([]member, len(members))
	for i := range members {
		rows[i] = memberOf(&members[i])
	}
	return answer(q, rows, err)
}

// findMember is the member of the path.
func (d *door) findMember(q *page.Request) (*desk.Member, []desk.Member, error) {
	id, err := pathID(q, "id")
	if err != nil {
		return nil, nil, err
	}
	members, _, err := d.Accounts.Members(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return nil, nil, err
	}
	at := slices.IndexFunc(members, func(m desk.Member) bool { return m.AccountID == id })
	if at < 0 {
		return nil, nil, desk.ErrNotFound
	}
	return &members[at], members, nil
}

// countedTickets is how far somebody's tickets are counted.
const countedTickets = 1000

// memberTickets tells how many unsolved tickets are somebody's.
func (d *door) memberTickets(q *page.Request) error {
	m, _, err := d.findMember(q)
	if err != nil {
		return err
	}
	n, err := d.Tickets.Unsolved(q.Ctx(), q.Store, m.UserID, countedTickets+1)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, struct {
		Count int  `json:"count"`
		More  bool `json:"more"`
	}{min(n, countedTickets), n > countedTickets})
}

func (d *door) changeMember(q *page.Request) error {
	var in struct {
		Admin  bool    `json:"admin"`
		Groups []int64 `json:"groups"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if err := few("groups", in.Groups); err != nil {
		return err
	}
	m, _, err := d.findMember(q)
	if err != nil {
		return err
	}
	if err := d.Accounts.Change(q.Ctx(), q.Store, q.Staff, m.AccountID, in.Admin, in.Groups, q.Visit()); err != nil {
		return err
	}
	if m, _, err = d.findMember(q); err != nil {
		return err
	}
	return q.JSON(http.StatusOK, memberOf(m))
}

// oneTime is a link that can be seen this once.
type oneTime struct {
	URL    string `json:"url"`
	Mailed bool   `json:"mailed"`
}

func (d *door) resetLink(q *page.Request) error {
	m, _, err := d.findMember(q)
	if err != nil {
		return err
	}
	path, err := d.Accounts.ResetLink(q.Ctx(), q.Store, q.Staff, m.AccountID, q.Visit())
	if err != nil {
		return err
	}
	return q.JSON(http.StatusCreated, oneTime{URL: q.Client.URL() + path})
}

// removeMember ends a membership and gives the unsolved tickets on. The membership ends
// first: who must go is out at once, whatever becomes of the tickets.
func (d *door) removeMember(q *page.Request) error {
	var in struct {
		AssignTo *int64 `json:"assign_to"` // the user of a colleague; null: nobody
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	m, members, err := d.findMember(q)
	if err != nil {
		return err
	}
	to := int64(0)
	if in.AssignTo != nil {
		to = *in.AssignTo
		colleague := slices.ContainsFunc(members, func(c desk.Member) bool { return c.UserID == to && c.AccountID != m.AccountID })
		if !colleague {
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"assign_to": {"That is no colleague."}}}
		}
	}
	if err := d.Accounts.Remove(q.Ctx(), q.Store, q.Staff, m.AccountID, q.Visit()); err != nil {
		return err
	}
	ctx := context.WithoutCancel(q.Ctx()) // a closed browser leaves no half of them behind
	n, err := d.Tickets.Reassign(ctx, q.Store, m.UserID, to, desk.Write{Actor: q.Staff.Actor()})
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, struct {
		Tickets int `json:"tickets"`
	}{n})
}

// invitation is one that waits to be accepted.
type invitation struct {
	ID        int64   `json:"id"`
	Email     string  `json:"email"`
	Name      string  `json:"name"`
	Admin     bool    `json:"admin"`
	Groups    []int64 `json:"groups"`
	CreatedAt *string `json:"created_at"`
	ExpiresAt *string `json:"expires_at"`
}

func (d *door) invitations(q *page.Request) error {
	_, links, err := d.Accounts.Members(q.Ctx(), q.Store, q.Staff)
	rows := make([]invitation, len(links))
	for i, l := range links {
		rows[i] = invitation{l.ID, l.Email, l.Name, l.Admin, orEmpty(l.GroupIDs), instant(l.CreatedAt), instant(l.ExpiresAt)}
	}
	return answer(q, rows, err)
}

func (d *door) invite(q *page.Request) error {
	var in struct {
		Email  string  `json:"email"`
		Name   string  `json:"name"`
		Admin  bool    `json:"admin"`
		Groups []int64 `json:"groups"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if err := few("groups", in.Groups); err != nil {
		return err
	}
	who := access.NewMember{Email: clean(in.Email), Name: clean(in.Name), Admin: in.Admin, GroupIDs: in.Groups}
	path, err := d.Accounts.Invite(q.Ctx(), q.Store, q.Staff, who, q.Visit())
	if err != nil {
		return err
	}
	link := oneTime{URL: q.Client.URL() + path, Mailed: d.Accounts.Post != nil}
	if link.Mailed { // shown all the same: mail may fail to arrive
		d.Accounts.Post.SendLink(q.Ctx(), q.Store, desk.LinkInvitation, who.Email, link.URL)
	}
	return q.JSON(http.StatusCreated, link)
}

func (d *door) takeBack(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return done(q, d.Accounts.TakeBack(q.Ctx(), q.Store, q.Staff, id, q.Visit()))
}
