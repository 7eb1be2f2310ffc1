package oauth

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// Limits of a request by a client.
const (
	maxForm     = 64 << 10
	formTimeout = 20 * time.Second
)

// form reads an urlencoded body; what comes as anything else, or in the query, is not
// there. A parameter that comes twice is refused (RFC 6749, section 3.2).
func form(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	if kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";"); !strings.EqualFold(strings.TrimSpace(kind), "application/x-www-form-urlencoded") {
		return url.Values{}, nil
	}
	_ = http.NewResponseController(w).SetReadDeadline(time.Now().Add(formTimeout)) // a test's recorder has none
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		return nil, &desk.OAuthError{Code: "invalid_request", Description: "The body is no form, or too long."}
	}
	values := r.PostForm
	if name := twice(values); name != "" {
		return nil, &desk.OAuthError{Code: "invalid_request", Description: "Duplicate " + name + " parameter."}
	}
	for _, list := range values {
		for i, v := range list {
			list[i] = clean(v)
		}
	}
	return values, nil
}

// twice names the known parameter that comes more than once.
func twice(values url.Values) string {
	for _, name := range []string{
		"client_id", "response_type", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
		"grant_type", "code", "refresh_token", "code_verifier", "client_secret", "token",
	} {
		if len(values[name]) > 1 {
			return name
		}
	}
	return ""
}

// answer writes JSON that nobody may keep (RFC 6749, section 5.1).
func answer(w http.ResponseWriter, status int, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // texts, numbers and booleans only
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that went away is no error of ours
}

// refusal is the body of RFC 6749, section 5.2.
type refusal struct {
	Error       string `json:"error"`
	Description string `json:"error_description,omitempty"`
}

// refuse writes an error to a client, with the original's statuses and challenge.
func (d *door) refuse(w http.ResponseWriter, r *http.Request, err error) {
	var e *desk.OAuthError
	if !errors.As(err, &e) {
		d.c.Log.LogAttrs(r.Context(), slog.LevelError, "request failed", slog.String("path", r.URL.Path), slog.Any("error", err))
		answer(w, http.StatusInternalServerError, refusal{Error: "server_error"})
		return
	}
	status := http.StatusBadRequest
	if e.Code == desk.ErrInvalidClient.Code {
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", `Bearer error="invalid_client"`)
	}
	answer(w, status, refusal{e.Code, e.Description})
}
