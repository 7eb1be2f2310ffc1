package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// report is everything measured in one run.
type report struct {
	Cores    int     `json:"cores"`
	LoadAvg  string  `json:"load_average_at_start"`
	Conns    int     `json:"connections"`
	Rounds   int     `json:"rounds"`
	Seconds  float64 `json:"seconds_per_measurement"`
	Postgres string  `json:"postgres,omitempty"`
	Rows     []row   `json:"rows"`

	tickets []string
}

// row is one figure beside its yardstick. Times are in milliseconds, rates a second.
type row struct {
	Database   string   `json:"database"`
	Tickets    int64    `json:"tickets"`
	Group      string   `json:"group"`
	Name       string   `json:"name"`
	Conns      int      `json:"connections,omitempty"`
	Rate       float64  `json:"rate,omitempty"`
	Yardstick  string   `json:"yardstick,omitempty"`
	Beside     float64  `json:"yardstick_rate,omitempty"`
	Ratio      float64  `json:"ratio,omitempty"`
	Value      float64  `json:"value,omitempty"` // of a figure that is no rate, in Unit
	Unit       string   `json:"unit,omitempty"`
	P50        float64  `json:"p50_ms,omitempty"`
	P99        float64  `json:"p99_ms,omitempty"`
	Slowest    float64  `json:"slowest_request_median_ms,omitempty"`
	Cost       cost     `json:"cpu_us"`
	BesideCost cost     `json:"yardstick_cpu_us"`
	Possible   float64  `json:"possible_ratio,omitempty"`
	CPURatio   float64  `json:"cpu_ratio,omitempty"`
	Target     string   `json:"target,omitempty"`
	Missed     []string `json:"missed,omitempty"`
	Failed     int      `json:"failed_answers,omitempty"`
	Complaint  string   `json:"complaint,omitempty"`
	Body       int64    `json:"mean_body_bytes,omitempty"`
}

// begin notes what is going to be measured.
func (r *report) begin(d *dataset) {
	if r.LoadAvg == "" {
		text, _ := os.ReadFile("/proc/loadavg") // elsewhere than on Linux there is none
		r.LoadAvg = strings.Join(strings.Fields(string(text))[:min(3, len(strings.Fields(string(text))))], " ")
	}
	r.tickets = append(r.tickets, fmt.Sprintf("%s %d", d.kind, d.tickets))
}

// rowsOf sums up the rounds: one row for each yardstick, one if there is none.
func rowsOf(d *dataset, w work, ours []*outcome, theirs []turns) []row {
	base := row{Database: d.kind, Tickets: d.tickets, Group: w.group, Name: w.name, Conns: w.load.conns, Target: w.target.String()}
	var rates []float64
	var p50, p99, slowest []time.Duration
	var answers, bytes int64
	var costs []cost
	for _, o := range ours {
		rates = append(rates, o.rate)
		p50, p99, slowest = append(p50, o.quantile(0.5)), append(p99, o.quantile(0.99)), append(slowest, o.slowest)
		base.Failed += o.failed
		base.Complaint += o.complain
		answers += int64(len(o.times))
		bytes += o.body
		costs = append(costs, o.cost)
	}
	base.Rate, base.P50, base.P99, base.Slowest = median(rates), ms(median(p50)), ms(median(p99)), ms(median(slowest))
	base.Cost = medianCost(costs)
	base.Body = bytes / max(1, answers)
	var rows []row
	for i, y := range w.yardsticks {
		one := base
		one.Yardstick, one.Beside = y.name(), median(theirs[i].rates)
		one.BesideCost = medianCost(theirs[i].costs)
		one.CPURatio = one.BesideCost.All / max(one.Cost.All, 1e-9)
		one.Ratio = one.Rate / max(one.Beside, 1e-9)
		rows = append(rows, one)
	}
	if len(rows) == 0 {
		rows = append(rows, base)
	}
	for i := range rows {
		rows[i].judge(w.target)
	}
	return rows
}

