package cli

import (
	"context"
	"fmt"
	"os"

	"storedesk/internal/app"
	"storedesk/internal/desk"
)

type mailTest struct {
	forStore

	File string   `arg:"" type:"existingfile" placeholder:"FILE" help:"The message, as a mail program saves it (.eml)."`
	To   []string `sep:"none" placeholder:"ADDRESS" help:"Who it is for, from the envelope. Can be repeated. Default: the store's support address."`
	From string   `placeholder:"ADDRESS" help:"Who sent it, from the envelope. Default: nobody, as of a bounce."`
	Peer string   `placeholder:"IP" help:"The address of the server that brought it, for SPF."`
}

func (t *mailTest) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, t.Store, func(a *app.App, st *desk.Store) error {
		f, err := os.Open(t.File)
		if err != nil {
			return err
		}
		defer f.Close()
		to := t.To
		if len(to) == 0 {
			to = []string{st.SupportEmail}
		}
		said, err := a.Incoming.Explain(ctx, st, desk.Inbound{Source: "pipe", EnvelopeFrom: t.From, Recipients: to, Peer: t.Peer}, f)
		if err != nil {
			return readable(err)
		}
		fmt.Println(said)
		return nil
	})
}
