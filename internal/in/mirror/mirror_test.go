package mirror_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/in/mirror"
	"storedesk/internal/store/storetest"
)

var noon = desk.At(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))

const minute = desk.Instant(time.Minute / time.Microsecond)

// shop is the whole program behind real HTTP, with a token for everything.
type shop struct {
	*app.App

	t     *testing.T
	st    *desk.Store
	url   string
	token string
}

// open starts the program; front, if any, sees each request first.
func open(t *testing.T, database string, front func(http.Handler) http.Handler) *shop {
	t.Helper()
	a, err := app.Open(t.Context(), app.Config{DatabaseURL: database, DataDir: t.TempDir(), LogLevel: "error"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(a.Close)
	a.Mirror.PerSecond = 1e6
	s := &shop{App: a, t: t}
	if s.st, err = a.Stores.Named(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if s.token, err = a.Access.Create(t.Context(), s.st, "test", []string{"admin:read", "admin:write"}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	handler, err := a.Handler(app.ServeConfig{PageSize: 20})
	if err != nil {
		t.Fatal(err)
	}
	if front != nil {
		handler = front(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

// mirroring is a live store and one that pulls from it.
func mirroring(t *testing.T, database string, front func(http.Handler) http.Handler) (live, here *shop) {
	t.Helper()
	live, here = open(t, storetest.SQLite(t), front), open(t, database, nil)
	live.has(person(1, "ada@shop.example"), person(2, "bob@shop.example"))
	live.sells(&desk.Product{ID: 7, Title: "Lamp", DateCreated: noon, DateUpdated: noon})
	live.ordered(bought("1001", 2, "open", noon))
	if err := here.Sources.Set(t.Context(), here.st, live.url+"/some/path/", live.token, 15*time.Minute); err != nil {
		t.Fatal(err)
	}
	return live, here
}

func person(id int64, email string) *desk.User {
	return &desk.User{ID: id, Email: email, FirstName: "N", DateJoined: noon + desk.Instant(id)*minute, TotalSpent: "0.00", Type: desk.UserCustomer}
}

func bought(number string, user int64, status string, updated desk.Instant) *desk.Order {
	return &desk.Order{
		Number: number, UserID: user, Status: status, TotalInclTax: "10.00", Currency: "USD", DatePlaced: noon, CreatedAt: noon,
		UpdatedAt: updated, Lines: []byte(`[{"id":1,"product_title":"Lamp"}]`),
	}
}

func (s *shop) now() desk.Instant { return desk.At(time.Now()) }

func (s *shop) has(users ...*desk.User) {
	s.t.Helper()
	if _, err := s.DB.NewBulk(s.st, s.now).WriteUsers(s.t.Context(), users); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) sells(products ...*desk.Product) {
	s.t.Helper()
	if _, err := s.DB.NewBulk(s.st, s.now).WriteProducts(s.t.Context(), products); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) ordered(orders ...*desk.Order) {
	s.t.Helper()
	if _, err := s.DB.NewBulk(s.st, s.now).WriteOrders(s.t.Context(), orders); err != nil {
		s.t.Fatal(err)
	}
}

// get asks the Admin API.
func (s *shop) get(path string, to any) int {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.url+"/api/admin/"+path, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+s.token)
	status, body := s.do(r)
	if status == http.StatusOK {
		if err := json.Unmarshal(body, to); err != nil {
			s.t.Fatal(err)
		}
	}
	return status
}

func (s *shop) do(r *http.Request) (int, []byte) {
	s.t.Helper()
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, body
}

// order is what GET orders/{number}/ shows.
type order struct {
	Status    string            `json:"status"`
	Lines     []json.RawMessage `json:"lines"`
	User      *struct{ ID int } `json:"user"`
	UpdatedAt time.Time         `json:"updated_at"`
}

func (s *shop) order(number string) order {
	s.t.Helper()
	var o order
	if status := s.get("orders/"+number+"/", &o); status != http.StatusOK {
		s.t.Fatalf("order %s: %d", number, status)
	}
	return o
}

func (s *shop) source() *desk.Source {
	s.t.Helper()
	source, err := s.Sources.Get(s.t.Context(), s.st)
	if err != nil {
		s.t.Fatal(err)
	}
	return source
}

func (s *shop) secret() string {
	s.t.Helper()
	secret, err := s.Sources.NewSecret(s.t.Context(), s.st, "")
	if err != nil {
		s.t.Fatal(err)
	}
	return secret
}

func sign(secret string, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

// deliver posts a body as a webhook; the answer is "200 applied", or "409 why".
func (s *shop) deliver(body []byte, signature string) string {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodPost, s.url+mirror.Path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set(mirror.SignatureHeader, signature)
	status, answer := s.do(r)
	var said struct{ Status, Detail string }
	if err := json.Unmarshal(answer, &said); err != nil {
		s.t.Errorf("the answer %d %.200q is no JSON: %v", status, answer, err)
	}
	return fmt.Sprintf("%d %s%s", status, said.Status, said.Detail)
}

// tell delivers an event with a right signature.
func (s *shop) tell(secret, id, kind, data string) string {
	s.t.Helper()
	body := envelope(id, kind, data)
	return s.deliver(body, sign(secret, body))
}

func envelope(id, kind, data string) []byte {
	object, _, _ := strings.Cut(kind, ".")
	return fmt.Appendf(nil, `{"object":%q,"data":%s,"event_id":%q,"event_type":%q,"webhook":{"id":39,"events":[%q],`+
		`"store":"example","target":"https://x.example/"},"api_version":"2024-04-01"}`, object, data, id, kind, kind)
}
