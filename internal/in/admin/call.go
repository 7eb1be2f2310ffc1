package admin

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// call is one request on its way through the checks; each check adds what it found.
type call struct {
	w       http.ResponseWriter
	r       *http.Request
	id      string // X-Request-Id
	written bool   // an answer has begun

	res    *resource
	param  string // the path element that stood for {…}
	store  *desk.Store
	origin string // scheme://host as the client sees it
	linker wire.Linker
	indent int
	stream bool // the answer wanted is text/event-stream

	query    form.Values
	queryErr *form.Problem
	raw      []byte // the body as received
	body     *form.Body
	upload   *upload // set where the handler reads the body itself
	token    *access.Token

	idValue [1]string // backs the X-Request-Id header
}

func (c *call) ctx() context.Context { return c.r.Context() }

// gone reports that the client has hung up.
func (c *call) gone() bool { return c.ctx().Err() != nil }

// link is the Linker for this client, made when the first document needs it.
func (a *API) link(c *call) wire.Linker {
	if c.linker == nil {
		c.linker = a.links(c.store, c.origin)
	}
	return c.linker
}

// circumstance is what the verbs need to know about a write of this call.
func (c *call) circumstance(once *desk.Once) desk.Write {
	return desk.Write{Actor: desk.Actor{Kind: desk.ActorAPI, ID: c.token.ID}, Once: once}
}

// Header values that every answer shares; nobody may write to them.
var (
	jsonType    = []string{"application/json"}
	nosniff     = []string{"nosniff"}
	deny        = []string{"DENY"}
	sameOrigin  = []string{"same-origin"}
	noStore     = []string{"no-store"}
	privateOnly = []string{"private, no-cache"}
)

// head sets what every answer carries, before anything can fail.
func (c *call) head() {
	h := c.w.Header()
	h["X-Content-Type-Options"] = nosniff
	h["X-Frame-Options"] = deny
	h["Referrer-Policy"] = sameOrigin
	c.idValue[0] = c.id
	h["X-Request-Id"] = c.idValue[:]
}

func (c *call) noStore() { c.w.Header()["Cache-Control"] = noStore }

// tagged marks the answer as one that can be asked for again with If-None-Match.
func (c *call) tagged(tag string) {
	h := c.w.Header()
	h["Etag"] = []string{tag}
	h["Cache-Control"] = privateOnly
}

// answer writes an answer that must not be kept.
func (c *call) answer(status int, body []byte) error {
	c.noStore()
	c.write(status, body)
	return nil
}

// show answers a read with a tag made of its bytes, or 304 to a client that has them.
func (c *call) show(body []byte) error {
	digest := sha256.Sum256(body)
	tag := `"` + base64.RawURLEncoding.EncodeToString(digest[:15]) + "-" + strconv.Itoa(c.indent) + `"`
	if matches(c.r.Header["If-None-Match"], tag) {
		return c.notModified(tag)
	}
	c.tagged(tag)
	c.write(http.StatusOK, body)
	return nil
}

// write puts the whole answer on the wire, indented if the client wanted that. A
// client that is gone by now is no error.
func (c *call) write(status int, body []byte) {
	if c.indent > 0 {
		body = indented(body, c.indent)
	}
	h := c.w.Header()
	h["Content-Type"] = jsonType
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.written = true
	c.w.WriteHeader(status)
	if c.r.Method != http.MethodHead {
		c.w.Write(body) //nolint:errcheck // nobody is left to tell
	}
}

// notModified answers 304.
func (c *call) notModified(tag string) error {
	c.tagged(tag)
	c.written = true
	c.w.WriteHeader(http.StatusNotModified)
	return nil
}
