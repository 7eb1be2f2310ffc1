package mail

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"storedesk/internal/desk"
)

// Limits of asking rspamd.
const (
	rspamdTimeout = 5 * time.Second
	rspamdLargest = 20 << 20 // bytes of a message; larger ones are not asked about
	rspamdAnswer  = 1 << 20  // bytes that are read of an answer
)

// Rspamd asks an rspamd server (rspamd.com/doc, HTTP protocol, checkv2).
type Rspamd struct {
	URL    string // http://host:11333
	Client *http.Client
	Log    *slog.Logger
}

// Judge holds what rspamd would reject or mark. When it cannot be asked, that is logged and
// the message passes.
func (r *Rspamd) Judge(ctx context.Context, in desk.Inbound, raw io.Reader, size int64) string {
	if size > rspamdLargest {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, rspamdTimeout)
	defer cancel()
	verdict, err := r.ask(ctx, in, raw, size)
	if err != nil {
		r.Log.WarnContext(ctx, "rspamd gives no answer", slog.Any("error", err))
		return ""
	}
	switch verdict.Action {
	case "reject", "add header", "rewrite subject", "quarantine":
		return fmt.Sprintf("rspamd takes it for spam (%s, %.1f points)", verdict.Action, verdict.Score)
	}
	return ""
}

type rspamdVerdict struct {
	Action string  `json:"action"`
	Score  float64 `json:"score"`
}

func (r *Rspamd) ask(ctx context.Context, in desk.Inbound, raw io.Reader, size int64) (v rspamdVerdict, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(r.URL, "/")+"/checkv2", raw)
	if err != nil {
		return v, err
	}
	req.ContentLength = size
	for name, value := range map[string]string{"From": in.EnvelopeFrom, "Helo": in.Helo, "IP": in.Peer} {
		if value = oneLine(value); value != "" {
			req.Header.Set(name, value)
		}
	}
	for _, to := range in.Recipients {
		req.Header.Add("Rcpt", oneLine(to))
	}
	client := r.Client
	if client == nil {
		client = http.DefaultClient
	}
	resp, err := client.Do(req)
	if err != nil {
		return v, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return v, fmt.Errorf("it answers %s", resp.Status)
	}
	return v, json.NewDecoder(io.LimitReader(resp.Body, rspamdAnswer)).Decode(&v)
}

// oneLine takes out what would end a header field.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, s)
}
