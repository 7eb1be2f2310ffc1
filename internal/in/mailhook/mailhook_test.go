package mailhook_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/in/mailhook"
	"storedesk/internal/mailroom"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

type hook struct {
	t           *testing.T
	url         string // of a real server
	room        *mailroom.Service
	lamps, rugs *desk.Store
}

func open(t *testing.T, db *store.DB) *hook {
	t.Helper()
	stores := &settings.Stores{DB: db, Now: time.Now}
	blobs, err := blob.Open(t.Context(), "", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	h := &hook{t: t, room: &mailroom.Service{DB: db, Blobs: blobs, Stores: stores, Now: time.Now, MaxBytes: 1 << 20}}
	for name, to := range map[string]**desk.Store{"lamps": &h.lamps, "rugs": &h.rugs} {
		st, err := stores.Create(t.Context(), name, []string{name + ".example"})
		if err == nil {
			err = stores.Set(t.Context(), st, map[string]string{"support_email": "help@" + name + ".example"})
		}
		if err != nil {
			t.Fatal(err)
		}
		*to = st
	}
	server := httptest.NewServer(&mailhook.Handler{Room: h.room, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(server.Close)
	h.url = server.URL
	return h
}

// post returns the status and the word or the start of the detail.
func (h *hook) post(url, contentType, body string) (int, string) {
	h.t.Helper()
	r, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		h.t.Fatal(err)
	}
	r.Header.Set("Content-Type", contentType)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		h.t.Fatal(err)
	}
	defer answer.Body.Close()
	var out struct{ Status, Detail string }
	if err := json.NewDecoder(answer.Body).Decode(&out); err != nil {
		h.t.Fatal(err)
	}
	return answer.StatusCode, out.Status
}

func (h *hook) last(st *desk.Store) (*desk.Mail, string) {
	h.t.Helper()
	list, _, err := h.room.List(h.t.Context(), st, &desk.MailFilter{}, desk.Page{Order: desk.NewestFirst, Size: 1})
	if err != nil || len(list) == 0 {
		return &desk.Mail{}, ""
	}
	r, err := h.room.Raw(h.t.Context(), st, list[0])
	if err != nil {
		h.t.Fatal(err)
	}
	defer r.Close()
	raw, err := io.ReadAll(r)
	if err != nil {
		h.t.Fatal(err)
	}
	return list[0], string(raw)
}

func form(fields ...string) (contentType, body string) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		_ = w.WriteField(fields[i], fields[i+1]) // to memory
	}
	_ = w.Close()
	return w.FormDataContentType(), b.String()
}

func TestPostedMail(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		h := open(t, db)
		to := mailhook.URL(h.url, h.lamps, "help@lamps.example")
		large := "Subject: large\r\n\r\n" + strings.Repeat("0123456789\r\n", 20_000)
		multi := func(fields ...string) [2]string {
			kind, body := form(fields...)
			return [2]string{kind, body}
		}
		for _, c := range []struct {
			name     string
			request  [2]string
			raw      string
			from, to string
		}{
			{"body", [2]string{"message/rfc822", "Subject: 1\r\n\r\n\xff"}, "Subject: 1\r\n\r\n\xff", "", "help@lamps.example"},
			{"no type", [2]string{"", large}, large, "", "help@lamps.example"},
			{"email, then envelope", multi("email", "Subject: 2\r\n\r\n", "attachments", "0", "envelope", `{"to":["help+t1-x@lamps.example","other@x.example"],"from":"ann@x.example"}`), "Subject: 2\r\n\r\n", "ann@x.example", "help+t1-x@lamps.example"},
			{"body-mime", multi("recipient", "help@lamps.example, help+a@lamps.example", "sender", "bob@x.example", "body-mime", large+"2"), large + "2", "bob@x.example", "help@lamps.example help+a@lamps.example"},
			{"urlencoded", [2]string{"application/x-www-form-urlencoded", url.Values{"body-mime": {"Subject: 3\r\n\r\n+&="}, "sender": {"c@x.example"}}.Encode()}, "Subject: 3\r\n\r\n+&=", "c@x.example", "help@lamps.example"},
			{"message", multi("envelope[to]", "HELP@lamps.example", "envelope[from]", "d@x.example", "message", "Subject: 4\r\n\r\n"), "Subject: 4\r\n\r\n", "d@x.example", "HELP@lamps.example"},
		} {
			if status, word := h.post(to, c.request[0], c.request[1]); status != 200 || word != "taken" {
				t.Errorf("%s: %d %s", c.name, status, word)
			}
			m, raw := h.last(h.lamps)
			if raw != c.raw || m.EnvelopeFrom != c.from || strings.Join(m.Recipients, " ") != c.to || m.Source != "http" {
				t.Errorf("%s: %+v, %d bytes", c.name, m, len(raw))
			}
			if status, word := h.post(to, c.request[0], c.request[1]); status != 200 || word != "duplicate" {
				t.Errorf("%s, again: %d %s", c.name, status, word)
			}
		}
		if m, _ := h.last(h.rugs); m.ID != 0 {
			t.Error("the other store has mail")
		}
	})
}

func TestPostsRefused(t *testing.T) {
	t.Parallel()
	h := open(t, storetest.Open(t, storetest.SQLite(t)))
	good := mailhook.URL(h.url, h.lamps, "help@lamps.example")
	kind, noMessage := form("subject", "x")
	multipartKind, half := form("email", "Subject: 1\r\n\r\n"+strings.Repeat("x", 5000))
	many := make([]string, 0, 500)
	for range 250 {
		many = append(many, "x", "y")
	}
	manyKind, manyBody := form(many...)
	for name, c := range map[string]struct {
		url, kind, body string
		want            int
	}{
		"no key":             {h.url + mailhook.Path + "?to=help@lamps.example", "", "x", 401},
		"no query":           {h.url + mailhook.Path, "", "x", 401},
		"another's key":      {strings.Replace(good, "lamps", "rugs", 1), "", "x", 401},
		"for another tag":    {strings.Replace(good, "help", "help%2Bx", 1), "", "x", 401},
		"an unknown address": {mailhook.URL(h.url, h.lamps, "x@lamps.example"), "", "x", 401},
		"a changed key":      {good[:len(good)-1] + "x", "", "x", 401},
		"too large":          {good, "message/rfc822", strings.Repeat("x", 1<<20+1), 413},
		"far too large":      {good, "message/rfc822", strings.Repeat("x", 4<<20), 413},
		"empty":              {good, "message/rfc822", "", 422},
		"no message":         {good, kind, noMessage, 422},
		"half a form":        {good, multipartKind, half[:len(half)-200], 422},
		"no form":            {good, "multipart/form-data; boundary=x", "no form", 422},
		"no boundary":        {good, "multipart/form-data", "no form", 422},
		"many fields":        {good, manyKind, manyBody, 422},
	} {
		if status, _ := h.post(c.url, c.kind, c.body); status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
	if m, _ := h.last(h.lamps); m.ID != 0 {
		t.Error("something was taken")
	}
}
