package settings_test

import (
	"context"
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// hooks are the webhooks of a new store, at a time that stands still.
type hooks struct {
	*settings.Webhooks

	t   *testing.T
	db  *store.DB
	st  *desk.Store
	now time.Time
}

func eachHooks(t *testing.T, fn func(t *testing.T, h *hooks)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		stores := &settings.Stores{DB: db, Now: time.Now}
		st, err := stores.Create(t.Context(), "Lamps", []string{"lamps.example"})
		if err != nil {
			t.Fatal(err)
		}
		h := &hooks{t: t, db: db, st: st, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
		h.Webhooks = &settings.Webhooks{DB: db, Now: func() time.Time { return h.now }}
		fn(t, h)
	})
}

var author = desk.Write{Actor: desk.Actor{Kind: desk.ActorAPI, ID: 7}}

func input(change ...func(*desk.WebhookInput)) *desk.WebhookInput {
	target, events := "https://user:hidden@receiver.example/", desk.EventBit(desk.EventTicketCreated)
	in := &desk.WebhookInput{Target: &target, Events: &events}
	for _, f := range change {
		f(in)
	}
	return in
}

func named(name string) func(*desk.WebhookInput) {
	return func(in *desk.WebhookInput) { in.Name = &desk.Text{Value: &name} }
}

func (h *hooks) make(change ...func(*desk.WebhookInput)) *desk.Webhook {
	h.t.Helper()
	made, err := h.Create(h.t.Context(), h.st, input(change...), author)
	if err != nil {
		h.t.Fatal(err)
	}
	return made
}

func (h *hooks) update(id int64, in *desk.WebhookInput) *desk.Webhook {
	h.t.Helper()
	changed, err := h.Update(h.t.Context(), h.st, id, in, author)
	if err != nil {
		h.t.Fatal(err)
	}
	read, err := h.Get(h.t.Context(), h.st, id)
	if err != nil {
		h.t.Fatal(err)
	}
	if diff := cmp.Diff(changed, read); diff != "" {
		h.t.Errorf("kept another webhook than answered (-answered +kept):\n%s", diff)
	}
	return read
}

