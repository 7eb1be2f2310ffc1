package mirror_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/in/mirror"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// orderData is an order as the original shows it, with keys that are not kept here.
func orderData(number, status string, updated desk.Instant) string {
	at := updated.Append(nil, time.UTC)
	return fmt.Sprintf(`{"number":%q,"status":%q,"currency":"USD","total_incl_tax":"12.50","user":{"id":2,"email":"bob@shop.example"},`+
		`"date_placed":"2026-03-01T12:00:00Z","updated_at":%q,"lines":[{"id":1,"product_title":"Läمp 🪔","weight":1.50}],"attribution":null}`,
		number, status, at)
}

// TestWebhookSignedByPython sends what a Python program signs in the original's way,
// over texts in which JSON writers differ, in other bytes than those signed.
func TestWebhookSignedByPython(t *testing.T) {
	t.Parallel()
	const script = `
import hashlib, hmac, json, sys
secret, body = sys.argv[1], json.loads(sys.stdin.buffer.read())
body["data"]["note"] = "\u2028 \x7f \x00 </script> & \U0001F600 \" \\ / \ud800"
body["data"]["numbers"] = [1.0, 1e22, 1e-7, 0.1, -0.0, 12345678901234567890]
sum = hmac.new(secret.encode(), json.dumps(body).encode(), hashlib.sha256).hexdigest()
print(sum)
print(json.dumps(body, separators=(",", ":")) if sys.argv[2] == "ascii" else json.dumps(body, indent=1))`
	storetest.EachURL(t, func(t *testing.T, url string) {
		here := open(t, url, nil)
		secret := here.secret()
		for i, form := range []string{"ascii", "indented"} {
			status := []string{"open", "shipped"}[i]
			var out, errs bytes.Buffer
			python := exec.CommandContext(t.Context(), "python3", "-c", script, secret, form)
			python.Stdin = bytes.NewReader(envelope("6ec81f0c-4f34-4b0e-9f0c-00000000000"+fmt.Sprint(i), "order.updated", orderData("1001", status, noon+minute)))
			python.Stdout, python.Stderr = &out, &errs
			if err := python.Run(); err != nil {
				t.Fatal(err, errs.String())
			}
			sum, body, _ := strings.Cut(out.String(), "\n")
			if sum == sign(secret, []byte(body)) {
				t.Fatal("the bytes sent are those signed: nothing is shown")
			}
			if got := here.deliver([]byte(body), sum); got != "200 applied" {
				t.Errorf("%s: %s", form, got)
			}
			if o := here.order("1001"); o.Status != status || len(o.Lines) != 1 {
				t.Errorf("%s: the order is %+v", form, o)
			}
			if got := here.deliver([]byte(strings.Replace(body, "12.50", "0.00", 1)), sum); !strings.HasPrefix(got, "401 ") {
				t.Errorf("%s, changed on its way: %s", form, got)
			}
		}
	})
}

