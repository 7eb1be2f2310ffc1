package dashboard

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// mailFrame shows the HTML of a mail as a document of its own, for a sandboxed frame. What
// a stranger wrote is cleaned before; the policy is the second lock.
func mailFrame(d *door) page.Route {
	row := get("mails/{id}/frame/", forTickets, d.frame)
	return row
}

// framePolicy lets a frame show styles and images, and do nothing.
func framePolicy(remote bool) string {
	images := "data: 'self'"
	if remote {
		images += " https:"
	}
	return "default-src 'none'; img-src " + images + "; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; " +
		"frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox"
}

// frameHead makes a mail readable in the width that there is; the frame is as high as its
// content, so it must not depend on the frame's height. Mails are made for white paper.
const frameHead = `<!doctype html><html><head><meta charset="utf-8"><meta name="referrer" content="no-referrer"><title>Mail</title><style>` +
	`html,body{margin:0;padding:0;background:#fff;color:#1a1b1e;height:auto!important}` +
	`body{padding:8px;font:14px/1.5 system-ui,sans-serif;overflow-wrap:anywhere;overflow-x:auto}` +
	`img{max-width:100%;height:auto}img[data-remote-src]{background:#f1f3f5}table{max-width:100%}pre{white-space:pre-wrap}blockquote{margin:.5em 0 .5em .5em;padding-left:.75em;border-left:2px solid #ced4da}` +
	`</style></head><body>`

func (d *door) frame(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	remote := q.Query("remote") == "1"
	v, err := d.Mails.View(q.Ctx(), q.Store, id, remote, d.link(q))
	if err != nil {
		return err
	}
	if v.HTML == nil {
		return desk.ErrNotFound
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", framePolicy(remote))
	h.Set("X-Frame-Options", "SAMEORIGIN")
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = io.WriteString(q.W, frameHead+*v.HTML+"</body></html>") // a client that went away is no error of ours
	return nil
}

// link makes the address of an attachment as the page's own host has it.
func (d *door) link(q *page.Request) func(path string) string {
	links := d.Links(q.Store, "")
	return func(path string) string { return string(links.AppendURL(nil, []byte(path))) }
}

// originalMail is a received message for who wants to know exactly.
type originalShown struct {
	ID         int64           `json:"id"`
	Headers    string          `json:"headers"`
	Text       string          `json:"text"`
	HTML       bool            `json:"html"`
	Remote     bool            `json:"remote"` // it shows images from elsewhere, once asked to
	Checks     json.RawMessage `json:"checks"`
	Reason     string          `json:"reason"`
	Source     string          `json:"source"`
	Envelope   string          `json:"envelope_from"`
	Recipients []string        `json:"recipients"`
	Size       int64           `json:"size"`
	ReceivedAt *string         `json:"received_at"`
}

const (
	maxHeaders = 64 << 10
	maxText    = 256 << 10
)

func (d *door) originalMail(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	m, err := d.Mails.Get(q.Ctx(), q.Store, id)
	if err != nil {
		return err
	}
	v, err := d.Mails.View(q.Ctx(), q.Store, id, false, d.link(q))
	if err != nil {
		return err
	}
	headers, err := d.headers(q, m)
	if err != nil {
		return err
	}
	out := originalShown{
		ID: m.ID, Headers: headers, Text: bounded(v.Text, maxText), HTML: v.HTML != nil, Remote: v.Remote, Reason: m.Reason, Source: m.Source,
		Envelope: m.EnvelopeFrom, Recipients: append([]string{}, m.Recipients...), Size: m.Size, ReceivedAt: instant(m.ReceivedAt),
		Checks: json.RawMessage("null"),
	}
	if json.Valid([]byte(m.Auth)) {
		out.Checks = json.RawMessage(m.Auth)
	}
	return q.JSON(http.StatusOK, out)
}

// headers are the header lines of a message as they came.
func (d *door) headers(q *page.Request, m *desk.Mail) (string, error) {
	raw, err := d.Mails.Raw(q.Ctx(), q.Store, m)
	if err != nil {
		return "", err
	}
	defer raw.Close()
	head, err := io.ReadAll(io.LimitReader(raw, maxHeaders))
	if err != nil {
		return "", err
	}
	text := strings.ReplaceAll(string(head), "\r\n", "\n")
	text, _, _ = strings.Cut(text, "\n\n")
	return clean(text), nil
}

func bounded(text string, most int) string {
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "\n[…]"
	}
	return text
}
