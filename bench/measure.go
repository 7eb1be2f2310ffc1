package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// measureSQLite measures everything on a SQLite file.
func (b *bench) measureSQLite(ctx context.Context, r *report) error {
	d, err := b.prepareSQLite(ctx, b.tickets)
	if err != nil {
		return err
	}
	defer d.close()
	small := func() (*dataset, error) { return b.prepareSQLite(ctx, b.smaller()) }
	return b.measure(ctx, r, d, small)
}

// measurePostgres measures everything on PostgreSQL.
func (b *bench) measurePostgres(ctx context.Context, r *report) error {
	c, err := b.openCluster(ctx)
	if err != nil {
		return err
	}
	defer c.stop()
	r.Postgres = c.version
	d, err := b.preparePostgres(ctx, c, b.tickets)
	if err != nil {
		return err
	}
	defer d.close()
	small := func() (*dataset, error) { return b.preparePostgres(ctx, c, b.smaller()) }
	return b.measure(ctx, r, d, small)
}

// smaller is the size that "size costs little" compares with.
func (b *bench) smaller() int { return max(1000, b.tickets/100) }

// does tells whether a group is to be measured.
func (b *bench) does(group string) bool { return slices.Contains(b.groups(), group) }

// wanted tells whether something is to be measured, by its name.
func (b *bench) wanted(name string, quick bool) bool {
	return (quick || !b.quick) && strings.Contains(name, b.match)
}

// measure runs the groups on one database.
func (b *bench) measure(ctx context.Context, r *report, d *dataset, small func() (*dataset, error)) (err error) {
	r.begin(d)
	if b.does("start") {
		if err := b.measureStart(ctx, r, d); err != nil {
			return err
		}
	}
	if b.fixed, err = b.startFixed(ctx); err != nil {
		return err
	}
	defer b.fixed.stop()
	server, err := b.startServer(ctx, d)
	if err != nil {
		return err
	}
	b.server = server
	if b.does("write") || b.does("webhook") {
		defer func() {
			if e := d.endWrites(context.WithoutCancel(ctx)); err == nil {
				err = e
			}
		}()
	}
	defer server.stop() // before endWrites
	if err := b.answerCosts(ctx, d); err != nil {
		return err
	}
	for _, g := range []struct {
		name string
		work func() ([]work, error)
	}{
		{"list", func() ([]work, error) { return b.listWork(ctx, d, server.address) }},
		{"depth", func() ([]work, error) { return b.depthWork(ctx, d, server.address) }},
		{"size", func() ([]work, error) { return nil, b.measureSize(ctx, r, d, server, small) }},
		{"text", func() ([]work, error) { return b.textWork(ctx, d, server.address) }},
		{"retrieve", func() ([]work, error) { return b.retrieveWork(ctx, d, server.address) }},
		{"write", func() ([]work, error) {
			if err := d.beginWrites(ctx); err != nil {
				return nil, err
			}
			return b.writeWork(ctx, d, server.address)
		}},
		{"webhook", func() ([]work, error) { return b.hookWork(ctx, d, server.address) }},
	} {
		if !b.does(g.name) {
			continue
		}
		progress("%s: %s", d.kind, g.name)
		list, err := g.work()
		if err != nil {
			return fmt.Errorf("%s: %w", g.name, err)
		}
		if err := b.measureAll(ctx, r, d, list); err != nil {
			return err
		}
	}
	if b.does("memory") {
		return r.memory(d, server)
	}
	return nil
}

// measureStart times from the start of the process to its first answer.
func (b *bench) measureStart(ctx context.Context, r *report, d *dataset) error {
	var times []time.Duration
	for range 5 {
		p, err := b.startServer(ctx, d)
		if err != nil {
			return err
		}
		times = append(times, p.ready)
		p.stop()
	}
	r.start(d, median(times))
	return nil
}

// measureSize starts a second server, on less data, beside the first.
func (b *bench) measureSize(ctx context.Context, r *report, d *dataset, server *process, smaller func() (*dataset, error)) error {
	if b.quick {
		return nil
	}
	small, err := smaller()
	if err != nil {
		return err
	}
	defer small.close()
	other, err := b.startServer(ctx, small)
	if err != nil {
		return err
	}
	b.other = other
	defer func() { b.other = nil; other.stop() }()
	list, err := b.sizeWork(ctx, d, small, server.address, other.address)
	if err != nil {
		return err
	}
	return b.measureAll(ctx, r, d, list)
}

func (b *bench) measureAll(ctx context.Context, r *report, d *dataset, list []work) error {
	for _, w := range list {
		if !b.wanted(w.name, w.quick) {
			continue
		}
		rows, err := b.inTurns(ctx, d, w)
		if err != nil {
			return fmt.Errorf("%s, %s: %w", d.kind, w.name, err)
		}
		r.Rows = append(r.Rows, rows...)
		for _, row := range rows {
			if b.verbose {
				progress("%s", row.line())
			}
		}
	}
	return nil
}

// warmUp is how long a load runs before it counts, so that connections, plans and
// caches are there.
const warmUp = 300 * time.Millisecond

// inTurns measures program and yardsticks in turns, so that what else the machine does
// falls on both, and takes the medians.
func (b *bench) inTurns(ctx context.Context, d *dataset, w work) ([]row, error) {
	if _, err := w.load.run(ctx, warmUp); err != nil {
		return nil, err
	}
	var ours []*outcome
	theirs := make([]turns, len(w.yardsticks))
	for round := range b.rounds {
		w.load.offset = round * 997
		before := b.costs(d)
		out, err := w.load.run(ctx, b.each)
		if err != nil {
			return nil, err
		}
		out.cost = b.costs(d).since(before, len(out.times))
		ours = append(ours, out)
		for i, y := range w.yardsticks {
			before := b.costs(d)
			rate, err := y.run(ctx, b.each)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", y.name(), err)
			}
			theirs[i].rates = append(theirs[i].rates, rate)
			theirs[i].costs = append(theirs[i].costs, b.costs(d).since(before, int(rate*b.each.Seconds())))
		}
	}
	rows := rowsOf(d, w, ours, theirs)
	if w.group == "list" {
		for i := range rows {
			rows[i].possible(b.answering(rows[i].Body))
		}
	}
	return rows, b.takeProfile(ctx, d, w)
}

// turns are what a yardstick measured in each round.
type turns struct {
	rates []float64
	costs []cost
}

// median of figures; of an even number the lower of the middle two.
func median[T int64 | float64 | time.Duration](list []T) T {
	if len(list) == 0 {
		return 0
	}
	list = slices.Clone(list)
	slices.Sort(list)
	return list[(len(list)-1)/2]
}
