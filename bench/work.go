package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// work is one thing to measure.
type work struct {
	group string
	name  string
	quick bool // measured with -quick too
	load  load

	yardsticks []yardstick
	target     target
}

// target is what a figure should reach; zero parts ask for nothing.
type target struct {
	ratio  float64       // at least this share of each yardstick …
	rate   float64       // … or so many a second
	tail   float64       // 99th percentile at most so many medians
	median time.Duration // of the slowest of the requests, in a load of one connection
}

var listTarget = target{ratio: 0.5, tail: 8}

// pages is the work of asking for lists that differ in values, not in form.
func (b *bench) pages(ctx context.Context, d *dataset, address, name string, list ...listQuery) (work, error) {
	w := work{group: "list", name: name, target: listTarget, load: load{address: address, conns: b.conns, status: 200}}
	var forms [][]statement
	for _, q := range list {
		q.named = d.kind == sqliteKind
		for i, s := range q.forms() {
			if i == len(forms) {
				forms = append(forms, nil)
			}
			forms[i] = append(forms[i], s)
		}
		w.load.requests = append(w.load.requests, requests(d, &q)...)
	}
	best, err := d.best(ctx, forms)
	if err != nil {
		return w, fmt.Errorf("%s: %w", name, err)
	}
	w.yardsticks = []yardstick{b.databaseYardstick(d, best)}
	return w, nil
}

// requests are those for one query: one, or many when it starts anywhere.
func requests(d *dataset, q *listQuery) [][]byte {
	params := q.params()
	anywhere, ok := q.before.(anyID)
	if !ok {
		if q.before != nil {
			params.Set("cursor", cursorBefore(q.before.(int64)))
		}
		return [][]byte{get(d.token, listPath(params), "")}
	}
	var list [][]byte
	for i := range int64(4096) {
		// A stride that shares no factor with the range visits it evenly and in no order.
		id := anywhere.from + (i*2_654_435_761)%(anywhere.to-anywhere.from+1)
		params.Set("cursor", cursorBefore(id))
		list = append(list, get(d.token, listPath(params), ""))
	}
	return list
}

// listWork is every filter with a rare and a common value, and combinations.
func (b *bench) listWork(ctx context.Context, d *dataset, address string) ([]work, error) {
	var list []work
	var failed error
	add := func(quick bool, name string, queries ...listQuery) {
		if failed != nil || !b.wanted(name, quick) {
			return
		}
		w, err := b.pages(ctx, d, address, name, queries...)
		w.quick = quick
		list, failed = append(list, w), err
	}
	with := func(clauses ...clause) listQuery { return listQuery{store: d.store, clauses: clauses} }
	deep := anyID{d.newest / 100, d.newest * 9 / 10}

	add(true, "first page", with())
	add(true, "random deep cursor", listQuery{store: d.store, before: deep})
	spans := map[string]span{}
	for _, f := range filters {
		s, err := d.values(ctx, f.table(), f.column)
		if err != nil {
			return nil, err
		}
		spans[f.param] = s
		var rare []listQuery
		for _, c := range s.rare {
			rare = append(rare, with(f.clause(c.value)))
		}
		add(f.quick, fmt.Sprintf("%s, rare (%d)", f.param, s.rare[0].rows), rare...)
		if s.common.rows > s.rare[0].rows {
			add(f.quick, fmt.Sprintf("%s, common (%d)", f.param, s.common.rows), with(f.clause(s.common.value)))
		}
	}
	ids, err := d.randomIDs(ctx, alternates)
	if err != nil {
		return nil, err
	}
	var byID []listQuery
	for _, id := range ids {
		byID = append(byID, with(equal("id", "id", "", id)))
	}
	add(false, "id", byID...)
	first, last, err := d.period(ctx)
	if err != nil {
		return nil, err
	}
	middle := first.Add(last.Sub(first) / 2).Truncate(24 * time.Hour)
	day := func(from, to time.Time) clause {
		c, err := d.days(ctx, from, to)
		failed = errors.Join(failed, err)
		return c
	}
	add(true, "created, one day", with(day(middle, middle)))
	add(false, "created, all but the newest tenth", with(day(first, last.AddDate(0, 0, -int(last.Sub(first)/(240*time.Hour))))))

	common := func(param string) clause { return filterOf(param).clause(spans[param].common.value) }
	rare := func(param string) clause { return filterOf(param).clause(spans[param].rare[0].value) }
	year := day(middle.AddDate(0, -6, 0), middle.AddDate(0, 6, 0))
	add(true, "status and priority, common", with(common("status"), common("priority")))
	add(true, "status common, tag rare", with(common("status"), rare("tags")))
	add(false, "status rare, tag common", with(rare("status"), common("tags")))
	add(false, "tag and product, common", with(common("tags"), common("product")))
	add(false, "assignee common, status rare", with(common("assignee"), rare("status")))
	add(false, "status, channel and a year, common", with(common("status"), common("channel"), year))
	add(false, "tag rare, a year", with(rare("tags"), year))
	deepStatus := with(common("status"))
	deepStatus.before = deep
	add(false, "status common, random deep cursor", deepStatus)
	deepTag := with(common("tags"))
	deepTag.before = deep
	add(false, "tag common, random deep cursor", deepTag)
	return list, failed
}

