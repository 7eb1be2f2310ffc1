package mirror

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
)

// Path is where a live store's webhooks arrive, on each store's host.
const Path = "/inbound/webhooks/"

// Limits of a delivery.
const (
	maxBody     = 4 << 20          // bytes
	bodyTimeout = 30 * time.Second // for the body to arrive; the original waits 20
	maxTries    = 5                // of a write that others' writes got in the way of
)

// Receiver takes the webhooks of live stores: POST with an event of the original,
// signed with the store's secret. It answers a small JSON object:
//
//	200 {"status":"applied"}  durable; or unchanged, older, ignored, duplicate
//	401 {"detail":…}          no secret is set, or the signature is not made with it
//	404                       no store answers on this host
//	409                       the object cannot stand beside what is here
//	413                       more than 4 MiB
//	422                       signed, but no event that can be read
//
// After all but 200 the original sends the event again, for days, and shows the answer.
type Receiver struct {
	DB     *store.DB
	Stores *settings.Stores
	Now    func() time.Time
	Log    *slog.Logger
	Host   func(*http.Request) string // the host as the client sees it
}

func (v *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	outcome, err := v.receive(w, r)
	if err == nil {
		answer(w, http.StatusOK, "status", string(outcome))
		return
	}
	status, detail := refusal(err)
	if status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", "HMAC-SHA256 header="+strconv.Quote(SignatureHeader))
	}
	level := slog.LevelDebug // strangers cannot fill the log
	switch {
	case status == http.StatusInternalServerError && r.Context().Err() == nil:
		level = slog.LevelError
	case status == http.StatusConflict, status == http.StatusUnprocessableEntity:
		level = slog.LevelWarn
	}
	v.Log.Log(r.Context(), level, "refusing a webhook", slog.Int("status", status), slog.Any("error", err))
	answer(w, status, "detail", detail)
}

// refusal is the status and text for an error.
func refusal(err error) (int, string) {
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return http.StatusRequestEntityTooLarge, "The body is larger than " + strconv.Itoa(maxBody) + " bytes."
	}
	status := map[desk.Code]int{
		desk.NotFound: http.StatusNotFound, desk.Unauthorized: http.StatusUnauthorized, desk.Conflict: http.StatusConflict,
		desk.Invalid: http.StatusUnprocessableEntity,
	}[desk.CodeOf(err)]
	if status == 0 {
		return http.StatusInternalServerError, "Something went wrong on our side."
	}
	var e *desk.Error
	errors.As(err, &e)
	return status, e.Message
}

func answer(w http.ResponseWriter, status int, name, value string) {
	body, err := json.Marshal(map[string]string{name: value})
	if err != nil {
		panic(err) // two texts
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = w.Write(body) // who sent it and went away sends it again
}

// errUnsigned does not tell whether a secret is set.
var errUnsigned = desk.Errorf(desk.Unauthorized, "The signature in %s is missing or was not made with this store's secret.", SignatureHeader)

func (v *Receiver) receive(w http.ResponseWriter, r *http.Request) (desk.Taken, error) {
	st, err := v.Stores.ByHost(r.Context(), v.Host(r))
	if err != nil {
		return "", err
	}
	source, err := v.DB.Source(r.Context(), st)
	if errors.Is(err, desk.ErrNotFound) {
		return "", errUnsigned
	}
	if err != nil {
		return "", err
	}
	sum := mac(r.Header.Get(SignatureHeader))
	if sum == nil || !source.Enabled || source.Secret == "" {
		return "", errUnsigned // before a byte of the body is kept
	}
	body, err := readBody(w, r)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return "", err
	case err != nil:
		return "", &desk.Error{Code: desk.Invalid, Message: "The body did not arrive.", Err: err}
	case !signed(source.Secret, sum, body):
		return "", errUnsigned
	}
	e, err := readEvent(body)
	if err != nil {
		return "", err
	}
	return v.take(r.Context(), st, e)
}

// readBody reads within the limits. The deadline must not outlive the body: the server,
// which goes on listening, would take it for the client's leaving.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(bodyTimeout)) // a recorder in a test has none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err == nil {
		_ = connection.SetReadDeadline(time.Time{})
	}
	return body, err
}

// take writes an event. Another write may take an address or an id between look and
// write; the next try sees it.
func (v *Receiver) take(ctx context.Context, st *desk.Store, e *event) (desk.Taken, error) {
	for try := 1; ; try++ {
		outcome, err := v.write(ctx, st, e)
		if err == nil || !errors.Is(err, errTryAgain) {
			return outcome, err
		}
		if try == maxTries {
			return "", &desk.Error{Code: desk.Conflict, Message: "Something else here has what must be unique in " + e.Type + ", such as the e-mail address.", Err: err}
		}
	}
}

// errTryAgain marks a conflict with another write.
var errTryAgain = errors.New("conflict with another write")

// write makes the event's change and the record of the event durable together.
func (v *Receiver) write(ctx context.Context, st *desk.Store, e *event) (desk.Taken, error) {
	var outcome desk.Taken
	err := v.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.LockSource(ctx, st); err != nil {
			return err
		}
		taken, err := tx.SourceEventTaken(ctx, st, e.ID)
		if taken || err != nil {
			outcome = desk.EventDuplicate
			return err
		}
		now := desk.At(v.Now())
		if outcome, err = e.apply(ctx, tx.Mirror(st, now)); err != nil {
			return err
		}
		if e.user != 0 && outcome == desk.EventApplied {
			tx.Enqueue(desk.LinkHistory(st, e.user, now))
		}
		tx.InsertSourceEvent(st, e.ID, e.Type, outcome, now)
		return nil
	})
	return outcome, err
}

// apply writes what the event brings.
func (e *event) apply(ctx context.Context, b *store.Bulk) (desk.Taken, error) {
	if e.write == nil {
		return desk.EventIgnored, nil
	}
	result, err := e.write(ctx, b)
	switch {
	case desk.CodeOf(err) == desk.Conflict:
		return "", errors.Join(errTryAgain, err)
	case err != nil:
		return "", err
	case len(result.Failed) > 0:
		return "", result.Failed[0].Err
	case result.Older > 0:
		return desk.EventOlder, nil
	case result.Same > 0:
		return desk.EventUnchanged, nil
	}
	return desk.EventApplied, nil
}
