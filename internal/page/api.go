package page

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"

	"storedesk/internal/access"
	"storedesk/internal/desk"
)

// problem is the body of a refusal to a script.
type problem struct {
	Code    string      `json:"code"`
	Message string      `json:"message"`
	Fields  desk.Fields `json:"fields,omitempty"`
}

// problem answers an error as JSON. What is nobody's fault but ours is not shown.
func (q *Request) problem(status int, err error) {
	p := problem{Code: string(desk.CodeOf(err)), Message: "Something went wrong here. It has been noted."}
	var known *desk.Error
	if errors.As(err, &known) {
		p.Message, p.Fields = q.text(known.Message), q.texts(known.Fields)
	}
	switch {
	case errors.Is(err, access.ErrSignedOut):
		p.Code = "signed_out"
	case errors.Is(err, access.ErrSecondFactor):
		p.Code = "second_factor"
	case errors.Is(err, access.ErrMustEnrol):
		p.Code = "must_enrol"
	case errors.Is(err, access.ErrConfirm):
		p.Code = "confirm"
	case tooLarge(err):
		p.Code, p.Message = "too_large", "This is too large."
	}
	switch desk.CodeOf(err) {
	case desk.Conflict:
		status = http.StatusConflict
	case desk.Stale:
		status = http.StatusPreconditionFailed
	}
	if err := q.JSON(status, p); err != nil {
		q.site.Log.ErrorContext(q.Ctx(), "answering failed", slog.Any("error", err))
	}
}

// text is a message of the catalogue, where the verb named one, or what it said itself.
func (q *Request) text(message string) string {
	if English.Has(message) {
		return q.Lang.Text(message)
	}
	return message
}

func (q *Request) texts(fields desk.Fields) desk.Fields {
	if fields == nil {
		return nil
	}
	out := desk.Fields{}
	for name, messages := range fields {
		for _, m := range messages {
			out.Add(name, q.text(m))
		}
	}
	return out
}

func tooLarge(err error) bool {
	var limit *http.MaxBytesError
	return errors.As(err, &limit)
}

// JSON answers a script.
func (q *Request) JSON(status int, v any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return err
	}
	q.W.Header().Set("Content-Type", "application/json")
	q.W.WriteHeader(status)
	_, _ = q.W.Write(append(body, '\n')) // a client that went away is no error of ours
	return nil
}

// Decode reads the body, which must be one JSON value of v's form and nothing else:
// Invalid. The content type must say JSON, which no form of another site's page can.
func (q *Request) Decode(v any) error {
	kind, _, err := mime.ParseMediaType(q.R.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return desk.Errorf(desk.Invalid, "The body must be application/json.")
	}
	d := json.NewDecoder(q.R.Body)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		if tooLarge(err) {
			return err
		}
		return &desk.Error{Code: desk.Invalid, Message: "The body is not what is expected here: " + err.Error()}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return desk.Errorf(desk.Invalid, "More follows the body.")
	}
	return nil
}
