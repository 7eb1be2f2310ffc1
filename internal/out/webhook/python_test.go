package webhook_test

import (
	"bufio"
	"encoding/json"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// received is what the Python receiver says of one delivery.
type received struct {
	Good     bool
	Sequence string
	Body     struct {
		Object    string
		EventType string `json:"event_type"`
		EventID   string `json:"event_id"`
		Data      map[string]any
		Webhook   struct {
			ID     int64
			Store  string
			Target string
			Events []string
		}
		APIVersion string `json:"api_version"`
	}
}

// python starts the documented receiver and returns its URL and what it receives.
func python(t *testing.T, secret string) (url string, lines <-chan received) {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here: the documented receiver is not tried")
	}
	cmd := exec.CommandContext(t.Context(), path, "testdata/receiver.py", secret)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Wait() })
	scan := bufio.NewScanner(out)
	scan.Buffer(nil, 64<<20)
	if !scan.Scan() {
		t.Fatal("the receiver does not start")
	}
	to := make(chan received, 1000)
	url = "http://127.0.0.1:" + scan.Text() + "/hook/"
	go func() {
		defer close(to)
		for scan.Scan() {
			var r received
			if err := json.Unmarshal(scan.Bytes(), &r); err != nil {
				t.Errorf("the receiver says %.200q: %v", scan.Text(), err)
				continue
			}
			to <- r
		}
	}()
	return url, to
}

var nasty = []string{
	"plain", "é ß 漢字 ไทย עברית", "emoji 👩‍👩‍👧‍👦 🇩🇪 😀", "line\u2028separator\u2029paragraph", `quotes " ' \ / </script> & <b>`,
	"controls \x01\x02\x1b\x1f\x7f\u0080\u009f \b\f\n\r\t", "1.0 1e5 NaN Infinity -0", "\ufeffbom \ufffd \uffff\U0010ffff", "tab\tnew\nline\r\n",
	strings.Repeat("a very long text 長い文 ", 60_000),
}

// TestDocumentedReceiverAcceptsEverything runs the verifier that the original documents,
// in Python, against every kind of text in every field.
func TestDocumentedReceiverAcceptsEverything(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		url, lines := python(t, "s3cret-ü")
		hook := s.hook(url, "s3cret-ü")
		s.hooks.Timeout = 20 * time.Second
		s.start()
		want := map[string]map[string]any{}
		for _, text := range nasty {
			subject := []rune(text)
			id := s.create(string(subject[:min(len(subject), 200)]), text)
			doc := s.update(id, desk.TicketInput{Tags: &[]string{"tag " + string(subject[:min(len(subject), 20)])}})
			var data map[string]any
			if err := json.Unmarshal(doc.Append(nil, s.hooks.Links(s.st)), &data); err != nil {
				t.Fatal(err)
			}
			want[data["subject"].(string)] = data
		}
		email := "nasty@shop.example"
		metadata := []byte(`{"f":[1.0,1e5,1E400,-0.0,0.1,1e-7,123456789012345678901234567890],"t":"<&>\u2028\ud83d\ude00"}`)
		if _, err := s.people.Create(t.Context(), s.st, &desk.UserInput{Email: &email, Metadata: &metadata}, desk.Write{Actor: desk.System}); err != nil {
			t.Fatal(err)
		}
		seen, updated := map[string]bool{}, 0
		for len(seen) < 2*len(nasty)+1 {
			r := s.next(lines)
			if seen[r.Body.EventID] {
				continue
			}
			seen[r.Body.EventID] = true
			if !r.Good {
				t.Errorf("refused: %.300v", r)
			}
			b := r.Body
			if b.Webhook.ID != hook.ID || b.Webhook.Store != "shop" || b.Webhook.Target != url || b.APIVersion != "2023-02-10" || len(b.EventID) != 36 {
				t.Errorf("envelope %+v", b.Webhook)
			}
			if b.EventType == desk.EventTicketUpdated {
				updated++
				if diff := cmp.Diff(want[b.Data["subject"].(string)], b.Data); diff != "" {
					t.Errorf("%.500s", diff)
				}
				if r.Sequence != "2" || b.Object != "ticket" {
					t.Errorf("sequence %q, object %q", r.Sequence, b.Object)
				}
			}
		}
		if updated != len(nasty) {
			t.Errorf("%d updates", updated)
		}
		s.eventually("no job is left", func() bool { return s.pending() == 0 })
	})
}

// TestBodyIsTheTicketAsItWas: an event that is delivered late shows the ticket as it was
// right after it, whatever happened since.
func TestBodyIsTheTicketAsItWas(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := open(t, db)
		url, lines := python(t, "x")
		s.hook(url, "x")
		var want []map[string]any
		note := func(text []byte) {
			var data map[string]any
			if err := json.Unmarshal(text, &data); err != nil {
				t.Fatal(err)
			}
			want = append(want, data)
		}
		id := s.create("first", "")
		doc, err := s.tickets.Get(t.Context(), s.st, id)
		if err != nil {
			t.Fatal(err)
		}
		note(doc.Append(nil, s.hooks.Links(s.st)))
		second, body, none, high := "second <&>", "a comment", "", desk.PriorityHigh
		solved, email := desk.StatusSolved, "x@shop.example"
		for _, in := range []desk.TicketInput{
			{Subject: &second, Tags: &[]string{"b", "a"}},
			{Comment: &desk.CommentInput{Body: &body, Public: true}, Status: &solved},
			{Priority: &high, FromEmail: &desk.Text{Value: &email}},
			{Comment: &desk.CommentInput{Body: &second}, Tags: &[]string{}},
			{FromEmail: &desk.Text{}, Order: &none},
			{Comment: &desk.CommentInput{Body: &body}},
		} {
			note(s.update(id, in).Append(nil, s.hooks.Links(s.st)))
		}
		s.start()
		for i := range want {
			r := s.next(lines)
			if diff := cmp.Diff(want[i], r.Body.Data); diff != "" || !r.Good {
				t.Errorf("event %d: %s", i+1, diff)
			}
		}
	})
}

// next waits for a delivery.
func (s *shop) next(lines <-chan received) received {
	s.t.Helper()
	select {
	case r := <-lines:
		return r
	case <-time.After(30 * time.Second):
	}
	jobs, _ := s.db.ListJobs(s.t.Context(), store.JobQuery{Limit: 10})
	for _, j := range jobs {
		s.t.Logf("%s %s %s %s", j.Kind, j.Args, j.State, j.Error)
	}
	s.t.Fatal("nothing more is delivered")
	return received{}
}