// TestEvents tells a store of one thing after another.
func TestEvents(t *testing.T) {
	t.Parallel()
	customer := func(id int, email, more string) string {
		return fmt.Sprintf(`{"id":%d,"email":%q,"date_joined":"2026-03-01T12:00:00.5Z","user_type":"customer"%s}`, id, email, more)
	}
	product := func(title, updated string) string {
		return fmt.Sprintf(`{"id":7,"title":%q,"slug":"lamp","is_public":true,"date_created":"2026-03-01T12:00:00Z","date_updated":%q}`, title, updated)
	}
	steps := []struct{ kind, data, want string }{
		{"order.created", orderData("1001", "open", noon), "200 applied"},
		{"order.created", orderData("1001", "open", noon), "200 unchanged"}, // another event about the same
		{"order.updated", orderData("1001", "shipped", noon+2*minute), "200 applied"},
		{"order.updated", orderData("1001", "packed", noon+minute), "200 older"},
		{"order.updated", `{"number":1001,"status":"returned"}`, "200 applied"}, // says neither time nor lines
		{"order.deleted", orderData("1001", "gone", noon+9*minute), "200 ignored"},
		{"product.created", product("Lamp", "2026-03-01T12:00:00Z"), "200 applied"},
		{"product.updated", product("Lantern", "2026-03-01T12:02:00Z"), "200 applied"},
		{"product.updated", product("Lamp", "2026-03-01T12:01:00Z"), "200 older"},
		{"customer.created", customer(2, "bob@shop.example", ""), "200 applied"},
		{"customer.updated", customer(2, "bobby@shop.example", `,"orders_count":3`), "200 applied"},
		{"customer.created", customer(3, "bobby@shop.example", ""), "409 Something else here"},
		{"customer.updated", strings.Replace(customer(2, "eve@shop.example", ""), "12:00:00.5", "13:00:00", 1), "409 user 2 here joined at another time"},
		{"customer.deleted", customer(2, "bob@shop.example", ""), "200 ignored"},
		{"ticket.created", `{"id":1}`, "200 ignored"},
		{"order.lost", `null`, "200 ignored"},
		{"cart.abandoned", `[]`, "200 ignored"},
	}
	storetest.EachURL(t, func(t *testing.T, url string) {
		here := open(t, url, nil)
		secret, taken := here.secret(), 0
		for i, s := range steps {
			id := fmt.Sprintf("event-%d", i)
			if got := here.tell(secret, id, s.kind, s.data); !strings.HasPrefix(got, s.want) {
				t.Errorf("step %d, %s %s: %s, want %s", i, s.kind, s.data, got, s.want)
			}
			again := s.want
			if strings.HasPrefix(s.want, "200") {
				again = "200 duplicate"
				taken++
			}
			if got := here.tell(secret, id, s.kind, s.data); !strings.HasPrefix(got, again) {
				t.Errorf("step %d again, %s: %s, want %s", i, s.kind, got, again)
			}
		}
		if o := here.order("1001"); o.Status != "returned" || len(o.Lines) != 1 || desk.At(o.UpdatedAt) != noon+2*minute || o.User != nil {
			t.Errorf("the order is %+v", o)
		}
		var p struct{ Title string }
		if here.get("products/7/", &p); p.Title != "Lantern" {
			t.Errorf("the product is %+v", p)
		}
		var u struct {
			Email  string
			Orders int `json:"orders_count"`
		}
		if here.get("users/2/", &u); u.Email != "bobby@shop.example" || u.Orders != 3 {
			t.Errorf("the customer is %+v", u)
		}
		linking, err := here.DB.ListJobs(t.Context(), store.JobQuery{Kind: desk.LinkHistoryKind, Limit: 100})
		if err != nil || len(linking) != 2 || string(linking[0].Args) != `{"user":2}` {
			t.Errorf("%d jobs link what was written before, %v", len(linking), err)
		}
		if s := here.source(); s.Received != int64(taken) || s.Applied != 7 || s.LastEventAt == 0 {
			t.Errorf("the record is %+v, want %d received", s, taken)
		}
		if err := here.Sweep(t.Context(), time.Now().Add(29*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := here.tell(secret, "event-0", steps[0].kind, steps[0].data); got != "200 duplicate" {
			t.Errorf("after 29 days: %s", got)
		}
		if err := here.Sweep(t.Context(), time.Now().Add(31*24*time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := here.tell(secret, "event-0", steps[0].kind, steps[0].data); got != "200 older" {
			t.Errorf("after 31 days: %s", got)
		}
	})
}

// TestRefusals sends what must change nothing.
func TestRefusals(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		here := open(t, url, nil)
		good := envelope("a", "order.created", orderData("1001", "open", noon))
		refuse := func(name, want string, body []byte, signature string) {
			t.Helper()
			if got := here.deliver(body, signature); !strings.HasPrefix(got, want) {
				t.Errorf("%s: %.200s, want %s", name, got, want)
			}
		}
		refuse("no mirror", "401", good, sign("", good))
		if err := here.Sources.Set(t.Context(), here.st, "https://live.example", "token", time.Hour); err != nil {
			t.Fatal(err)
		}
		refuse("no secret", "401", good, sign("", good))
		old := here.secret()
		secret := here.secret()
		refuse("the secret before", "401", good, sign(old, good))
		refuse("no signature", "401", good, "")
		refuse("half a signature", "401", good, sign(secret, good)[:32])
		refuse("another body's", "401", good, sign(secret, good[1:]))
		refuse("not hex", "401", good, strings.Repeat("z", 64))
		refuse("the empty key's", "401", good, sign("", good))
		large := append(bytes.Clone(good), bytes.Repeat([]byte(" "), 4<<20)...)
		refuse("huge", "413", large, sign(secret, large))
		refuse("huge and unsigned", "401", large, "")
		for name, body := range hostile() {
			refuse(name, "422", []byte(body), sign(secret, []byte(body)))
		}
		if s := here.source(); s.Received != 0 {
			t.Errorf("%d events were taken", s.Received)
		}
		if status := here.get("orders/1001/", nil); status != http.StatusNotFound {
			t.Errorf("the order is there: %d", status)
		}
		refuse("the good one", "200 applied", good, sign(secret, good))
		if err := here.Sources.Off(t.Context(), here.st); err != nil {
			t.Fatal(err)
		}
		refuse("turned off", "401", good, sign(secret, good))
		refuse("turned off, the empty key's", "401", good, sign("", good))
	})
}

// hostile are bodies that are signed all right.
func hostile() map[string]string {
	event := func(id, kind, data string) string { return string(envelope(id, kind, data)) }
	return map[string]string{
		"nothing": "", "no JSON": "{", "a list": "[]", "a text": `"x"`, "null": "null", "two": "{}{}",
		"deep":              strings.Repeat("[", 1<<20),
		"deep data":         event("a", "order.created", strings.Repeat(`{"number":`, 20_000)+"1"+strings.Repeat("}", 20_000)),
		"no id":             event("", "order.created", orderData("1", "open", noon)),
		"an id with NUL":    strings.Replace(event("ab", "order.created", orderData("1", "open", noon)), `"ab"`, `"a\u0000b"`, 1),
		"a long id":         event(strings.Repeat("a", 65), "order.created", orderData("1", "open", noon)),
		"an id's number":    strings.Replace(event("a", "order.created", orderData("1", "open", noon)), `"event_id":"a"`, `"event_id":1`, 1),
		"no type":           event("a", "", orderData("1", "open", noon)),
		"a strange type":    event("a", "order.created\x01", "{}"),
		"no data":           `{"event_id":"a","event_type":"order.created"}`,
		"null data":         event("a", "order.created", "null"),
		"no number":         event("a", "order.created", `{"status":"open"}`),
		"no status":         event("a", "order.created", `{"number":"1"}`),
		"lines of no kind":  event("a", "order.created", `{"number":"1","status":"open","lines":{}}`),
		"a long number":     event("a", "order.created", orderData(strings.Repeat("1", 4000), "open", noon)),
		"no time":           event("a", "order.created", `{"number":"1","status":"open","updated_at":"soon"}`),
		"a negative id":     event("a", "product.created", `{"id":-1,"title":"x"}`),
		"an id past 64 bit": event("a", "product.created", `{"id":9223372036854775808,"title":"x"}`),
		"no title":          event("a", "product.created", `{"id":1}`),
		"a huge user id":    event("a", "customer.created", `{"id":17592186044416,"email":"x@y.example","date_joined":"2026-03-01T12:00:00Z"}`),
		"joined never":      event("a", "customer.created", `{"id":1,"email":"x@y.example"}`),
		"an unknown type":   event("a", "customer.created", `{"id":1,"email":"x@y.example","date_joined":"2026-03-01T12:00:00Z","user_type":"root"}`),
	}
}

// TestStoresKeepTheirSecrets delivers to one store what another's secret signed.
func TestStoresKeepTheirSecrets(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		here := open(t, url, nil)
		ctx := t.Context()
		if _, err := here.Stores.Create(ctx, "Other", []string{"other.example"}); err != nil {
			t.Fatal(err)
		}
		other, err := here.Stores.ByHost(ctx, "other.example")
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := here.Sources.NewSecret(ctx, other, "")
		if err != nil {
			t.Fatal(err)
		}
		body := envelope("a", "order.created", orderData("1001", "open", noon))
		ask := func(host string) int {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, here.url+mirror.Path, bytes.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			r.Header.Set(mirror.SignatureHeader, sign(theirs, body))
			status, _ := here.do(r)
			return status
		}
		if _, err := here.Stores.Create(ctx, "Third", []string{"third.example"}); err != nil {
			t.Fatal(err)
		}
		third, err := here.Stores.ByHost(ctx, "third.example")
		if err == nil {
			_, err = here.Sources.NewSecret(ctx, third, "")
		}
		if err != nil {
			t.Fatal(err)
		}
		for host, want := range map[string]int{"third.example": 401, "nobody.example": 404, "other.example": 200} {
			if got := ask(host); got != want {
				t.Errorf("at %s: %d, want %d", host, got, want)
			}
		}
		if _, err := here.DB.Order(ctx, third, "1001"); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("the third store has the order: %v", err)
		}
		if _, err := here.DB.Order(ctx, other, "1001"); err != nil {
			t.Error(err)
		}
	})
}