func (h *hooks) write(fn func(context.Context, *store.Tx) error) {
	h.t.Helper()
	if err := h.db.Write(h.t.Context(), func(tx *store.Tx) error { return fn(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

func TestSecretIsMadeAndKept(t *testing.T) {
	t.Parallel()
	eachHooks(t, func(t *testing.T, h *hooks) {
		digits := regexp.MustCompile(`^[0-9a-f]{40}$`)
		first, second := h.make(), h.make(func(in *desk.WebhookInput) { in.Secret = &desk.Text{} })
		if !digits.MatchString(first.Secret) || !digits.MatchString(second.Secret) || first.Secret == second.Secret || first.OldSecret != "" {
			t.Errorf("%+v, %+v", first, second)
		}
		own := "mine"
		changed := h.update(first.ID, &desk.WebhookInput{Secret: &desk.Text{Value: &own}})
		until := desk.At(h.now.Add(desk.OldSecretLife))
		if changed.Secret != own || changed.OldSecret != first.Secret || changed.OldUntil != until {
			t.Errorf("a changed secret: %+v", changed)
		}
		h.now = h.now.Add(time.Hour)
		same := h.update(first.ID, &desk.WebhookInput{Secret: &desk.Text{Value: &own}})
		if same.OldSecret != first.Secret || same.OldUntil != until {
			t.Errorf("the same secret again: %+v", same)
		}
		if kept := h.update(first.ID, &desk.WebhookInput{}); kept.Secret != own {
			t.Errorf("no secret: %+v", kept)
		}
		if anew := h.update(first.ID, &desk.WebhookInput{Secret: &desk.Text{}}); !digits.MatchString(anew.Secret) || anew.OldSecret != own {
			t.Errorf("null: %+v", anew)
		}
		rotated, err := h.Rotate(t.Context(), h.st, second.ID, author)
		if err != nil || !digits.MatchString(rotated.Secret) || rotated.OldSecret != second.Secret {
			t.Errorf("rotated: %+v, %v", rotated, err)
		}
	})
}

func TestWebhooksThatAreGone(t *testing.T) {
	t.Parallel()
	eachHooks(t, func(t *testing.T, h *hooks) {
		hook := h.make()
		if err := h.Delete(t.Context(), h.st, hook.ID, author); err != nil {
			t.Fatal(err)
		}
		for name, err := range map[string]error{
			"get":    second(h.Get(t.Context(), h.st, hook.ID)),
			"delete": h.Delete(t.Context(), h.st, hook.ID, author),
			"update": second(h.Update(t.Context(), h.st, hook.ID, input(), author)),
			"rotate": second(h.Rotate(t.Context(), h.st, hook.ID, author)),
		} {
			if !errors.Is(err, desk.ErrNotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func second[T any](_ T, err error) error { return err }

func TestRefusedTargets(t *testing.T) {
	t.Parallel()
	eachHooks(t, func(t *testing.T, h *hooks) {
		hook := h.make()
		h.CheckTarget = func(string) error { return errors.New("inside") }
		_, err := h.Create(t.Context(), h.st, input(), author)
		var refused *desk.Error
		if !errors.As(err, &refused) || refused.Code != desk.Invalid || refused.Fields["target"][0] != "inside" {
			t.Errorf("created: %v", err)
		}
		if _, err := h.Update(t.Context(), h.st, hook.ID, input(), author); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("updated: %v", err)
		}
		if _, err := h.Update(t.Context(), h.st, 999, input(), author); !errors.Is(err, desk.ErrNotFound) {
			t.Errorf("one that is not there: %v", err)
		}
		h.update(hook.ID, &desk.WebhookInput{Name: &desk.Text{}}) // a target that stays is not looked at
	})
}

func TestWebhooksAreFoundByTheirFilters(t *testing.T) {
	t.Parallel()
	eachHooks(t, func(t *testing.T, h *hooks) {
		off, both := false, desk.EventBit(desk.EventTicketUpdated)|desk.EventBit(desk.EventCustomerCreated)
		h.make(named("Straße 5%"))
		h.make(named("über_alles"), func(in *desk.WebhookInput) { in.Active = &off })
		h.make(func(in *desk.WebhookInput) { in.Events = &both })
		on := true
		cases := []struct {
			name string
			f    desk.WebhookFilter
			want []string
		}{
			{"all", desk.WebhookFilter{}, []string{"", "über_alles", "Straße 5%"}},
			{"name, another case", desk.WebhookFilter{Name: "ÜBER_A"}, []string{"über_alles"}},
			{"a percent sign", desk.WebhookFilter{Name: "5%"}, []string{"Straße 5%"}},
			{"no such name", desk.WebhookFilter{Name: "x"}, nil},
			{"active", desk.WebhookFilter{Active: &on}, []string{"", "Straße 5%"}},
			{"not active", desk.WebhookFilter{Active: &off}, []string{"über_alles"}},
			{"an event", desk.WebhookFilter{Events: 1}, []string{"über_alles", "Straße 5%"}},
			{"any of events", desk.WebhookFilter{Events: 1 | 4}, []string{"", "über_alles", "Straße 5%"}},
			{"all at once", desk.WebhookFilter{Events: 1, Active: &on, Name: "5"}, []string{"Straße 5%"}},
		}
		for _, tc := range cases {
			list, more, err := h.List(t.Context(), h.st, &tc.f, desk.Page{Order: desk.NewestFirst, Size: 10})
			var got []string
			for _, hook := range list {
				name := ""
				if hook.Name != nil {
					name = *hook.Name
				}
				got = append(got, name)
			}
			if err != nil || more || len(got) != len(tc.want) {
				t.Fatalf("%s: %q, %v", tc.name, got, err)
			}
			for i := range got {
				if got[i] != tc.want[i] {
					t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
				}
			}
		}
		list, more, err := h.List(t.Context(), h.st, &desk.WebhookFilter{}, desk.Page{Order: desk.NewestFirst, Size: 2})
		if err != nil || !more || len(list) != 2 {
			t.Errorf("a page of two: %d, %v, %v", len(list), more, err)
		}
	})
}

func TestDeliveriesAreFoundByTheirFilters(t *testing.T) {
	t.Parallel()
	eachHooks(t, func(t *testing.T, h *hooks) {
		hook, other := h.make(), h.make()
		h.deliver(hook.ID, desk.Retried, 5)
		h.deliver(hook.ID, desk.Delivered, 5)
		h.deliver(hook.ID, desk.Failed, 6)
		h.deliver(other.ID, desk.Failed, 6)
		cases := []struct {
			f    desk.DeliveryFilter
			want []desk.Outcome
		}{
			{desk.DeliveryFilter{}, []desk.Outcome{desk.Failed, desk.Delivered, desk.Retried}},
			{desk.DeliveryFilter{EventID: 5}, []desk.Outcome{desk.Delivered, desk.Retried}},
			{desk.DeliveryFilter{Outcome: desk.Failed}, []desk.Outcome{desk.Failed}},
			{desk.DeliveryFilter{Outcome: desk.Failed, EventID: 5}, nil},
		}
		for _, tc := range cases {
			list, _, err := h.Deliveries(t.Context(), h.st, hook, &tc.f, desk.Page{Order: desk.NewestFirst, Size: 10})
			if err != nil || len(list) != len(tc.want) {
				t.Fatalf("%+v: %+v, %v", tc.f, list, err)
			}
			for i, d := range list {
				if d.Outcome != tc.want[i] || d.WebhookID != hook.ID || d.Took != 1500*time.Millisecond || d.Answer != "é" || d.Status != 503 {
					t.Errorf("%+v: %+v", tc.f, d)
				}
			}
		}
	})
}

// TestWebhooksAreAudited: each change has its line, and none tells a secret.
func TestWebhooksAreAudited(t *testing.T) {
	t.Parallel()
	eachHooks(t, func(t *testing.T, h *hooks) {
		hook := h.make(named("CRM"))
		h.update(hook.ID, &desk.WebhookInput{Secret: &desk.Text{}})
		if _, err := h.Rotate(t.Context(), h.st, hook.ID, desk.Write{Actor: desk.System}); err != nil {
			t.Fatal(err)
		}
		if err := h.Delete(t.Context(), h.st, hook.ID, author); err != nil {
			t.Fatal(err)
		}
		log, err := h.db.AuditLog(t.Context(), h.st, desk.AuditFilter{}, 0, 10)
		if err != nil || len(log) != 4 {
			t.Fatalf("%d lines, %v", len(log), err)
		}
		for i, action := range []string{"webhook.deleted", "webhook.rotated", "webhook.changed", "webhook.made"} {
			token := "7"
			if action == "webhook.rotated" {
				token = ""
			}
			e := log[i]
			if e.Action != action || e.Subject != "CRM" || e.Data["host"] != "receiver.example" || e.Data["token_id"] != token || len(e.Data) > 4 {
				t.Errorf("line %d: %+v, want %s", i, e, action)
			}
		}
	})
}

func (h *hooks) deliver(hook int64, outcome desk.Outcome, event int64) {
	h.t.Helper()
	h.write(func(_ context.Context, tx *store.Tx) error {
		tx.Exec(`INSERT INTO deliveries (store_id, webhook_id, event_id, event_type, ticket_id, user_id, seq, attempt, outcome, status,
			took_ms, answer, created_at) VALUES ($1, $2, $3, 'ticket.created', 1, 0, 1, 1, $4, 503, 1500, 'é', $5)`,
			h.st.ID, hook, event, string(outcome), int64(1))
		return nil
	})
}