// possible notes the ratio that a server would reach that adds nothing to the
// yardstick's work but net/http's for an answer of the same size, given its cost.
func (r *row) possible(answering float64) {
	r.Possible = r.BesideCost.All / max(r.BesideCost.All+answering, 1e-9)
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// judge notes which parts of the target are missed.
func (r *row) judge(t target) {
	if t.ratio > 0 && r.Ratio < t.ratio && (t.rate == 0 || r.Rate < t.rate) {
		r.Missed = append(r.Missed, "ratio")
	}
	if t.tail > 0 && r.P99 > t.tail*r.P50 {
		r.Missed = append(r.Missed, "tail")
	}
	if t.median > 0 && r.Slowest > ms(t.median) {
		r.Missed = append(r.Missed, "median")
	}
	if r.Failed > 0 {
		r.Missed = append(r.Missed, "failed answers")
	}
}

// String says what is asked for.
func (t target) String() string {
	var parts []string
	if t.ratio > 0 {
		parts = append(parts, fmt.Sprintf("≥ %.1f", t.ratio))
	}
	if t.rate > 0 {
		parts = append(parts, fmt.Sprintf("or ≥ %.0f/s", t.rate))
	}
	if t.tail > 0 {
		parts = append(parts, fmt.Sprintf("tail < %.0f", t.tail))
	}
	if t.median > 0 {
		parts = append(parts, fmt.Sprintf("< %d ms", t.median.Milliseconds()))
	}
	return strings.Join(parts, ", ")
}

// maxReady and maxMemory are the limits of start and memory.
const (
	maxReady  = time.Second
	maxMemory = 150 << 20
)

func (r *report) start(d *dataset, took time.Duration) {
	one := row{Database: d.kind, Tickets: d.tickets, Group: "start", Name: "start to first answer", Value: ms(took), Unit: "ms", Target: "< 1000 ms"}
	if took >= maxReady {
		one.Missed = []string{"limit"}
	}
	r.Rows = append(r.Rows, one)
}

func (r *report) memory(d *dataset, p *process) error {
	peak, own, err := p.memory()
	if err != nil {
		return err
	}
	one := row{Database: d.kind, Tickets: d.tickets, Group: "memory", Name: "largest resident size", Value: float64(peak>>10) / 1024, Unit: "MB", Target: "< 150 MB"}
	if peak >= maxMemory {
		one.Missed = []string{"limit"}
	}
	r.Rows = append(r.Rows, one, row{
		Database: d.kind, Tickets: d.tickets, Group: "memory",
		Name: "of that, without mapped files, at the end", Value: float64(own>>10) / 1024, Unit: "MB",
	})
	return nil
}

func (r *report) writeJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", " ")
	return e.Encode(r)
}

// writeTable prints the report for people.
func (r *report) writeTable(w io.Writer) error {
	fmt.Fprintf(w, "%s tickets; %d connections, %d cores shared by load generator, server and database; load average before: %s\n",
		strings.Join(r.tickets, ", "), r.Conns, r.Cores, r.LoadAvg)
	fmt.Fprintf(w, "medians of %d rounds of %.0f s, program and yardstick in turns", r.Rounds, r.Seconds)
	if r.Postgres != "" {
		fmt.Fprintf(w, "; PostgreSQL %s", r.Postgres)
	}
	fmt.Fprint(w, "\n\n")
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "\twhat\tours/s\tyardstick/s\tratio\ttarget\tp50 ms\tp99 ms\tp99/p50\tcpu µs\tcpu ratio\tpossible\tits cpu\tyardstick")
	missed, group := 0, ""
	for _, one := range r.Rows {
		if g := one.Database + ", " + one.Group; g != group {
			group = g
			fmt.Fprintf(t, "\n%s\n", g)
		}
		if len(one.Missed) > 0 {
			missed++
		}
		fmt.Fprintln(t, one.line())
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, one := range r.Rows {
		if one.Failed > 0 {
			fmt.Fprintf(w, "\n%s, %s: %d answers failed, the first with %s\n", one.Database, one.Name, one.Failed, one.Complaint)
		}
	}
	_, err := fmt.Fprintf(w, "\n%d figures, %d short of their target (✗). \n"+
		"Text is asked over one connection; its p50 is that of the slowest text.\n"+
		"cpu µs: processor time for each request, of the server (+ of PostgreSQL) of that of all, load generator included.\n"+
		"cpu ratio: that of the yardstick (its cpu) to ours; on a machine with nothing else to do, ratio comes near it.\n"+
		"possible: the cpu ratio of a server that adds nothing to the yardstick but net/http's work for a fixed answer of that size.\n",
		len(r.Rows), missed)
	return err
}

// line is the row as the table shows it, its cells separated by tabs.
func (r *row) line() string {
	mark := " "
	switch {
	case len(r.Missed) > 0:
		mark = "✗"
	case r.Target != "":
		mark = "✓"
	}
	cells := []string{mark, r.Name, "", "", "", r.Target, "", "", "", "", "", "", "", r.Yardstick}
	if r.Unit != "" {
		cells[2] = fmt.Sprintf("%.0f %s", r.Value, r.Unit)
	} else {
		p50 := r.P50
		if r.Slowest > 0 {
			p50 = r.Slowest
		}
		cells[2] = fmt.Sprintf("%.0f", r.Rate)
		cells[6], cells[7], cells[8] = fmt.Sprintf("%.2f", p50), fmt.Sprintf("%.2f", r.P99), fmt.Sprintf("%.1f", r.P99/max(r.P50, 0.001))
		cells[9] = fmt.Sprintf("%.0f", r.Cost.Server)
		if r.Cost.Database > 0 {
			cells[9] += fmt.Sprintf("+%.0f", r.Cost.Database)
		}
	}
	if r.Yardstick != "" {
		cells[9] += fmt.Sprintf(" of %.0f", r.Cost.All)
		cells[10] = fmt.Sprintf("%.2f", r.CPURatio)
		if r.Possible > 0 {
			cells[11] = fmt.Sprintf("%.2f", r.Possible)
		}
		if r.BesideCost.Database > 0 {
			cells[12] = fmt.Sprintf("%.0f of ", r.BesideCost.Database)
		}
		cells[12] += fmt.Sprintf("%.0f", r.BesideCost.All)
		cells[3], cells[4] = fmt.Sprintf("%.0f", r.Beside), fmt.Sprintf("%.2f", r.Ratio)
	}
	return strings.Join(cells, "\t")
}
