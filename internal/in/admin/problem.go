package admin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strconv"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin/form"
	"storedesk/internal/wire"
)

// problem is an error that is ready to be answered.
type problem struct {
	status       int
	body         []byte // JSON
	authenticate string // WWW-Authenticate, or ""
	retryAfter   int    // seconds, or 0
	hangUp       bool   // part of the request is unread: the connection must end
}

func (p *problem) Error() string { return strconv.Itoa(p.status) + " " + string(p.body) }

// detail makes the problem {"detail": text}.
func detail(status int, text string) *problem {
	body := wire.String([]byte(`{"detail":`), text)
	return &problem{status: status, body: append(body, '}')}
}

// invalid makes the problem that names fields.
func invalid(fields desk.Fields) *problem {
	return &problem{status: http.StatusBadRequest, body: form.ErrorBody(fields)}
}

var (
	errNotFound  = detail(http.StatusNotFound, "Not found.")
	errForbidden = detail(http.StatusForbidden, "You do not have permission to perform this action.")
	errServer    = detail(http.StatusInternalServerError, "A server error occurred.")
	errStale     = detail(http.StatusPreconditionFailed, "The ticket has changed: its ETag does not match If-Match.")
)

// translate turns any error into an answer; nil when there is nobody left to answer
// or nothing to be said but "server error".
func translate(err error) *problem {
	var ready *problem
	if errors.As(err, &ready) {
		return ready
	}
	var e *desk.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Code {
	case desk.Invalid:
		if len(e.Fields) > 0 {
			return invalid(e.Fields)
		}
		return detail(http.StatusBadRequest, e.Message)
	case desk.NotFound:
		return errNotFound
	case desk.Stale:
		return errStale
	case desk.Conflict:
		return detail(http.StatusConflict, e.Message)
	case desk.Forbidden:
		return errForbidden
	case desk.Unauthorized:
		return noCredentials
	case desk.RateLimited:
		return throttled(1)
	}
	return nil
}

// fail answers an error. What is unknown is logged here, once, with the id the
// client was given, and answered without its text.
func (a *API) fail(c *call, err error) {
	p := translate(err)
	if p == nil {
		if c.gone() {
			panic(http.ErrAbortHandler) // returning would answer 200 to a client that only closed its half
		}
		a.log.LogAttrs(context.WithoutCancel(c.ctx()), slog.LevelError, "request failed",
			slog.String("request_id", c.id), slog.String("method", c.r.Method),
			slog.String("path", c.r.URL.Path), slog.Any("error", err))
		p = errServer
	}
	c.refuse(p)
}

// refuse writes a problem.
func (c *call) refuse(p *problem) {
	h := c.w.Header()
	if p.authenticate != "" {
		h["Www-Authenticate"] = []string{p.authenticate}
	}
	if p.retryAfter > 0 {
		h["Retry-After"] = []string{strconv.Itoa(p.retryAfter)}
	}
	if p.hangUp {
		h["Connection"] = []string{"close"}
	}
	c.noStore()
	c.write(p.status, p.body)
}
