package staff

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

type membersData struct {
	Members     []desk.Member
	Invitations []desk.Link
	Groups      []desk.PermissionGroup
	Errors      desk.Fields
	Done        string
	Input       access.NewMember
}

// GroupNames are the names of a member's groups.
func (m membersData) GroupNames(ids []int64) []string {
	var names []string
	for _, g := range m.Groups {
		if slices.Contains(ids, g.ID) {
			names = append(names, g.Name)
		}
	}
	return names
}

func (d *door) members(q *page.Request) error {
	return d.showMembers(q, http.StatusOK, membersData{Done: done(q)})
}

func (d *door) showMembers(q *page.Request, status int, data membersData) error {
	var err error
	if data.Members, data.Invitations, err = d.accounts.Members(q.Ctx(), q.Store, q.Staff); err != nil {
		return err
	}
	if data.Groups, err = d.accounts.Groups(q.Ctx(), q.Store, q.Staff); err != nil {
		return err
	}
	return d.views.Render(q, status, "members.html", data)
}

// groupIDs are the groups ticked in a form.
func groupIDs(q *page.Request) ([]int64, error) {
	_ = q.Form("") // parses the form
	var ids []int64
	for _, text := range q.R.PostForm["group"] {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, desk.Errorf(desk.Invalid, "%q is no group", text)
		}
		ids = append(ids, n)
	}
	return ids, nil
}

// handed is a link that is shown once, to be handed over.
type handed struct {
	Kind  desk.LinkKind
	Email string
	URL   string
}

func (d *door) invite(q *page.Request) error {
	ids, err := groupIDs(q)
	if err != nil {
		return err
	}
	in := access.NewMember{Email: q.Form("email"), Name: q.Form("name"), Admin: q.Form("admin") == "yes", GroupIDs: ids}
	path, err := d.accounts.Invite(q.Ctx(), q.Store, q.Staff, in, q.Visit())
	if list, ok := fields(err); ok {
		return d.showMembers(q, http.StatusBadRequest, membersData{Errors: list, Input: in})
	}
	if err != nil {
		return err
	}
	link := q.Client.URL() + path
	if d.accounts.Post != nil { // shown all the same: mail may fail to arrive
		d.accounts.Post.SendLink(q.Ctx(), q.Store, desk.LinkInvitation, in.Email, link)
	}
	return d.views.Render(q, http.StatusOK, "handed.html", handed{desk.LinkInvitation, in.Email, link})
}

func (d *door) takeBack(q *page.Request) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	return backTo(q, staffPath, "invitation_taken_back", d.accounts.TakeBack(q.Ctx(), q.Store, q.Staff, n, q.Visit()))
}

func backTo(q *page.Request, path, message string, err error) error {
	if err != nil {
		return err
	}
	return q.Redirect(path + "?" + url.Values{"done": {message}}.Encode())
}

type memberData struct {
	Member  *desk.Member
	Groups  []desk.PermissionGroup
	Problem string
}

// In tells whether the member is in a group.
func (m memberData) In(id int64) bool { return slices.Contains(m.Member.GroupIDs, id) }

func (d *door) member(q *page.Request) error { return d.showMember(q, http.StatusOK, "") }

func (d *door) showMember(q *page.Request, status int, problem string) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	members, _, err := d.accounts.Members(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(members, func(m desk.Member) bool { return m.AccountID == n })
	if i < 0 {
		return desk.ErrNotFound
	}
	groups, err := d.accounts.Groups(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return err
	}
	return d.views.Render(q, status, "member.html", memberData{Member: &members[i], Groups: groups, Problem: problem})
}

// explained shows the member's page with a message, for errors that have one.
func (d *door) explained(q *page.Request, err error) error {
	var e *desk.Error
	if errors.As(err, &e) && page.English.Has(e.Message) {
		return d.showMember(q, http.StatusConflict, e.Message)
	}
	return err
}

func (d *door) changeMember(q *page.Request) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	ids, err := groupIDs(q)
	if err != nil {
		return err
	}
	if err := d.accounts.Change(q.Ctx(), q.Store, q.Staff, n, q.Form("admin") == "yes", ids, q.Visit()); err != nil {
		return d.explained(q, err)
	}
	return backTo(q, staffPath, "member_changed", nil)
}

func (d *door) removeMember(q *page.Request) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	if err := d.accounts.Remove(q.Ctx(), q.Store, q.Staff, n, q.Visit()); err != nil {
		return d.explained(q, err)
	}
	return backTo(q, staffPath, "member_removed", nil)
}

func (d *door) resetLink(q *page.Request) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	path, err := d.accounts.ResetLink(q.Ctx(), q.Store, q.Staff, n, q.Visit())
	if err != nil {
		return d.explained(q, err)
	}
	return d.views.Render(q, http.StatusOK, "handed.html", handed{desk.LinkReset, "", q.Client.URL() + path})
}

type groupsData struct {
	Groups      []desk.PermissionGroup
	Permissions []desk.Permission
	Errors      desk.Fields
	Done        string
}

// Has tells whether a group gives a permission.
func (groupsData) Has(g desk.PermissionGroup, p desk.Permission) bool {
	return slices.Contains(g.Permissions, p)
}

func (d *door) groups(q *page.Request) error { return d.showGroups(q, http.StatusOK, nil) }

func (d *door) showGroups(q *page.Request, status int, errors desk.Fields) error {
	groups, err := d.accounts.Groups(q.Ctx(), q.Store, q.Staff)
	if err != nil {
		return err
	}
	return d.views.Render(q, status, "groups.html", groupsData{groups, desk.Permissions, errors, done(q)})
}

func (d *door) saveGroup(q *page.Request) error {
	g := desk.PermissionGroup{Name: q.Form("name")}
	if text := q.Form("id"); text != "" {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n <= 0 {
			return desk.ErrNotFound
		}
		g.ID = n
	}
	for _, p := range q.R.PostForm["permission"] {
		g.Permissions = append(g.Permissions, desk.Permission(p))
	}
	_, err := d.accounts.SaveGroup(q.Ctx(), q.Store, q.Staff, g, q.Visit())
	if list, ok := fields(err); ok {
		return d.showGroups(q, http.StatusBadRequest, list)
	}
	return backTo(q, groupsPath, "group_saved", err)
}

func (d *door) removeGroup(q *page.Request) error {
	n, err := id(q)
	if err != nil {
		return err
	}
	return backTo(q, groupsPath, "group_removed", d.accounts.DeleteGroup(q.Ctx(), q.Store, q.Staff, n, q.Visit()))
}

const auditPage = 50

type auditData struct {
	Entries []desk.AuditEntry
	Older   int64 // id to go on before; 0 = none
}

func (d *door) audit(q *page.Request) error {
	before, _ := strconv.ParseInt(q.Query("before"), 10, 64) // 0, from the end, for what is no number
	list, err := d.accounts.AuditLog(q.Ctx(), q.Store, q.Staff, desk.AuditFilter{}, before, auditPage+1)
	if err != nil {
		return err
	}
	data := auditData{Entries: list}
	if len(list) > auditPage {
		data.Entries, data.Older = list[:auditPage], list[auditPage-1].ID
	}
	return d.views.Render(q, http.StatusOK, "audit.html", data)
}
