package admin

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

// BenchmarkAnswers measures the door with the database behind it and no socket.
func BenchmarkAnswers(b *testing.B) {
	db := storetest.Open(b, storetest.SQLite(b))
	stores := &settings.Stores{DB: db, Now: time.Now}
	st, err := stores.Create(b.Context(), "Main", []string{"localhost"})
	if err != nil {
		b.Fatal(err)
	}
	err = db.Write(b.Context(), func(tx *store.Tx) error { fillStore(tx, st, 0); return nil })
	if err != nil {
		b.Fatal(err)
	}
	tokens := &access.Service{DB: db, Now: time.Now}
	if _, err := tokens.Adopt(b.Context(), st, "full", "full", []string{"admin:read", "admin:write"}, time.Time{}); err != nil {
		b.Fatal(err)
	}
	h := New(Config{Tickets: &tickets.Service{DB: db, Now: time.Now}, Access: tokens, Stores: stores})
	ask := func(method, path string, headers ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, "http://localhost"+Base+path, http.NoBody)
		r.Header = header(append(headers, "Authorization", "Bearer full")...)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for range 30 {
		if w := ask("POST", "tickets/"); w.Code != 201 {
			b.Fatal(w.Code, w.Body)
		}
	}
	for name, path := range map[string]string{"list": "tickets/", "ticket": "tickets/7/"} {
		tag := ask("GET", path).Header().Get("ETag")
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask("GET", path)
			}
		})
		b.Run(name+"-304", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				ask("GET", path, "If-None-Match", tag)
			}
		})
	}
	b.Run("404", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			ask("GET", "nope/")
		}
	})
}
