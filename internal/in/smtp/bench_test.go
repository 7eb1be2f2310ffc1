package smtp

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// BenchmarkMails is how many messages a second are durable, over eight connections that
// each wait for one answer before the next message. Sizes are of a day's mail: half below
// 20 kB, one in twenty of 200 kB.
func BenchmarkMails(b *testing.B) {
	for name, open := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		b.Run(name, func(b *testing.B) { benchmarkMails(b, storetest.Open(b, open(b))) })
	}
}

func benchmarkMails(b *testing.B, db *store.DB) {
	const connections = 8
	d := open(b, db, nil)
	line := strings.Repeat("x", 74) + "\r\n"
	work := make(chan int)
	var group sync.WaitGroup
	for range connections {
		c := d.client()
		group.Go(func() {
			for i := range work {
				size := []int{4, 8, 12, 16, 18, 20, 22, 25, 30, 50}[i%10] << 10
				if i%20 == 19 {
					size = 200 << 10
				}
				body := fmt.Sprintf("Subject: %d\r\n\r\n", i) + strings.Repeat(line, size/len(line))
				if err := send(c, "ann@x.example", []string{"help@lamps.example"}, body); err != nil {
					b.Error(err)
				}
			}
		})
	}
	b.ResetTimer()
	for i := range b.N {
		work <- i
	}
	close(work)
	group.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "mails/s")
}
