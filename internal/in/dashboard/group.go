package dashboard

import (
	"context"
	"net/http"
	"slices"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// permissionGroup gives its members permissions.
type permissionGroup struct {
	ID          int64             `json:"id"`
	Name        string            `json:"name"`
	Permissions []desk.Permission `json:"permissions"`
	Members     []int64           `json:"members"` // accounts
}

func (d *door) permissionGroups(q *page.Request) error {
	rows, err := d.allGroups(q)
	return answer(q, rows, err)
}

func (d *door) allGroups(q *page.Request) ([]permissionGroup, error) {
	groups, err := d.Accounts.Groups(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return nil, err
	}
	members, _, err := d.Accounts.Members(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return nil, err
	}
	rows := make([]permissionGroup, len(groups))
	for i, g := range groups {
		rows[i] = permissionGroup{g.ID, g.Name, orEmpty(g.Permissions), []int64{}}
		for _, m := range members {
			if slices.Contains(m.GroupIDs, g.ID) {
				rows[i].Members = append(rows[i].Members, m.AccountID)
			}
		}
	}
	return rows, nil
}

// groupInput is a group as a form has it.
type groupInput struct {
	Name        string            `json:"name"`
	Permissions []desk.Permission `json:"permissions"`
	Members     []int64           `json:"members"`
}

func (d *door) makeGroup(q *page.Request) error { return d.saveGroup(q, 0, http.StatusCreated) }

func (d *door) changeGroup(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return d.saveGroup(q, id, http.StatusOK)
}

func (d *door) saveGroup(q *page.Request, id int64, status int) error {
	var in groupInput
	if err := q.Decode(&in); err != nil {
		return err
	}
	if err := few("members", in.Members); err != nil {
		return err
	}
	if len(in.Permissions) > len(desk.Permissions) {
		return desk.Errorf(desk.Invalid, "there are not that many permissions")
	}
	g := desk.PermissionGroup{ID: id, Name: clean(in.Name), Permissions: in.Permissions}
	id, err := d.Accounts.SaveGroup(q.Ctx(), q.Store, q.Staff, g, q.Visit())
	if err != nil {
		return err
	}
	if err := d.Accounts.SetGroupMembers(q.Ctx(), q.Store, q.Staff, id, in.Members, q.Visit()); err != nil {
		return err
	}
	rows, err := d.allGroups(q)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(rows, func(g permissionGroup) bool { return g.ID == id })
	if at < 0 {
		return desk.ErrNotFound // deleted by somebody else at once
	}
	return q.JSON(status, rows[at])
}

// removeGroup deletes a group. Unsolved tickets that were given to it are nobody's again.
func (d *door) removeGroup(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	if err := d.Accounts.DeleteGroup(q.Ctx(), q.Store, q.Staff, id, q.Visit()); err != nil {
		return err
	}
	_, err = d.Tickets.Ungroup(context.WithoutCancel(q.Ctx()), q.Store, id, desk.Write{Actor: q.Staff.Actor()})
	return done(q, err)
}
