package page

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"net/url"
	"path"
	"time"

	"storedesk/internal/desk"
)

//go:embed templates assets
var files embed.FS

// Views are the pages of one door: each template of its files inside the shared layout.
type Views struct{ pages map[string]*template.Template }

var shared = func() *Views {
	v, err := NewViews(sub(files, "templates/pages"))
	if err != nil {
		panic(err) // the files are part of the program
	}
	return v
}()

func sub(f fs.FS, dir string) fs.FS {
	s, err := fs.Sub(f, dir)
	if err != nil {
		panic(err) // the name is a constant
	}
	return s
}

// NewViews reads every *.html of a door. A page defines the templates "title" and
// "content"; inside them $ and . are a View, and the parts of parts.html are at hand.
func NewViews(door fs.FS) (*Views, error) {
	base, err := template.New("").Funcs(template.FuncMap{"assets": func() string { return AssetsPath + version + "/" }}).
		ParseFS(files, "templates/*.html")
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(door, "*.html")
	if err != nil {
		return nil, err
	}
	v := &Views{pages: map[string]*template.Template{}}
	for _, name := range names {
		t, err := base.Clone()
		if err == nil {
			t, err = t.ParseFS(door, name)
		}
		if err != nil {
			return nil, fmt.Errorf("page %s: %w", name, err)
		}
		v.pages[path.Base(name)] = t
	}
	return v, nil
}

// View is what a template sees.
type View struct {
	Store *desk.Store
	Staff *desk.Staff
	Lang  *Language
	Path  string // of the request
	Next  string // see Request.Next
	Half  bool   // signing in is not over: no navigation
	Data  any
}

// T is a message of the catalogue, with values by name: {{.T "login.hello" "name" .Name}}.
func (v *View) T(key string, values ...any) string { return v.Lang.Text(key, values...) }

// Time is an instant as people of the store read it.
func (v *View) Time(at desk.Instant) string {
	if at == 0 {
		return v.T("common.never")
	}
	return at.Time().In(v.Store.Zone).Format("2006-01-02 15:04")
}

// ISO is an instant for the datetime attribute.
func (v *View) ISO(at desk.Instant) string { return at.Time().Format(time.RFC3339) }

// With is the view with other data, for a part.
func (v *View) With(data any) *View {
	c := *v
	c.Data = data
	return &c
}

// Field describes one form field for the part "field".
type Field struct {
	*View

	Name, Label, Type, Value, Hint, Error, Autocomplete string
	Required, Autofocus                                 bool
}

// Field makes a required field, labelled by a message, for {{template "field" …}}. Its
// error comes from errors under its name.
func (v *View) Field(name, label, kind, autocomplete, value string, errors desk.Fields) *Field {
	f := &Field{View: v, Name: name, Label: v.T(label), Type: kind, Value: value, Autocomplete: autocomplete, Required: true}
	if list := errors[name]; len(list) > 0 {
		f.Error = v.T(list[0])
	}
	return f
}

// Hinted adds a hint to a field.
func (f *Field) Hinted(key string, values ...any) *Field {
	f.Hint = f.View.T(key, values...)
	return f
}

// Focused makes a field take the focus.
func (f *Field) Focused() *Field {
	f.Autofocus = true
	return f
}

// Optional makes a field one that may stay empty.
func (f *Field) Optional() *Field {
	f.Required = false
	return f
}

// Render writes a page of the door.
func (v *Views) Render(q *Request, status int, name string, data any) error {
	t := v.pages[name]
	if t == nil {
		return fmt.Errorf("there is no page %q", name)
	}
	if q.Store == nil {
		q.Store = &desk.Store{Name: "storedesk", Zone: time.UTC}
	}
	var b bytes.Buffer
	view := &View{Store: q.Store, Staff: q.Staff, Lang: q.Lang, Path: q.R.URL.Path, Next: q.Next(), Half: q.Half != nil, Data: data}
	if err := t.ExecuteTemplate(&b, "layout.html", view); err != nil {
		return fmt.Errorf("rendering %s: %w", name, err)
	}
	q.W.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.W.Header().Set("Content-Language", q.Lang.Tag)
	q.W.WriteHeader(status)
	if q.R.Method != http.MethodHead {
		_, _ = q.W.Write(b.Bytes()) // a client that went away is no error of ours
	}
	return nil
}

func nextParameter(next string) string { return url.Values{"next": {next}}.Encode() }
