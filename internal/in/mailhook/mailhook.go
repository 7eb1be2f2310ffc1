// Package mailhook is the door through which providers bring mail over HTTP: those that
// receive it for a domain and post the raw message to a URL.
package mailhook

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/mailroom"
)

// Path is where providers post to, on any host of the installation.
const Path = "/mail/inbound/"

// bodyTimeout is how long a message may take to arrive.
const bodyTimeout = 5 * time.Minute

// URL is what a provider is given: it may post mail for an address of the store, and
// nothing else. origin is scheme and host. A new mail secret of the store ends it.
func URL(origin string, st *desk.Store, to string) string {
	return origin + Path + "?" + url.Values{"to": {to}, "key": {hex.EncodeToString(key(st, to))}}.Encode()
}

func key(st *desk.Store, to string) []byte {
	mac := hmac.New(sha256.New, []byte(st.Mail.Secret))
	mac.Write([]byte("inbound\x00" + desk.Fold(to)))
	return mac.Sum(nil)
}

// Handler takes messages: as the body itself (message/rfc822, or any type that is no form),
// or in the field email, body-mime or message of a form. It answers a small JSON object:
//
//	200 {"status":"taken","id":7}  durable; or duplicate, of the same bytes
//	401 {"detail":…}               the URL is not one that URL made
//	413                            larger than the limit
//	422                            no message in it
//
// After all but 200 providers post again.
type Handler struct {
	Room *mailroom.Service
	Log  *slog.Logger
}

func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	receipt, err := h.take(w, r)
	if err == nil {
		status := "taken"
		if !receipt.Fresh {
			status = "duplicate"
		}
		answer(w, http.StatusOK, map[string]any{"status": status, "id": receipt.ID})
		return
	}
	status, detail := refusal(err)
	level := slog.LevelDebug // strangers cannot fill the log
	switch {
	case status == http.StatusInternalServerError && r.Context().Err() == nil:
		level = slog.LevelError
	case status != http.StatusUnauthorized:
		level = slog.LevelWarn
	}
	h.Log.Log(r.Context(), level, "refusing a posted mail", slog.Int("status", status), slog.Any("error", err))
	answer(w, status, map[string]any{"detail": detail})
}

func refusal(err error) (status int, detail string) {
	var large *http.MaxBytesError
	var e *desk.Error
	switch {
	case errors.As(err, &large), errors.Is(err, mailroom.ErrTooLarge):
		return http.StatusRequestEntityTooLarge, "The message is larger than this server takes."
	case errors.As(err, &e) && e.Code == desk.Unauthorized:
		return http.StatusUnauthorized, e.Message
	case errors.As(err, &e) && e.Code == desk.Invalid:
		return http.StatusUnprocessableEntity, e.Message
	}
	return http.StatusInternalServerError, "Something went wrong on our side."
}

func answer(w http.ResponseWriter, status int, body map[string]any) {
	text, err := json.Marshal(body)
	if err != nil {
		panic(err) // texts and a number
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(text) // who posted it and went away posts it again
}

// errUnsigned does not tell whether a store has the address.
var errUnsigned = desk.Errorf(desk.Unauthorized, "The key in the URL was not made for this address; see storedesk mail url.")

// formRoom is what a form may have beside the message, in bytes.
const formRoom = 1 << 20

func (h *Handler) take(w http.ResponseWriter, r *http.Request) (mailroom.Receipt, error) {
	none := mailroom.Receipt{}
	to := r.URL.Query().Get("to")
	given, err := hex.DecodeString(r.URL.Query().Get("key"))
	if err != nil || len(given) == 0 {
		return none, errUnsigned
	}
	st, err := h.Room.StoreFor(r.Context(), to)
	if errors.Is(err, desk.ErrNotFound) {
		return none, errUnsigned
	}
	if err != nil {
		return none, err
	}
	if st.Mail.Secret == "" || !hmac.Equal(given, key(st, to)) {
		return none, errUnsigned // before a byte of the body is kept
	}
	// The deadline must not outlive the body: the server would take it for the client's leaving.
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(bodyTimeout)) // a recorder in a test has none
	r.Body = http.MaxBytesReader(w, r.Body, h.Room.Limit()+formRoom)
	p, err := h.read(r)
	if err != nil {
		return none, err
	}
	_ = connection.SetReadDeadline(time.Time{})
	// Who hangs up now may not hear of it, but has posted a whole message.
	list, err := h.Room.Record(context.WithoutCancel(r.Context()), p.kept, mailroom.Arrival{Store: st, Inbound: p.inbound(st, to)})
	if err != nil {
		return none, err
	}
	return list[0], nil
}
