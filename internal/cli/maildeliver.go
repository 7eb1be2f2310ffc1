package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/mailroom"
)

// Exit codes that mail servers know (sysexits.h).
const (
	exitDataError = 65 // the message will never be taken: bounce it
	exitNoUser    = 67 // nobody receives mail at the address: bounce it
	exitTemporary = 75 // keep the message and try again
)

// exitError makes the program exit with a code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// delivers tells whether a command line is one of a mail server's pipe.
func delivers(args []string) bool {
	at := slices.Index(args, "mail")
	return at >= 0 && at+1 < len(args) && args[at+1] == "deliver" && !slices.Contains(args, "--help")
}

type mailDeliver struct {
	forStore

	To   []string `sep:"none" placeholder:"ADDRESS" help:"Who it is for, from the envelope. Can be repeated. Default: the store of --store, or the only one."`
	From string   `placeholder:"ADDRESS" help:"Who sent it, from the envelope; empty or MAILER-DAEMON for bounces."`
}

// Help tells what a mail server has to know.
func (mailDeliver) Help() string {
	return `Exits with 0 when the message is durable, 67 when no store receives mail at an address, 65 when it is too large, and 75
for everything that may pass: keep the message and try again. The same bytes twice are one message.`
}

func (d *mailDeliver) Run(ctx context.Context, c *app.Config) error {
	err := d.deliver(ctx, c)
	var coded *exitError
	if err == nil || errors.As(err, &coded) {
		return err
	}
	return &exitError{exitTemporary, err}
}

func (d *mailDeliver) deliver(ctx context.Context, c *app.Config) error {
	a, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	arrivals, err := d.arrivals(ctx, a)
	if err != nil {
		return err
	}
	kept, err := a.Mailroom.Keep(ctx, "", os.Stdin)
	if errors.Is(err, mailroom.ErrTooLarge) {
		return &exitError{exitDataError, fmt.Errorf("the message is larger than %d bytes", a.Mailroom.Limit())}
	}
	if err != nil {
		return err
	}
	_, err = a.Mailroom.Record(ctx, kept, arrivals...)
	return err
}

// arrivals are the stores that the message is for.
func (d *mailDeliver) arrivals(ctx context.Context, a *app.App) ([]mailroom.Arrival, error) {
	in := desk.Inbound{Source: "pipe", EnvelopeFrom: strings.Trim(d.From, "<>")}
	if strings.EqualFold(in.EnvelopeFrom, "MAILER-DAEMON") { // what Postfix calls the null sender
		in.EnvelopeFrom = ""
	}
	if len(d.To) == 0 {
		st, err := a.Stores.Named(ctx, d.Store)
		if err != nil {
			return nil, readable(err)
		}
		return []mailroom.Arrival{{Store: st, Inbound: in}}, nil
	}
	var list []mailroom.Arrival
	at := map[int64]int{}
	for _, to := range d.To {
		to = strings.Trim(to, "<>")
		st, err := a.Mailroom.StoreFor(ctx, to)
		if errors.Is(err, desk.ErrNotFound) {
			return nil, &exitError{exitNoUser, fmt.Errorf("no store receives mail at %s", to)}
		}
		if err != nil {
			return nil, err
		}
		i, known := at[st.ID]
		if !known {
			i = len(list)
			at[st.ID] = i
			list = append(list, mailroom.Arrival{Store: st, Inbound: in})
		}
		list[i].Recipients = append(list[i].Recipients, to)
	}
	return list, nil
}
