package dashboard

import (
	"net/http"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/store"
)

// tagRoutes are the settings of tags.
func (d *door) tagRoutes() []page.Route {
	const tags = "settings/tags/"
	return []page.Route{
		get(tags, forSettings, d.usedTags),
		change(http.MethodPatch, tags+"{id}/", forSettings, d.renameTag),
		change(http.MethodDelete, tags+"{id}/", forSettings, d.removeTag),
		change(http.MethodPost, tags+"{id}/merge/", forSettings, d.mergeTags),
	}
}

// usedTags lists tags by name; a page goes on behind the last name of the one before.
func (d *door) usedTags(q *page.Request) error {
	f := store.TagFilter{Text: asked(q), After: clean(q.Query("after")), Unused: q.Query("unused") == "1", Limit: accessPage + 1}
	if utf8.RuneCountInString(f.After) > desk.MaxTagName {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"after": {"That is no place in the list."}}}
	}
	tags, err := d.Tickets.UsedTags(q.Ctx(), q.Store, f)
	if err != nil {
		return err
	}
	l := list[usedRow]{Results: make([]usedRow, min(len(tags), accessPage))}
	for i := range l.Results {
		t := &tags[i]
		l.Results[i] = usedRow{t.ID, t.Name, t.Tickets, t.More, t.Moving}
	}
	if len(tags) > accessPage {
		l.Next = &l.Results[accessPage-1].Name
	}
	return q.JSON(http.StatusOK, l)
}

// renameTag gives a tag another name; its tickets get an event each, by and by.
func (d *door) renameTag(q *page.Request) error {
	var in struct {
		Name string `json:"name"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	name, err := desk.CheckName(clean(in.Name), desk.MaxTagName)
	if err != nil {
		return err
	}
	before, err := d.Tickets.RenameTag(q.Ctx(), q.Store, id, name, q.Staff.Actor())
	if err != nil || before == name {
		return done(q, err)
	}
	return done(q, d.note(q, "tag.renamed", before, map[string]string{"name": name}))
}

// mergeTags gives the tickets of a tag another one instead, by and by, and then deletes it.
func (d *door) mergeTags(q *page.Request) error {
	var in struct {
		Into int64 `json:"into"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	from, to, err := d.Tickets.MergeTag(q.Ctx(), q.Store, id, in.Into, q.Staff.Actor())
	if err != nil {
		return err
	}
	return done(q, d.note(q, "tag.merged", from, map[string]string{"into": to}))
}

func (d *door) removeTag(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	name, err := d.Tickets.DeleteTag(q.Ctx(), q.Store, id)
	if err != nil {
		return err
	}
	return done(q, d.note(q, "tag.deleted", name, nil))
}
