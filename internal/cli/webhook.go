package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"storedesk/internal/app"
	"storedesk/internal/desk"
)

type webhookCommand struct {
	List   webhookList   `cmd:"" help:"List the webhooks of a store."`
	Log    webhookLog    `cmd:"" help:"List what a webhook was sent and how it answered, newest first."`
	Test   webhookTest   `cmd:"" help:"Send a made-up event to a webhook now. Exits with 1 if it is not answered with 200."`
	Replay webhookReplay `cmd:"" help:"Have events sent to a webhook once more."`
	Rotate webhookRotate `cmd:"" help:"Give a webhook a new secret and print it; the old one stays good for 24 hours."`
}

// forWebhook names a webhook of a store.
type forWebhook struct {
	forStore

	ID int64 `arg:"" help:"The webhook's id, as webhook list shows it."`
}

// in opens everything and finds the webhook a command is for.
func (w *forWebhook) in(ctx context.Context, c *app.Config, fn func(*app.App, *desk.Store, *desk.Webhook) error) error {
	return inStore(ctx, c, w.Store, func(a *app.App, st *desk.Store) error {
		h, err := a.Hooks.Get(ctx, st, w.ID)
		if err == nil {
			err = fn(a, st, h)
		}
		if err != nil && !errors.Is(err, errReported) {
			err = fmt.Errorf("webhook %d: %w", w.ID, err)
		}
		return err
	})
}

type webhookList struct{ forStore }

func (w *webhookList) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, w.Store, func(a *app.App, st *desk.Store) error {
		all := desk.Page{Order: desk.OldestFirst, Size: desk.MaxWebhooks}
		list, _, err := a.Hooks.List(ctx, st, &desk.WebhookFilter{}, all)
		if err != nil {
			return err
		}
		return table("ID\tNAME\tTARGET\tEVENTS\tACTIVE\tGIVEN UP\tNEXT TRY", func(row func(...any)) {
			for _, h := range list {
				name := "-"
				if h.Name != nil {
					name = strconv.Quote(*h.Name)
				}
				row(h.ID, name, h.Target, strings.Join(h.Events.Names(), " "), yes(h.Active), h.WarningCount, day(h.NextCheckAt, "-"))
			}
		})
	})
}

type webhookLog struct {
	forWebhook

	Outcome string `enum:",delivered,retry,failed,gone" default:"" help:"Only attempts that came to this: delivered, retry, failed or gone."`
	Event   int64  `placeholder:"ID" help:"Only attempts to send this event."`
	Limit   int    `default:"50" placeholder:"N" help:"How many at most (default ${default})."`
}

func (w *webhookLog) Run(ctx context.Context, c *app.Config) error {
	return w.in(ctx, c, func(a *app.App, st *desk.Store, h *desk.Webhook) error {
		filter := &desk.DeliveryFilter{Outcome: desk.Outcome(w.Outcome), EventID: w.Event}
		list, more, err := a.Hooks.Deliveries(ctx, st, h, filter, desk.Page{Order: desk.NewestFirst, Size: max(1, w.Limit)})
		if err != nil {
			return err
		}
		err = table("ID\tWHEN\tEVENT\tWHAT\tTRY\tOUTCOME\tSTATUS\tTOOK\tANSWER", func(row func(...any)) {
			for _, d := range list {
				row(d.ID, day(d.CreatedAt, ""), d.EventID, about(&d), d.Attempt, d.Outcome, d.Status, d.Took, start(d.Answer))
			}
		})
		if more {
			fmt.Println("… and more; raise --limit to see them.")
		}
		return err
	})
}

// about says what a delivery was about.
func about(d *desk.Delivery) string {
	switch {
	case d.EventID == 0:
		return "test of " + d.EventType
	case d.TicketID != 0:
		return fmt.Sprintf("%s %d", d.EventType, d.TicketID)
	}
	return fmt.Sprintf("%s %d", d.EventType, d.UserID)
}

// start is the start of a receiver's answer, quoted: it is a stranger's text on the
// operator's terminal.
func start(text string) string {
	const most = 60
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most]) + "…"
	}
	return strconv.Quote(text)
}

type webhookTest struct{ forWebhook }

func (w *webhookTest) Run(ctx context.Context, c *app.Config) error {
	return w.in(ctx, c, func(a *app.App, st *desk.Store, h *desk.Webhook) error {
		d, err := a.Deliveries.Test(ctx, st, h)
		if err != nil {
			return err
		}
		fmt.Printf("%s: status %d in %s: %s\n", d.Outcome, d.Status, d.Took, start(d.Answer))
		if d.Outcome != desk.Delivered {
			return errReported
		}
		return nil
	})
}

type webhookReplay struct {
	forWebhook

	Event  *int64 `placeholder:"ID" help:"This event, by its id in the event feed or in webhook log."`
	After  *int64 `placeholder:"ID" help:"All events behind this one; 0 for all there are."`
	Until  int64  `placeholder:"ID" help:"With --after: up to this event. Default: the last."`
	Failed bool   `help:"With --after: only those that were given up."`
}

func (w *webhookReplay) Run(ctx context.Context, c *app.Config) error {
	r, err := w.replay()
	if err != nil {
		return err
	}
	return w.in(ctx, c, func(a *app.App, st *desk.Store, h *desk.Webhook) error {
		n, err := a.Deliveries.Replay(ctx, st, h, r)
		if err == nil {
			fmt.Printf("%d events will be sent again.\n", n)
		}
		return err
	})
}

// replay is what the flags ask for.
func (w *webhookReplay) replay() (desk.Replay, error) {
	switch {
	case (w.Event == nil) == (w.After == nil):
		return desk.Replay{}, errors.New("name what to send: either --event or --after")
	case w.Event != nil && (w.Until != 0 || w.Failed):
		return desk.Replay{}, errors.New("--until and --failed go with --after")
	case w.Event != nil && *w.Event > 0:
		return desk.Replay{Event: *w.Event}, nil
	case w.Event != nil || *w.After < 0 || w.Until < 0 || w.Until != 0 && w.Until <= *w.After:
		return desk.Replay{}, errors.New("ids of events are more than 0, and --until is more than --after")
	}
	r := desk.Replay{After: *w.After, Until: w.Until}
	if w.Failed {
		r.Outcome = desk.Failed
	}
	return r, nil
}

type webhookRotate struct{ forWebhook }

func (w *webhookRotate) Run(ctx context.Context, c *app.Config) error {
	return w.in(ctx, c, func(a *app.App, st *desk.Store, h *desk.Webhook) error {
		h, err := a.Hooks.Rotate(ctx, st, h.ID, desk.Write{Actor: desk.System})
		if err == nil {
			fmt.Println(h.Secret)
		}
		return err
	})
}