// filter is a filter of the list by equality.
type filter struct {
	param, link, column, index string

	quick bool
}

// filters are those of the list that compare one column.
var filters = []filter{
	{"status", "", "status", "tickets_status", true},
	{"requester", "", "requester_id", "tickets_requester", false},
	{"assignee", "", "assignee_id", "tickets_assignee", false},
	{"ticket_type", "", "type_id", "tickets_type", false},
	{"order_number", "", "order_number", "tickets_order", false},
	{"product", "ticket_products", "product_id", "ticket_products_product", false},
	{"tags", "ticket_tags", "tag_id", "ticket_tags_tag", true},
	{"priority", "", "priority", "tickets_priority", false},
	{"channel", "", "channel", "tickets_channel", false},
}

func filterOf(param string) filter {
	for _, f := range filters {
		if f.param == param {
			return f
		}
	}
	panic("no filter " + param)
}

func (f filter) table() string {
	if f.link != "" {
		return f.link
	}
	return "tickets"
}

func (f filter) clause(value any) clause {
	if f.link != "" {
		return linked(f.param, f.link, f.column, f.index, value)
	}
	return equal(f.param, f.column, f.index, value)
}

// depthWork compares a page far down with the first.
func (b *bench) depthWork(ctx context.Context, d *dataset, address string) ([]work, error) {
	page := min(50_000, d.tickets/pageSize)
	id, err := d.idAt(ctx, (page-1)*pageSize-1)
	if err != nil {
		return nil, err
	}
	top := load{address: address, conns: b.conns, status: 200, requests: [][]byte{get(d.token, ticketsPath, "")}}
	far := top
	far.requests = [][]byte{get(d.token, listPath(url.Values{"cursor": {cursorBefore(id)}}), "")}
	return []work{{
		group: "depth", name: fmt.Sprintf("page %d", page), quick: true, load: far,
		yardsticks: []yardstick{&loadYardstick{"page 1", top}}, target: target{ratio: 0.8},
	}}, nil
}

// sizeWork compares the same lists on this data and on a hundredth of it.
func (b *bench) sizeWork(ctx context.Context, d, small *dataset, address, smallAddress string) ([]work, error) {
	var list []work
	for _, name := range []string{"first page", "random deep cursor", "status common", "tag rare"} {
		w := work{
			group: "size", name: fmt.Sprintf("%s: %d and %d tickets", name, d.tickets, small.tickets), target: target{ratio: 0.8},
			load: load{address: address, conns: b.conns, status: 200},
		}
		other := load{address: smallAddress, conns: b.conns, status: 200}
		for _, side := range []struct {
			d *dataset
			l *load
		}{{d, &w.load}, {small, &other}} {
			q := listQuery{store: side.d.store}
			status, err := side.d.values(ctx, "tickets", "status")
			if err != nil {
				return nil, err
			}
			tags, err := side.d.values(ctx, "ticket_tags", "tag_id")
			if err != nil {
				return nil, err
			}
			switch name {
			case "random deep cursor":
				q.before = anyID{side.d.newest / 100, side.d.newest * 9 / 10}
			case "status common":
				q.clauses = []clause{filterOf("status").clause(status.common.value)}
			case "tag rare":
				q.clauses = []clause{filterOf("tags").clause(tags.rare[0].value)}
			}
			side.l.requests = requests(side.d, &q)
		}
		w.yardsticks = []yardstick{&loadYardstick{fmt.Sprintf("%d tickets", small.tickets), other}}
		list = append(list, w)
	}
	return list, nil
}

