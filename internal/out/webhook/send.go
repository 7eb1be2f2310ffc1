package webhook

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strconv"
	"time"

	"storedesk/internal/desk"
)

// answer is what a receiver said.
type answer struct {
	status int    // 0: nothing
	text   string // the start of the body, or why there is no answer
}

const (
	keptOfAnswer   = 500             // bytes
	patienceOfBody = 2 * time.Second // the status is what counts: a slow body is not waited for
)

// Sign is the value of the signature's header: HMAC-SHA256 in lower-case hex (contract).
func Sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return hex.EncodeToString(mac.Sum(nil))
}

// send posts a body. For a day after the secret was changed, a receiver that refuses the
// new signature gets the same signed with the old one, so that it may change over when it
// likes.
func (s *Service) send(ctx context.Context, hook *desk.Webhook, e *desk.Event, attempt int64, body []byte) answer {
	a := s.post(ctx, hook, e, attempt, body, hook.Secret)
	refused := a.status >= 400 && a.status < 500 && a.status != http.StatusGone
	if refused && hook.OldSecret != "" && s.Now().Before(hook.OldUntil.Time()) {
		return s.post(ctx, hook, e, attempt, body, hook.OldSecret)
	}
	return a
}

func (s *Service) post(ctx context.Context, hook *desk.Webhook, e *desk.Event, attempt int64, body []byte, secret string) answer {
	ctx, cancel := context.WithTimeout(ctx, cmp.Or(s.Timeout, timeout))
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, hook.Target, bytes.NewReader(body))
	if err != nil {
		return answer{text: err.Error()}
	}
	header := r.Header
	header.Set("Content-Type", "application/json")
	header.Set("User-Agent", "storedesk")
	header["X-29Next-Signature"] = []string{Sign(secret, body)}
	header.Set("X-Storedesk-Event", strconv.FormatInt(e.ID, 10))
	header.Set("X-Storedesk-Sequence", strconv.FormatInt(e.Seq, 10))
	header.Set("X-Storedesk-Attempt", strconv.FormatInt(attempt, 10))
	if attempt == 0 {
		header.Set("X-Storedesk-Test", "true")
	}
	response, err := s.Client.Do(r)
	if err != nil {
		return answer{text: err.Error()}
	}
	defer response.Body.Close()
	late := time.AfterFunc(patienceOfBody, cancel)
	defer late.Stop()
	text, _ := io.ReadAll(io.LimitReader(response.Body, keptOfAnswer)) // what came of it will do
	return answer{response.StatusCode, string(text)}
}
