package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// hookWork is creating tickets while three webhooks are subscribed, beside the same
// without: what others are told must not slow who writes. The deliveries themselves go to
// a server on this machine and take their share of its processors, so a load of one
// connection tells what a create waits for, and one of many what is left of the machine.
func (b *bench) hookWork(ctx context.Context, d *dataset, address string) ([]work, error) {
	hooks := &hooks{b: b, d: d, address: address}
	for range 3 {
		if err := hooks.add(ctx); err != nil {
			return nil, err
		}
	}
	var list []work
	for _, conns := range []int{1, b.conns} {
		create := load{address: address, conns: conns, status: 201}
		for _, t := range makeDrafts() {
			body := fmt.Sprintf(`{"subject":%q,"comment":{"body":%q}}`, t.subject, t.body)
			create.requests = append(create.requests, send(d.token, "POST", ticketsPath, body))
		}
		w := work{group: "webhook", name: fmt.Sprintf("create with three webhooks, %d at once", conns), quick: true, load: create}
		w.yardsticks = []yardstick{&without{hooks: hooks, load: create}}
		if conns == 1 {
			w.target = target{ratio: 1 / 1.5}
		}
		list = append(list, w)
	}
	return list, nil
}

// hooks are the webhooks of a dataset while it is measured.
type hooks struct {
	b       *bench
	d       *dataset
	address string
	ids     []int64
}

func (h *hooks) add(ctx context.Context) error {
	body := fmt.Sprintf(`{"target":"http://%s/64","events":["ticket.created","ticket.updated"]}`, h.b.fixed.address)
	_, answer, err := fetch(ctx, h.address, send(h.d.token, "POST", "/api/admin/webhooks/", body))
	if err != nil {
		return err
	}
	var made struct{ ID int64 }
	if err := json.Unmarshal(answer, &made); err != nil || made.ID == 0 {
		return fmt.Errorf("making a webhook: %.200s", answer)
	}
	h.ids = append(h.ids, made.ID)
	return nil
}

// set switches the webhooks on or off; off, what waits for them is given up.
func (h *hooks) set(ctx context.Context, active bool) error {
	for _, id := range h.ids {
		request := send(h.d.token, "PATCH", fmt.Sprintf("/api/admin/webhooks/%d/", id), fmt.Sprintf(`{"active":%v}`, active))
		head, _, err := fetch(ctx, h.address, request)
		if err != nil {
			return err
		}
		if !strings.Contains(string(head[:min(len(head), 20)]), " 200 ") {
			return fmt.Errorf("switching a webhook: %.100s", head)
		}
	}
	return nil
}

// without is a load while the webhooks are off.
type without struct {
	hooks *hooks
	load  load
}

func (w *without) name() string { return "without webhooks" }

func (w *without) run(ctx context.Context, d time.Duration) (float64, error) {
	if err := w.hooks.set(ctx, false); err != nil {
		return 0, err
	}
	if _, err := w.load.run(ctx, 2*warmUp); err != nil { // deliveries under way come to their end
		return 0, err
	}
	out, err := w.load.run(ctx, d)
	if err != nil {
		return 0, err
	}
	if err := w.hooks.set(ctx, true); err != nil {
		return 0, err
	}
	_, err = w.load.run(ctx, warmUp)
	return out.rate, err
}
