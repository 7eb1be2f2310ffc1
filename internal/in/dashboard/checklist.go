package dashboard

import (
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

func (d *door) checklistRoutes() []page.Route {
	const path = "checklist/"
	return []page.Route{
		get(path, forSettings, d.checklist),
		change(http.MethodPost, path, forSettings, d.putChecklistAway),
	}
}

// checklist is which of the first steps with the store are done.
type checklist struct {
	Away  bool   `json:"away"` // it was put away
	Steps []step `json:"steps"`
}

type step struct {
	Name string `json:"name"`
	Done bool   `json:"done"`
}

func (d *door) checklist(q *page.Request) error {
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	return d.answerChecklist(q, st)
}

func (d *door) answerChecklist(q *page.Request, st *desk.Store) error {
	c, err := d.Stores.Checklist(q.Ctx(), st)
	if err != nil {
		return err
	}
	macros, err := d.Macros.List(q.Ctx(), st, q.Staff)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, checklist{st.Dashboard.ChecklistDone, []step{
		{"address", c.Address},
		{"mail_in", c.MailIn},
		{"mail_out", c.MailOut},
		{"team", c.Team},
		{"types", c.Types},
		{"macro", len(macros) > 0},
		{"answered", c.Answered},
	}})
}

func (d *door) putChecklistAway(q *page.Request) error {
	var in struct {
		Away bool `json:"away"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	if err := d.Stores.PutChecklistAway(q.Ctx(), st, in.Away); err != nil {
		return err
	}
	st.Dashboard.ChecklistDone = in.Away
	action := map[bool]string{true: "store.checklist_away", false: "store.checklist_back"}[in.Away]
	if err := d.noted(q, action, st.Name, nil); err != nil {
		return err
	}
	return d.answerChecklist(q, st)
}
