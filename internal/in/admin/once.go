package admin

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

const maxIdempotencyKey = 255

var (
	errKey = detail(http.StatusBadRequest,
		"Invalid Idempotency-Key header: 1 to 255 printable ASCII characters are expected.")
	errKeyReused = detail(http.StatusUnprocessableEntity,
		"This Idempotency-Key was used for another request.")
)

// once reads the Idempotency-Key; nil when there is none. status is what the write
// will be answered with, body what tells it from other requests.
func (c *call) once(status int, body []byte) (*desk.Once, error) {
	header := c.r.Header["Idempotency-Key"]
	if header == nil {
		return nil, nil
	}
	key := header[0]
	if len(header) > 1 || !printable(key) {
		return nil, errKey
	}
	return &desk.Once{
		TokenID: c.token.ID, Key: key, Status: status,
		Fingerprint: fingerprint(c.r.Method, c.r.URL.Path, body),
	}, nil
}

func printable(key string) bool {
	if key == "" || len(key) > maxIdempotencyKey {
		return false
	}
	for i := range len(key) {
		if key[i] < ' ' || key[i] > '~' {
			return false
		}
	}
	return true
}

func fingerprint(method, path string, body []byte) string {
	sum := sha256.New()
	sum.Write([]byte(method + "\n" + path + "\n"))
	sum.Write(body)
	return hex.EncodeToString(sum.Sum(nil))
}

// atMostOnce carries out a write, or repeats the answer it had before. write answers
// the request itself, unless it fails.
func (a *API) atMostOnce(c *call, once *desk.Once, write func(desk.Write) error) error {
	if once == nil {
		return write(c.circumstance(nil))
	}
	if done, err := a.replay(c, once); done || err != nil {
		return err
	}
	err := write(c.circumstance(once))
	if desk.CodeOf(err) != desk.Conflict {
		return err
	}
	// Somebody used the key since we looked.
	if done, again := a.replay(c, once); done || again != nil {
		return again
	}
	return err
}

// replay repeats the answer that the first write under the key got; done is false
// when there was none.
func (a *API) replay(c *call, once *desk.Once) (done bool, err error) {
	before, err := a.tickets.Recall(c.ctx(), c.store, once)
	switch {
	case isMissing(err):
		return false, nil
	case err != nil:
		return false, err
	case before.Fingerprint != once.Fingerprint:
		return false, errKeyReused
	}
	c.w.Header()["Idempotent-Replay"] = []string{"true"}
	return true, c.answer(before.Status, wire.Expand(nil, before.Body, a.link(c)))
}
