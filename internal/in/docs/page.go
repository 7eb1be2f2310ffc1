package docs

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"
)

//go:embed page.html intro.html style.css
var files embed.FS

// page is all that the template is given.
type page struct {
	Title    string
	Summary  string
	Overview []paragraph
	Style    template.CSS
	Groups   []group
	Schemas  []object
}

// group is the operations of one resource.
type group struct {
	Name        string
	Description []paragraph
	Calls       []call
}

// object is a schema of the document.
type object struct {
	Name        string
	Description []paragraph
	Type        []typePart // for those that are no objects
	Fields      []field
}

func newPage(d *document) (*page, error) {
	style, err := files.ReadFile("style.css")
	if err != nil {
		return nil, err
	}
	p := &page{
		Title: d.Info.Title, Summary: d.Info.Summary,
		Overview: prose(d.Info.Description), Style: template.CSS(style), // our own file, not the document
	}
	if p.Groups, err = d.groups(); err != nil {
		return nil, err
	}
	p.Schemas, err = d.objects()
	return p, err
}

func (d *document) groups() ([]group, error) {
	groups := make([]group, len(d.Tags))
	byName := map[string]*group{}
	for i, tag := range d.Tags {
		groups[i] = group{Name: tag.Name, Description: prose(tag.Description)}
		byName[tag.Name] = &groups[i]
	}
	for _, path := range d.Paths {
		for _, m := range methods(path.Value) {
			if len(m.Value.Tags) == 0 || byName[m.Value.Tags[0]] == nil {
				return nil, fmt.Errorf("%s %s belongs to no tag of the document", m.Key, path.Key)
			}
			c, err := d.call(m.Key, path.Key, m.Value)
			if err != nil {
				return nil, fmt.Errorf("%s %s: %w", m.Key, path.Key, err)
			}
			g := byName[m.Value.Tags[0]]
			g.Calls = append(g.Calls, c)
		}
	}
	return groups, d.addPushed(byName)
}

// addPushed puts what the program sends behind the operations of its group.
func (d *document) addPushed(byName map[string]*group) error {
	for _, hook := range d.Webhooks {
		op := hook.Value.Post
		if op == nil || len(op.Tags) == 0 || byName[op.Tags[0]] == nil {
			return fmt.Errorf("webhook %s is no POST or belongs to no tag of the document", hook.Key)
		}
		c, err := d.pushed(hook.Key, op)
		if err != nil {
			return fmt.Errorf("webhook %s: %w", hook.Key, err)
		}
		g := byName[op.Tags[0]]
		g.Calls = append(g.Calls, c)
	}
	return nil
}

func methods(p pathItem) ordered[*operation] {
	all := ordered[*operation]{{"GET", p.Get}, {"POST", p.Post}, {"PUT", p.Put}, {"PATCH", p.Patch}, {"DELETE", p.Delete}}
	var out ordered[*operation]
	for _, m := range all {
		if m.Value != nil {
			out = append(out, m)
		}
	}
	return out
}

func (d *document) objects() ([]object, error) {
	var out []object
	for _, e := range d.Components.Schemas {
		fields, err := d.fields(e.Value)
		if err != nil {
			return nil, fmt.Errorf("schema %s: %w", e.Key, err)
		}
		o := object{Name: e.Key, Fields: fields}
		if o.Description, err = d.meaning("", e.Value); err != nil {
			return nil, fmt.Errorf("schema %s: %w", e.Key, err)
		}
		if len(fields) == 0 {
			o.Type = typeOf(e.Value)
		}
		out = append(out, o)
	}
	return out, nil
}

// render writes the page and the source expression that lets its one style element pass the content policy.
func render(d *document) (html []byte, styleHash string, err error) {
	p, err := newPage(d)
	if err != nil {
		return nil, "", err
	}
	functions := template.FuncMap{
		"lower":  strings.ToLower,
		"anchor": func(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") },
	}
	t, err := template.New("page.html").Funcs(functions).ParseFS(files, "page.html", "intro.html")
	if err != nil {
		return nil, "", err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return nil, "", err
	}
	sum := sha256.Sum256([]byte(p.Style))
	return out.Bytes(), "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'", nil
}
