package tickets_test

import (
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

// BenchmarkCreate makes durable tickets, eight callers at a time.
func BenchmarkCreate(b *testing.B) {
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) {
			db := storetest.Open(b, open(b))
			stores := &settings.Stores{DB: db, Now: time.Now}
			if err := stores.EnsureDefault(b.Context()); err != nil {
				b.Fatal(err)
			}
			st, err := stores.Named(b.Context(), "")
			if err != nil {
				b.Fatal(err)
			}
			s := &tickets.Service{DB: db, Now: time.Now}
			b.SetParallelism(8)
			b.ResetTimer()
			b.RunParallel(func(pb *testing.PB) {
				subject, body := "Where is my order 100231?", "Hello, I ordered the lamp two weeks ago and have heard nothing since. Could you look into it please?"
				tags := []string{"late", "vip"}
				for pb.Next() {
					_, err := s.Create(b.Context(), st, &desk.TicketInput{
						Subject: &subject, Tags: &tags, Comment: &desk.CommentInput{Body: &body, Public: true},
					}, desk.Write{Actor: desk.System})
					if err != nil {
						b.Error(err)
						return
					}
				}
			})
		})
	}
}
