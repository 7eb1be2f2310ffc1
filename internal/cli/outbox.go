package cli

import (
	"context"
	"fmt"
	"strings"

	"storedesk/internal/app"
	"storedesk/internal/desk"
)

type mailOutbox struct {
	forStore

	Ticket int64  `placeholder:"ID" help:"Only mails about this ticket."`
	State  string `enum:",queued,sending,accepted,deferred,bounced,uncertain,suppressed" default:"" placeholder:"STATE" help:"Only mails with a recipient in this state: queued, sending, accepted, deferred, bounced, uncertain or suppressed."`
	Limit  int    `default:"50" placeholder:"N" help:"How many at most (default ${default})."`
}

func (m *mailOutbox) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		list, err := a.DB.ListOutgoing(ctx, st, m.Ticket, desk.RecipientState(m.State), max(1, m.Limit))
		if err != nil {
			return err
		}
		return table("ID\tWHEN\tKIND\tTICKET\tSIZE\tRECIPIENT\tSTATE\tSINCE\tWHAT WAS SAID", func(row func(...any)) {
			for _, o := range list {
				for _, r := range o.Recipients {
					row(o.ID, day(o.CreatedAt, ""), o.Kind, o.TicketID, o.Size, r.Address, r.State, day(r.UpdatedAt, ""), start(r.Reason))
				}
			}
		})
	})
}

type mailRetry struct {
	forStore

	ID int64  `arg:"" help:"The mail's id, as mail outbox shows it."`
	To string `placeholder:"ADDRESS" help:"Only to this recipient. Default: to all that do not have it."`
}

func (m *mailRetry) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		to, err := a.Outgoing.Retry(ctx, st, m.ID, m.To)
		switch {
		case err != nil:
			return fmt.Errorf("mail %d: %w", m.ID, err)
		case len(to) == 0:
			fmt.Println("There is nobody to send it to: all have it, or are being handed it.")
		default:
			fmt.Println("Will be sent to:", strings.Join(to, ", "))
		}
		return nil
	})
}
