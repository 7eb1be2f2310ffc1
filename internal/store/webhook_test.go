package store_test

import (
	"slices"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
	"storedesk/internal/tickets"
)

// hooked is a store with webhooks, and with jobs and deliveries that nobody works on.
type hooked struct {
	*settings.Webhooks

	t  *testing.T
	db *store.DB
	st *desk.Store
}

func eachHooked(t *testing.T, fn func(t *testing.T, h *hooked)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		st, err := (&settings.Stores{DB: db, Now: time.Now}).Create(t.Context(), "Lamps", []string{"lamps.example"})
		if err != nil {
			t.Fatal(err)
		}
		fn(t, &hooked{&settings.Webhooks{DB: db, Now: time.Now}, t, db, st})
	})
}

func (h *hooked) make() *desk.Webhook {
	h.t.Helper()
	target, events := "https://receiver.example/", desk.EventBit(desk.EventTicketCreated)
	made, err := h.Create(h.t.Context(), h.st, &desk.WebhookInput{Target: &target, Events: &events}, desk.Write{})
	if err != nil {
		h.t.Fatal(err)
	}
	return made
}

func (h *hooked) change(id int64, in *desk.WebhookInput) *desk.Webhook {
	h.t.Helper()
	changed, err := h.Update(h.t.Context(), h.st, id, in, desk.Write{})
	if err != nil {
		h.t.Fatal(err)
	}
	return changed
}

// happen makes tickets, each an event.
func (h *hooked) happen(n int) {
	h.t.Helper()
	service := &tickets.Service{DB: h.db, Now: time.Now}
	for range n {
		if _, err := service.Create(h.t.Context(), h.st, &desk.TicketInput{}, desk.Write{Actor: desk.System}); err != nil {
			h.t.Fatal(err)
		}
	}
}

