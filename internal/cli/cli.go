// Package cli is the command line: an operator's door to the whole program.
package cli

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/alecthomas/kong"

	"storedesk/internal/app"
)

type program struct {
	app.Config

	Serve   serveCommand   `cmd:"" help:"Answer HTTP: the Admin API, its reference, attachments. Creates and migrates the database on first start."`
	Import  importCommand  `cmd:"" help:"Take over a store: from a live Admin API, or from files."`
	Mirror  mirrorCommand  `cmd:"" help:"Keep orders, products and customers as a live store has them."`
	Token   tokenCommand   `cmd:"" help:"Make, list and revoke access tokens of the API."`
	App     appCommand     `cmd:"" help:"Make, list, rotate and revoke apps: tokens for programs of your own, clients for partners' apps."`
	Store   storeCommand   `cmd:"" help:"Make, list and configure stores."`
	User    userCommand    `cmd:"" help:"Make and list users."`
	Migrate migrateCommand `cmd:"" help:"Bring the database's schema up to date, and do nothing else."`
	Webhook webhookCommand `cmd:"" help:"See what webhooks are sent, send it again, test them and change their secrets."`
	Mailbox mailboxCommand `cmd:"" help:"Have mailboxes read over IMAP, and see how it goes."`
	Mail    mailCommand    `cmd:"" help:"Take mail in, see what became of it and of what was sent, and set up the DNS for it."`
	Jobs    jobsCommand    `cmd:"" help:"See the work that is under way, and have what was given up tried again."`
	Seed    seedCommand    `cmd:"" help:"Fill a store with believable demo data."`

	Notification notificationCommand `cmd:"" help:"See and change the mails that a store sends by itself."`

	Version versionCommand `cmd:"" help:"Print the version."`
}

const description = `storedesk is the support desk that online stores run themselves.

Everything can be set by flag or by variable; flags win. Without any setting, data lives in ./data and the server
answers on http://127.0.0.1:8080. Try it: storedesk serve --demo`

// Run carries out one command and returns the program's exit code.
func Run(ctx context.Context, args []string) int {
	var p program
	parser := kong.Must(&p, kong.Name("storedesk"), kong.Description(description), kong.UsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	command, err := parser.Parse(args)
	if err != nil && delivers(args) { // a mistake in the command must not bounce mail
		fmt.Fprintln(os.Stderr, "storedesk:", err)
		return exitTemporary
	}
	parser.FatalIfErrorf(err)
	command.BindTo(ctx, (*context.Context)(nil))
	err = command.Run(&p.Config)
	if err != nil && !errors.Is(err, errReported) {
		fmt.Fprintln(os.Stderr, "storedesk:", err)
	}
	var coded *exitError
	switch {
	case errors.As(err, &coded):
		return coded.code
	case err != nil:
		return 1
	}
	return 0
}

// errReported makes the program exit with 1 without saying more.
var errReported = errors.New("reported already")