// TestEventsAtOnce delivers versions of a few orders at the same time, each twice, in
// no order: the newest stays, and each event counts once.
func TestEventsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		here := open(t, url, nil)
		secret := here.secret()
		const orders, versions = 4, 10
		var group sync.WaitGroup
		for i := range 2 * orders * versions {
			group.Go(func() {
				n, version := i%orders, i/orders%versions
				data := orderData(fmt.Sprint("10", n), fmt.Sprint("v", version), noon+desk.Instant(version)*minute)
				if got := here.tell(secret, fmt.Sprintf("%d-%d", n, version), "order.updated", data); !strings.HasPrefix(got, "200 ") {
					t.Errorf("order %d version %d: %s", n, version, got)
				}
			})
		}
		group.Wait()
		for n := range orders {
			if o := here.order(fmt.Sprint("10", n)); o.Status != fmt.Sprint("v", versions-1) {
				t.Errorf("order %d is %+v", n, o)
			}
		}
		if s := here.source(); s.Received != orders*versions {
			t.Errorf("%d events were taken, not %d", s.Received, orders*versions)
		}
		var list struct{ Results []json.RawMessage }
		if here.get("orders/", &list); len(list.Results) != orders {
			t.Errorf("%d orders", len(list.Results))
		}
	})
}