func (h *hooked) write(fn func(*store.Tx)) {
	h.t.Helper()
	err := h.db.Write(h.t.Context(), func(tx *store.Tx) error {
		fn(tx)
		return nil
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

// job makes a job in a state; with a key, as those that may be there once have.
func (h *hooked) job(hook *desk.Webhook, state desk.JobState) {
	h.t.Helper()
	queue := store.WebhookQueue(hook.ID)
	h.write(func(tx *store.Tx) {
		tx.Exec(`INSERT INTO jobs (store_id, kind, queue, lane, once, args, state, run_at, created_at)
			VALUES ($1, 'webhook', $2, '', $3, '{}', $4, 1, 1)`, h.st.ID, queue, queue+string(state), string(state))
	})
}

// jobs lists what became of the jobs, in the order they were made.
func (h *hooked) jobs(hook *desk.Webhook) []string {
	h.t.Helper()
	list, err := h.db.Texts(h.t.Context(), "SELECT state || ' ' || error || ' ' || COALESCE(once, 'no key') FROM jobs WHERE queue = $1 ORDER BY id",
		store.WebhookQueue(hook.ID))
	if err != nil {
		h.t.Fatal(err)
	}
	return list
}

// TestSwitchingOffDropsWhatWaits, and on again begins with what happens then.
func TestSwitchingOffDropsWhatWaits(t *testing.T) {
	t.Parallel()
	eachHooked(t, func(t *testing.T, h *hooked) {
		hook, other := h.make(), h.make()
		if hook.Since != 0 || !hook.Active {
			t.Errorf("before any event: %+v", hook)
		}
		for _, to := range []*desk.Webhook{hook, other} {
			h.job(to, desk.JobReady)
			h.job(to, desk.JobRunning)
		}
		failing := *hook
		failing.WarningCount, failing.NextCheckAt = 4, 1
		h.write(func(tx *store.Tx) { tx.UpdateWebhook(h.st, &failing) })
		on, off := true, false
		if stopped := h.change(hook.ID, &desk.WebhookInput{Active: &off}); stopped.Active || stopped.NextCheckAt != 0 || stopped.WarningCount != 4 {
			t.Errorf("switched off: %+v", stopped)
		}
		queue := store.WebhookQueue(hook.ID)
		if got := h.jobs(hook); !slices.Equal(got, []string{"dead webhook switched off no key", "running  " + queue + "running"}) {
			t.Errorf("its jobs: %q", got)
		}
		queue = store.WebhookQueue(other.ID)
		if got := h.jobs(other); !slices.Equal(got, []string{"ready  " + queue + "ready", "running  " + queue + "running"}) {
			t.Errorf("jobs of another: %q", got)
		}
		h.happen(3)
		last := h.make().Since
		if last < 3 {
			t.Errorf("a webhook made after three events begins after %d", last)
		}
		if started := h.change(hook.ID, &desk.WebhookInput{Active: &on}); started.Since != last || started.WarningCount != 0 {
			t.Errorf("switched on after event %d: %+v", last, started)
		}
		h.happen(1)
		if again := h.change(hook.ID, &desk.WebhookInput{Active: &on}); again.Since != last {
			t.Errorf("it was on already: %+v", again)
		}
		if late := h.make(); late.Since != last+1 {
			t.Errorf("made after event %d: %+v", last+1, late)
		}
	})
}

func TestDeletingAWebhookTakesEverythingAlong(t *testing.T) {
	t.Parallel()
	eachHooked(t, func(t *testing.T, h *hooked) {
		hook, other := h.make(), h.make()
		for _, to := range []*desk.Webhook{hook, other} {
			h.job(to, desk.JobReady)
			h.job(to, desk.JobDead)
			h.write(func(tx *store.Tx) {
				tx.Exec(`INSERT INTO deliveries (store_id, webhook_id, event_id, event_type, ticket_id, user_id, seq, attempt, outcome,
					status, took_ms, answer, created_at) VALUES ($1, $2, 1, 'ticket.created', 1, 0, 1, 1, 'delivered', 200, 1, '', 1)`, h.st.ID, to.ID)
			})
		}
		if err := h.Delete(t.Context(), h.st, hook.ID, desk.Write{}); err != nil {
			t.Fatal(err)
		}
		for of, want := range map[*desk.Webhook]int{hook: 0, other: 1} {
			list, _, err := h.Deliveries(t.Context(), h.st, of, &desk.DeliveryFilter{}, desk.Page{Size: 5})
			if err != nil || len(list) != want || len(h.jobs(of)) != 2*want {
				t.Errorf("of webhook %d: %v, %v, %v", of.ID, list, h.jobs(of), err)
			}
		}
	})
}

func TestAStoreHasOnlySoManyWebhooks(t *testing.T) {
	t.Parallel()
	eachHooked(t, func(t *testing.T, h *hooked) {
		first := h.make()
		h.write(func(tx *store.Tx) {
			for i := int64(2); i <= desk.MaxWebhooks; i++ {
				tx.Exec(`INSERT INTO webhooks (store_id, id, target, events, secret, active, since, created_at, updated_at)
					SELECT store_id, $3, target, events, secret, active, since, created_at, updated_at FROM webhooks WHERE store_id = $1 AND id = $2`,
					h.st.ID, first.ID, 1_000_000+i)
			}
		})
		target, events := "https://receiver.example/", desk.EventSet(1)
		_, err := h.Create(t.Context(), h.st, &desk.WebhookInput{Target: &target, Events: &events}, desk.Write{})
		if desk.CodeOf(err) != desk.Invalid {
			t.Errorf("one more: %v", err)
		}
	})
}

// TestWhatWaitsIsCounted, of each webhook what is ready or under way, not what is dead.
func TestWhatWaitsIsCounted(t *testing.T) {
	t.Parallel()
	eachHooked(t, func(t *testing.T, h *hooked) {
		first, second, third := h.make(), h.make(), h.make()
		h.job(first, desk.JobReady)
		h.job(first, desk.JobRunning)
		h.job(first, desk.JobDead)
		h.job(second, desk.JobDead)
		h.job(third, desk.JobReady)
		got, err := h.db.WaitingDeliveries(t.Context(), h.st, []desk.Webhook{*first, *second})
		if err != nil || got[first.ID] != 2 || got[second.ID] != 0 || got[third.ID] != 0 {
			t.Errorf("%v %v", got, err)
		}
		if got, err := h.db.WaitingDeliveries(t.Context(), h.st, nil); err != nil || len(got) != 0 {
			t.Errorf("of none: %v %v", got, err)
		}
	})
}

// TestEventBeforeFindsThePlace in time: before the first, between any two, behind all.
func TestEventBeforeFindsThePlace(t *testing.T) {
	t.Parallel()
	eachHooked(t, func(t *testing.T, h *hooked) {
		if id, err := h.db.EventBefore(t.Context(), h.st, desk.At(time.Now())); err != nil || id != 0 {
			t.Errorf("of no events: %d %v", id, err)
		}
		h.happen(9)
		h.write(func(tx *store.Tx) {
			tx.Exec("UPDATE events SET created_at = id * 10 WHERE store_id = $1", h.st.ID)
			tx.Exec("DELETE FROM events WHERE store_id = $1 AND id IN (4, 5)", h.st.ID)
		})
		for at, want := range map[desk.Instant]int64{0: 0, 10: 0, 11: 1, 30: 2, 31: 3, 40: 3, 55: 3, 60: 3, 61: 6, 90: 8, 91: 9, 1000: 9} {
			if id, err := h.db.EventBefore(t.Context(), h.st, at); err != nil || id != want {
				t.Errorf("before %d: %d, want %d, %v", at, id, want, err)
			}
		}
	})
}
