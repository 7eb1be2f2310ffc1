package main

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"
)

// server answers as net/http does, /BYTES with so many bytes.
func server(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/%d", &n); err != nil {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Header().Set("Content-Length", fmt.Sprint(n))
		w.Header().Set("ETag", `"tag"`)
		w.Write([]byte(strings.Repeat("x", n))) //nolint:errcheck // the test sees what is missing
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// Answers of any size, larger than the buffer too, are read to their end, or the next
// one on the connection would not be understood.
func TestLoadReadsAnswersOfAnySize(t *testing.T) {
	t.Parallel()
	address := server(t)
	c, err := dial(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, size := range []int{0, 1, 4096, 128 << 10, 1 << 20, 7} {
		status, length, err := c.ask(get("t", fmt.Sprintf("/%d", size), ""))
		if status != 200 || length != size || err != nil {
			t.Errorf("%d bytes: read %d %d %v", size, status, length, err)
		}
		if status, length, err := c.ask(get("t", "/none", "")); status != 304 || length != 0 || err != nil {
			t.Errorf("304: read %d %d %v", status, length, err)
		}
	}
}

func TestLoadCountsWhatItDidNotExpect(t *testing.T) {
	t.Parallel()
	l := load{address: server(t), conns: 2, status: 200, requests: [][]byte{get("t", "/10", ""), get("t", "/none", "")}}
	out, err := l.run(t.Context(), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if out.failed == 0 || out.failed == len(out.times) || !strings.HasPrefix(out.complain, "304") {
		t.Errorf("%d of %d failed, %q", out.failed, len(out.times), out.complain)
	}
}

func TestLoadRefusesWhatIsNotHTTP(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		if c, err := listener.Accept(); err == nil {
			_, _ = bufio.NewReader(c).ReadString('\n')   // what is asked does not matter
			_, _ = c.Write([]byte("SMTP ready\r\n\r\n")) // the test sees what is missing
			c.Close()
		}
	}()
	l := load{address: listener.Addr().String(), conns: 1, requests: [][]byte{get("t", "/", "")}}
	if _, err := l.run(t.Context(), time.Minute); err == nil {
		t.Error("no error")
	}
}

func TestFetchReturnsHeadAndBody(t *testing.T) {
	t.Parallel()
	head, body, err := fetch(t.Context(), server(t), get("t", "/300000", ""))
	if err != nil || len(body) != 300_000 {
		t.Fatalf("%d bytes, %v", len(body), err)
	}
	if tag, _ := header(head, "Etag"); tag != `"tag"` {
		t.Errorf("ETag %q in %s", tag, head)
	}
}

func TestQuantileAndMedian(t *testing.T) {
	t.Parallel()
	var o outcome
	for i := range 100 {
		o.times = append(o.times, time.Duration(i))
	}
	if o.quantile(0.5) != 50 || o.quantile(0.99) != 99 || (&outcome{}).quantile(0.5) != 0 {
		t.Error(o.quantile(0.5), o.quantile(0.99))
	}
	if median([]float64{9, 1, 5}) != 5 || median([]int64{4, 2}) != 2 || median[float64](nil) != 0 {
		t.Error("median")
	}
}

func TestSlowestIsByRequest(t *testing.T) {
	t.Parallel()
	l := load{requests: make([][]byte, 2), offset: 1}
	// The odd requests come first: 7, 8, 9; then the even ones: 1, 2, 30.
	if got := l.slowest([]time.Duration{7, 1, 8, 2, 9, 30}); got != 8 {
		t.Errorf("slowest median %d, want 8", got)
	}
}

// pgbench takes :name for a variable even inside a text.
func TestScriptHidesColonsAndQuotes(t *testing.T) {
	t.Parallel()
	s := statement{"SELECT $1,\n\t$2, $10, $3", []any{int64(7), `it's {"a":1} \`, anyID{3, 9}}}
	want := "\\set a3 random(3, 9)\n" + `SELECT 7, E'it''s {"a"\x3a1} \\', $10, :a3;` + "\n"
	if got := script(s); got != want {
		t.Errorf("script is\n%swant\n%s", got, want)
	}
}

func TestFormsOfAQuery(t *testing.T) {
	t.Parallel()
	tag, status := linked("tags", "ticket_tags", "tag_id", "ticket_tags_tag", int64(4)), equal("status", "status", "tickets_status", "open")
	for _, c := range []struct {
		name string
		q    listQuery
		want []string // a part of each form
	}{
		{"first page", listQuery{store: 1}, []string{"FROM tickets t WHERE t.store_id = $1 ORDER BY t.id DESC LIMIT 20"}},
		{"deep", listQuery{store: 1, before: int64(9)}, []string{"t.store_id = $1 AND t.id < $2 ORDER"}},
		{"tag", listQuery{store: 1, clauses: []clause{tag}}, []string{"FROM ticket_tags x WHERE x.store_id = $1 AND x.tag_id = $2 ORDER"}},
		{"tag and status", listQuery{store: 1, clauses: []clause{tag, status}}, []string{
			"FROM tickets t WHERE t.store_id = $1 AND EXISTS (SELECT 1 FROM ticket_tags y",
			"FROM ticket_tags x JOIN tickets t ON t.store_id = x.store_id AND t.id = x.ticket_id WHERE x.store_id = $1 AND x.tag_id = $2 AND t.status || '' = $3",
			"y.tag_id = $2) AND t.status = $3 ORDER",
		}},
		{"status, SQLite", listQuery{store: 1, clauses: []clause{status}, named: true}, []string{
			"FROM tickets t WHERE t.store_id = $1 AND t.status = $2 ORDER",
			"FROM tickets t INDEXED BY tickets_status WHERE t.store_id = $1 AND t.status = $2 ORDER",
		}},
	} {
		forms := c.q.forms()
		if len(forms) != len(c.want) {
			t.Errorf("%s: %d forms, want %d", c.name, len(forms), len(c.want))
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(forms[i].sql, want) {
				t.Errorf("%s: form %d is %s, without %s", c.name, i, forms[i].sql, want)
			}
		}
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		row    row
		target target
		missed string
	}{
		{row{Ratio: 0.5, P50: 1, P99: 8}, listTarget, ""},
		{row{Ratio: 0.49, P50: 1, P99: 8.1}, listTarget, "ratio tail"},
		{row{Ratio: 0.1, Rate: 3000}, target{ratio: 0.5, rate: 3000}, ""},
		{row{Ratio: 0.1, Rate: 2999}, target{ratio: 0.5, rate: 3000}, "ratio"},
		{row{Slowest: 5.1}, target{median: 5 * time.Millisecond}, "median"},
		{row{Failed: 1}, target{}, "failed answers"},
	} {
		c.row.judge(c.target)
		if got := strings.Join(c.row.Missed, " "); got != c.missed {
			t.Errorf("%+v: missed %q, want %q", c.row, got, c.missed)
		}
	}
}

func TestTextClasses(t *testing.T) {
	t.Parallel()
	for rows, want := range map[int64]frequency{1: rareText, 20: rareText, 21: -1, 1000: middlingText, 10_000: middlingText, 10_001: -1, 50_000: commonText} {
		if got := inClass(rows, 1_000_000); got != want {
			t.Errorf("%d of a million: class %d, want %d", rows, got, want)
		}
	}
}

func TestFlags(t *testing.T) {
	t.Parallel()
	o, err := parse([]string{"-quick", "-rounds", "2"})
	if err != nil || o.tickets != 20_000 || o.rounds != 2 || o.each != time.Second {
		t.Errorf("%+v %v", o, err)
	}
	for _, args := range [][]string{{"-only", "lists"}, {"-db", "mysql"}} {
		if _, err := parse(args); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}

func TestTableMarksWhatIsMissed(t *testing.T) {
	t.Parallel()
	r := report{Rows: []row{
		{Database: "sqlite", Group: "list", Name: "good", Rate: 10, Target: "≥ 0.5"},
		{Database: "sqlite", Group: "list", Name: "bad", Rate: 1, Target: "≥ 0.5", Missed: []string{"ratio"}, Failed: 2, Complaint: "500: oh"},
	}}
	var b strings.Builder
	if err := r.writeTable(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"✓  good", "✗  bad", "2 figures, 1 short", "2 answers failed, the first with 500: oh"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("%q is not in\n%s", want, b.String())
		}
	}
}

func TestProcessorTimeGrows(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/proc/self/stat"); err != nil {
		t.Skip("no /proc")
	}
	pid := os.Getpid()
	before, begin := cpuTime(pid), time.Now()
	for cpuTime(pid) == before {
		if time.Since(begin) > 30*time.Second {
			t.Fatal("30 s of work took no processor time")
		}
	}
	if before := cpuTime(pid); familyTime(pid) < before {
		t.Error("a family costs no less than its head")
	}
}
