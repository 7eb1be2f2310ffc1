package dashboard

import (
	"net/http"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/settings"
)

func (d *door) macroRoutes() []page.Route {
	return []page.Route{
		get("macros/", page.SignedIn, d.macros),
		change(http.MethodPost, "macros/", forMacros, d.makeMacro),
		change(http.MethodPost, "macros/order/", forMacros, d.orderMacros),
		change(http.MethodPost, "macros/preview/", forMacros, d.previewMacro),
		get("macros/export/", forMacros, d.exportMacros),
		change(http.MethodPost, "macros/import/", forMacros, d.importMacros),
		get("macros/{id}/", forMacros, d.macro),
		change(http.MethodPut, "macros/{id}/", forMacros, d.changeMacro),
		change(http.MethodDelete, "macros/{id}/", forMacros, d.deleteMacro),
		change(http.MethodPost, "macros/{id}/apply/", forTickets, d.applyMacro),
	}
}

type macroForm struct {
	Name    string           `json:"name"`
	Groups  []int64          `json:"groups"`
	Mode    desk.CommentMode `json:"comment_mode"`
	Body    string           `json:"comment"`
	Changes desk.Changes     `json:"changes"`
}

func (f *macroForm) macro(id int64) *desk.Macro {
	return &desk.Macro{ID: id, Name: clean(f.Name), GroupIDs: f.Groups, Actions: desk.MacroActions{Mode: f.Mode, Body: clean(f.Body), Changes: f.Changes}}
}

type macroShown struct {
	ID int64 `json:"id"`
	macroForm

	Uses       int64   `json:"uses"`
	LastUsedAt *string `json:"last_used_at"`
	UpdatedAt  *string `json:"updated_at"`
}

func showMacro(m *desk.Macro) macroShown {
	s := macroShown{
		m.ID, macroForm{m.Name, m.GroupIDs, m.Actions.Mode, m.Actions.Body, m.Actions.Changes}, m.Uses, instant(m.LastUsedAt), instant(m.UpdatedAt),
	}
	if s.Groups == nil {
		s.Groups = []int64{}
	}
	return s
}

func (d *door) macros(q *page.Request) error {
	if !q.Staff.Can(desk.PermissionTickets) && !q.Staff.Can(desk.PermissionMacros) {
		return answer(q, []macroShown{}, nil)
	}
	found, err := d.Macros.List(q.Ctx(), q.Store, q.Staff)
	shown := make([]macroShown, len(found))
	for i := range found {
		shown[i] = showMacro(&found[i])
	}
	return answer(q, shown, err)
}

func (d *door) macro(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	m, err := d.Macros.Get(q.Ctx(), q.Store, id)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, showMacro(m))
}

func (d *door) makeMacro(q *page.Request) error { return d.saveMacro(q, 0, http.StatusCreated) }

func (d *door) changeMacro(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return d.saveMacro(q, id, http.StatusOK)
}

func (d *door) saveMacro(q *page.Request, id int64, status int) error {
	var in macroForm
	if err := q.Decode(&in); err != nil {
		return err
	}
	m := in.macro(id)
	if err := d.Macros.Save(q.Ctx(), q.Store, m); err != nil {
		return err
	}
	return q.JSON(status, showMacro(m))
}

func (d *door) deleteMacro(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	if err := d.Macros.Delete(q.Ctx(), q.Store, id); err != nil {
		return err
	}
	return q.JSON(http.StatusOK, struct{}{})
}

func (d *door) orderMacros(q *page.Request) error {
	var in struct {
		IDs []int64 `json:"ids"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if err := d.Macros.Order(q.Ctx(), q.Store, in.IDs); err != nil {
		return err
	}
	return q.JSON(http.StatusOK, struct{}{})
}

// appliedMacro is a macro filled in, for the composer to show.
type appliedMacro struct {
	Mode       desk.CommentMode `json:"comment_mode"`
	Body       string           `json:"comment"`
	Unresolved []string         `json:"unresolved"`
	Changes    desk.Changes     `json:"changes"`
}

func showApplied(a *desk.Applied) appliedMacro {
	s := appliedMacro{a.Mode, a.Body, a.Unresolved, a.Changes}
	if s.Unresolved == nil {
		s.Unresolved = []string{}
	}
	return s
}

// applyMacro fills a macro in for a ticket, or for one that is not there yet; it changes
// nothing.
func (d *door) applyMacro(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var in struct {
		Ticket    int64  `json:"ticket"`
		Requester int64  `json:"requester"`
		Order     string `json:"order"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	var a *desk.Applied
	if in.Ticket != 0 {
		a, err = d.Tickets.Apply(q.Ctx(), q.Store, id, in.Ticket, q.Staff)
	} else {
		t := &desk.Ticket{RequesterID: in.Requester, AssigneeID: q.Staff.UserID, Order: clean(in.Order)}
		a, err = d.Tickets.ApplyToNew(q.Ctx(), q.Store, id, t, q.Staff)
	}
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, showApplied(a))
}

type macroFilled struct {
	Body       string   `json:"comment"`
	Unresolved []string `json:"unresolved"`
	Problems   []string `json:"problems"`
}

// previewMacro fills a text that is not saved yet, with the values of a ticket or none.
func (d *door) previewMacro(q *page.Request) error {
	var in struct {
		Body   string `json:"comment"`
		Ticket int64  `json:"ticket"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if utf8.RuneCountInString(in.Body) > desk.MaxMacroBody {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"comment": {"The comment is too long."}}}
	}
	if in.Ticket != 0 && !q.Staff.Can(desk.PermissionTickets) {
		return desk.Errorf(desk.Forbidden, "this needs: %s", forTickets)
	}
	values, err := d.values(q, in.Ticket, 0, "")
	if err != nil {
		return err
	}
	p := macroFilled{Problems: desk.CheckVariables(in.Body), Unresolved: []string{}}
	var left []string
	p.Body, left = desk.Fill(clean(in.Body), values)
	p.Unresolved = append(p.Unresolved, left...)
	if p.Problems == nil {
		p.Problems = []string{}
	}
	return q.JSON(http.StatusOK, p)
}

func (d *door) exportMacros(q *page.Request) error {
	file, err := d.Macros.Export(q.Ctx(), q.Store)
	if err != nil {
		return err
	}
	q.W.Header().Set("Content-Disposition", `attachment; filename="macros.json"`)
	return q.JSON(http.StatusOK, file)
}

type importReport struct {
	Written bool           `json:"written"`
	Macros  []importedLine `json:"macros"`
}

type importedLine struct {
	Name     string   `json:"name"`
	Replaces bool     `json:"replaces"`
	Problems []string `json:"problems"`
}

func (d *door) importMacros(q *page.Request) error {
	var in struct {
		DryRun bool               `json:"dry_run"`
		File   settings.MacroFile `json:"file"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	report, wrote, err := d.Macros.Import(q.Ctx(), q.Store, &in.File, in.DryRun)
	if err != nil {
		return err
	}
	shown := importReport{Written: wrote, Macros: make([]importedLine, len(report))}
	for i, r := range report {
		shown.Macros[i] = importedLine{r.Name, r.Replaces, append([]string{}, r.Problems...)}
	}
	return q.JSON(http.StatusOK, shown)
}