// textWork is searching, over one connection, so that what is timed is the server and
// not the wait for a core.
func (b *bench) textWork(ctx context.Context, d *dataset, address string) ([]work, error) {
	var list []work
	add := func(param, what string, values []counted, limit time.Duration) {
		if len(values) == 0 {
			progress("the data has no %s text for %s", what, param)
			return
		}
		l := load{address: address, conns: 1, status: 200}
		least, most := values[0].rows, values[0].rows
		for _, v := range values {
			least, most = min(least, v.rows), max(most, v.rows)
			l.requests = append(l.requests, get(d.token, listPath(url.Values{param: {v.value.(string)}}), ""))
		}
		name := fmt.Sprintf("%s, %s (%d to %d)", param, what, least, most)
		if most == 0 {
			name = fmt.Sprintf("%s, %s", param, what)
		}
		list = append(list, work{group: "text", name: name, quick: true, load: l, target: target{median: limit}})
	}
	limits := [3]time.Duration{5 * time.Millisecond, 20 * time.Millisecond, 5 * time.Millisecond}
	subjects, err := d.subjectTexts(ctx)
	if err != nil {
		return nil, err
	}
	words, err := d.wordTexts(ctx)
	if err != nil {
		return nil, err
	}
	emails, err := d.emailTexts(ctx)
	if err != nil {
		return nil, err
	}
	for class, limit := range limits {
		add("filter_text", frequencyNames[class], subjects[class], limit)
	}
	add("filter_text", "a requester's e-mail", emails, limits[rareText])
	for class, limit := range limits {
		add("q", frequencyNames[class], words[class], limit)
	}
	add("filter_text", "of no ticket", []counted{{value: "zzqxjkzz"}}, limits[rareText])
	return list, nil
}

// retrieveWork is reading one ticket, and the answers that nothing has changed.
func (b *bench) retrieveWork(ctx context.Context, d *dataset, address string) ([]work, error) {
	ids, err := d.randomIDs(ctx, 2048)
	if err != nil {
		return nil, err
	}
	one := load{address: address, conns: b.conns, status: 200}
	unchanged := load{address: address, conns: b.conns, status: 304}
	size := 0
	for i, id := range ids {
		path := fmt.Sprintf("%s%d/", ticketsPath, id)
		one.requests = append(one.requests, get(d.token, path, ""))
		if i%4 > 0 {
			continue
		}
		tag, body, err := tagOf(ctx, address, one.requests[i])
		if err != nil {
			return nil, err
		}
		size += len(body)
		unchanged.requests = append(unchanged.requests, get(d.token, path, "If-None-Match: "+tag+"\r\n"))
	}
	size /= len(unchanged.requests)
	list := []work{
		{
			group: "retrieve", name: fmt.Sprintf("one ticket (%d bytes)", size), quick: true, load: one, target: target{ratio: 0.5},
			yardsticks: []yardstick{&fixedYardstick{b.fixed, size, b.conns, d.token}},
		},
		{
			group: "retrieve", name: "one ticket, 304", quick: true, load: unchanged, target: target{ratio: 0.7},
			yardsticks: []yardstick{&fixedYardstick{b.fixed, 0, b.conns, d.token}},
		},
	}
	status, err := d.values(ctx, "tickets", "status")
	if err != nil {
		return nil, err
	}
	for _, l := range []struct {
		name, path string
	}{
		{"first page, 304", ticketsPath},
		{"status common, 304", listPath(url.Values{"status": {fmt.Sprint(status.common.value)}})},
	} {
		tag, _, err := tagOf(ctx, address, get(d.token, l.path, ""))
		if err != nil {
			return nil, err
		}
		same := load{address: address, conns: b.conns, status: 304, requests: [][]byte{get(d.token, l.path, "If-None-Match: "+tag+"\r\n")}}
		list = append(list, work{
			group: "retrieve", name: l.name, quick: true, load: same, target: target{ratio: 0.7},
			yardsticks: []yardstick{&fixedYardstick{b.fixed, 0, b.conns, d.token}},
		})
	}
	return list, nil
}

// tagOf asks once, for the ETag.
func tagOf(ctx context.Context, address string, request []byte) (tag string, body []byte, err error) {
	head, body, err := fetch(ctx, address, request)
	if err != nil {
		return "", nil, err
	}
	tag, ok := header(head, "Etag")
	if !ok {
		return "", nil, fmt.Errorf("an answer without ETag: %s", strings.TrimSpace(string(head)))
	}
	return tag, body, nil
}
