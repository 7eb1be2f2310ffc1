package docs

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
)

// call is one operation as the page shows it.
type call struct {
	ID          string
	Method      string
	Path        string
	Summary     string
	Description []paragraph
	Access      string // the scope asked of the token; empty where any token will do
	Public      bool   // no token is needed
	Pushed      bool   // it is the program that sends it; Path is its name
	Addition    bool
	Parameters  []field
	Headers     []field
	Body        *body
	Answers     []answer
	Errors      []answer
	Curl        string
	Example     string // of the first answer
}

type body struct {
	Required bool
	Media    []bodyMedia
	Fields   []field // of the first media type's schema
}

// bodyMedia is a media type a body can have, with the schema it has in that form.
type bodyMedia struct {
	Name   string
	Schema []typePart
}

type answer struct {
	Status      int
	Text        string
	Description []paragraph
	Addition    bool
	Type        []typePart // empty where there is no body
	Media       string     // where it is not JSON
	Example     string     // for errors, on one line
	Headers     []field
	Fields      []field
}

func (d *document) call(method, path string, op *operation) (call, error) {
	c := call{
		ID: op.ID, Method: method, Path: path, Summary: op.Summary, Description: prose(op.Description),
		Access: scope(op), Public: len(op.Security) == 0, Addition: op.Addition,
	}
	var err error
	if c.Parameters, c.Headers, err = d.parameters(op.Parameters); err != nil {
		return c, err
	}
	if c.Body, err = d.body(op.RequestBody); err != nil {
		return c, err
	}
	if c.Curl, err = d.curl(method, path, op); err != nil {
		return c, err
	}
	for _, e := range op.Responses {
		if err := d.addAnswer(&c, e.Key, e.Value); err != nil {
			return c, fmt.Errorf("answer %s: %w", e.Key, err)
		}
	}
	return c, nil
}

// pushed is what the program sends, shown as an operation without a request to copy.
func (d *document) pushed(name string, op *operation) (call, error) {
	c := call{ID: "webhook-" + name, Method: "POST", Path: name, Summary: op.Summary, Description: prose(op.Description), Pushed: true}
	var err error
	if c.Parameters, c.Headers, err = d.parameters(op.Parameters); err != nil {
		return c, err
	}
	if c.Body, err = d.body(op.RequestBody); err != nil {
		return c, err
	}
	for _, e := range op.Responses {
		if err := d.addAnswer(&c, e.Key, e.Value); err != nil {
			return c, fmt.Errorf("answer %s: %w", e.Key, err)
		}
	}
	if op.RequestBody != nil && len(op.RequestBody.Content) > 0 {
		c.Example, err = jsonText(&op.RequestBody.Content[0].Value.Example)
	}
	return c, err
}

// scope is the scope that an operation asks of a token.
func scope(op *operation) string {
	for _, requirement := range op.Security {
		for _, scopes := range requirement {
			if len(scopes) > 0 {
				return strings.Join(scopes, " ")
			}
		}
	}
	return ""
}

func (d *document) body(b *requestBody) (*body, error) {
	if b == nil || len(b.Content) == 0 {
		return nil, nil
	}
	out := &body{Required: b.Required}
	for _, media := range b.Content {
		out.Media = append(out.Media, bodyMedia{Name: media.Key, Schema: typeOf(media.Value.Schema)})
	}
	full, err := d.schema(b.Content[0].Value.Schema)
	if err != nil {
		return nil, err
	}
	out.Fields, err = d.fields(full)
	return out, err
}

func (d *document) addAnswer(c *call, code string, r response) error {
	status, err := strconv.Atoi(code)
	if err != nil {
		return err
	}
	if r, err = d.response(r); err != nil {
		return err
	}
	a := answer{Status: status, Text: http.StatusText(status), Description: prose(r.Description), Addition: r.Addition}
	if a.Headers, err = d.answerHeaders(r.Headers); err != nil {
		return err
	}
	if status >= 400 {
		err = d.fillError(&a, r)
		c.Errors = append(c.Errors, a)
		return err
	}
	if err = d.fillAnswer(&a, r); err != nil {
		return err
	}
	if c.Example == "" && len(r.Content) > 0 {
		c.Example, err = jsonText(&r.Content[0].Value.Example)
	}
	c.Answers = append(c.Answers, a)
	return err
}

func (d *document) fillAnswer(a *answer, r response) error {
	if len(r.Content) == 0 {
		return nil
	}
	media := r.Content[0]
	if media.Key != "application/json" {
		a.Media = media.Key
		return nil
	}
	a.Type = typeOf(media.Value.Schema)
	shown := media.Value.Schema
	if shown.Items != nil {
		shown = *shown.Items
	}
	full, err := d.schema(shown)
	if err != nil {
		return err
	}
	a.Fields, err = d.fields(full)
	return err
}

func (d *document) fillError(a *answer, r response) error {
	if len(r.Content) == 0 {
		return nil
	}
	media := r.Content[0].Value
	var err error
	if media.Schema.Ref != "" || len(media.Schema.AnyOf) > 0 {
		a.Type = typeOf(media.Schema)
	}
	a.Example, err = compactJSON(&media.Example)
	return err
}
