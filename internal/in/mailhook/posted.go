package mailhook

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/mailroom"
)

// Limits of a form.
const (
	maxFields    = 200
	maxField     = 64 << 10 // bytes of a field that is not the message
	maxPlainForm = 10 << 20 // bytes of an urlencoded form, which is read into memory
)

// posted is what a provider posts.
type posted struct {
	kept   *mailroom.Kept
	fields map[string]string // of those in known that came along
}

// messageFields are what providers call the raw message.
var messageFields = map[string]bool{"email": true, "body-mime": true, "message": true}

// known are the fields that tell the envelope.
var known = map[string]bool{
	"envelope": true, "sender": true, "recipient": true, "envelope[from]": true, "envelope[to]": true,
}

var errNoMessage = desk.Errorf(desk.Invalid, "There is no message: post it as the body, or in the field email, body-mime or message.")

// read keeps the message of a request.
func (h *Handler) read(r *http.Request) (*posted, error) {
	p := &posted{fields: map[string]string{}}
	kind, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "multipart/form-data":
		return p, h.readParts(r, p, params["boundary"])
	case err == nil && kind == "application/x-www-form-urlencoded":
		return p, h.readForm(r, p)
	}
	if p.kept, err = h.Room.Keep(r.Context(), "", arriving{r.Body}); err != nil {
		return nil, unreadable(err)
	}
	return p, p.complete()
}

// readParts streams the message out of a form.
func (h *Handler) readParts(r *http.Request, p *posted, boundary string) error {
	if boundary == "" {
		return desk.Errorf(desk.Invalid, "The form has no boundary.")
	}
	parts := multipart.NewReader(r.Body, boundary)
	for range maxFields {
		part, err := parts.NextRawPart()
		if errors.Is(err, io.EOF) {
			return p.complete()
		}
		if err != nil {
			return unreadable(errors.Join(errArriving, err))
		}
		if err := h.readPart(r, p, part); err != nil {
			return unreadable(err)
		}
	}
	return desk.Errorf(desk.Invalid, "The form has more than %d fields.", maxFields)
}

func (h *Handler) readPart(r *http.Request, p *posted, part *multipart.Part) error {
	switch name := part.FormName(); {
	case messageFields[name] && p.kept == nil:
		var err error
		p.kept, err = h.Room.Keep(r.Context(), "", arriving{part})
		return err
	case known[name]:
		text, err := io.ReadAll(io.LimitReader(arriving{part}, maxField))
		p.fields[name] = string(text)
		return err
	}
	return nil // NextRawPart passes over the rest
}

func (h *Handler) readForm(r *http.Request, p *posted) error {
	text, err := io.ReadAll(arriving{http.MaxBytesReader(nil, r.Body, maxPlainForm)})
	if err != nil {
		return unreadable(err)
	}
	values, err := url.ParseQuery(string(text))
	if err != nil {
		return unreadable(errors.Join(errArriving, err))
	}
	for name := range messageFields {
		if raw := values.Get(name); raw != "" && p.kept == nil {
			if p.kept, err = h.Room.Keep(r.Context(), "", strings.NewReader(raw)); err != nil {
				return err
			}
		}
	}
	for name := range known {
		p.fields[name] = values.Get(name)
	}
	return p.complete()
}

func (p *posted) complete() error {
	if p.kept == nil || p.kept.Size() == 0 {
		return errNoMessage
	}
	return nil
}

// errArriving marks errors of what is posted: not ours, so that posting it again is no use.
var errArriving = errors.New("the body did not arrive, or is no form")

type arriving struct{ io.Reader }

func (a arriving) Read(b []byte) (int, error) {
	n, err := a.Reader.Read(b)
	if err != nil && err != io.EOF {
		err = errors.Join(errArriving, err)
	}
	return n, err
}

// unreadable is the answer to an error of the body; others stay.
func unreadable(err error) error {
	var large *http.MaxBytesError
	if errors.As(err, &large) || errors.Is(err, mailroom.ErrTooLarge) || !errors.Is(err, errArriving) {
		return err
	}
	return &desk.Error{Code: desk.Invalid, Message: "The message did not arrive whole, or its form cannot be read.", Err: err}
}

// inbound is the envelope, as far as the provider tells it. Recipients that are not the
// store's are left out; without any, the message is for the address of the URL.
func (p *posted) inbound(st *desk.Store, to string) desk.Inbound {
	var envelope struct {
		From string   `json:"from"`
		To   []string `json:"to"`
	}
	_ = json.Unmarshal([]byte(p.fields["envelope"]), &envelope) // what it does not tell stays empty
	in := desk.Inbound{Source: "http"}
	for _, from := range []string{envelope.From, p.fields["sender"], p.fields["envelope[from]"]} {
		if in.EnvelopeFrom == "" {
			in.EnvelopeFrom = strings.TrimSpace(from)
		}
	}
	all := append(envelope.To, strings.Split(p.fields["recipient"], ",")...)
	for _, address := range append(all, p.fields["envelope[to]"]) {
		if address = strings.TrimSpace(address); st.Receives(address) && len(in.Recipients) < maxFields {
			in.Recipients = append(in.Recipients, address)
		}
	}
	if len(in.Recipients) == 0 {
		in.Recipients = []string{to}
	}
	return in
}
