package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"storedesk/internal/app"
	"storedesk/internal/desk"
)

type mailboxCommand struct {
	Add    mailboxAdd    `cmd:"" help:"Have a mailbox read over IMAP. Signs in first, and adds nothing if that fails."`
	List   mailboxList   `cmd:"" help:"List the mailboxes that are read, and how it goes."`
	Check  mailboxCheck  `cmd:"" help:"Sign in to a mailbox now and say what is there; takes no message."`
	Secret mailboxSecret `cmd:"" help:"Give a mailbox another password or OAuth 2 client."`
	Remove mailboxRemove `cmd:"" help:"Read a mailbox no more. What came stays."`
}

// credentials are the flags by which a mailbox is signed in to.
type credentials struct {
	PasswordFile  string `placeholder:"FILE" help:"A file with the password alone; - is stdin. Without it, STOREDESK_MAILBOX_PASSWORD."`
	OAuthTokenURL string `name:"oauth-token-url" placeholder:"URL" help:"Sign in by OAuth 2: where access tokens are given out."`
	ClientID      string `placeholder:"ID" help:"The OAuth 2 client."`
	ClientSecret  string `env:"STOREDESK_MAILBOX_CLIENT_SECRET" placeholder:"SECRET" help:"The client's secret, if it has one."`
	RefreshToken  string `env:"STOREDESK_MAILBOX_REFRESH_TOKEN" placeholder:"TOKEN" help:"The mailbox's refresh token. When the server gives out another one, it is kept."`
}

// maxPassword is how much of a password file is read, in bytes.
const maxPassword = 4096

func (c *credentials) secret() (*desk.MailboxSecret, error) {
	if c.OAuthTokenURL != "" || c.ClientID != "" || c.RefreshToken != "" {
		if c.PasswordFile != "" {
			return nil, errors.New("--password-file and OAuth 2 do not go together")
		}
		if c.OAuthTokenURL == "" || c.ClientID == "" || c.RefreshToken == "" {
			return nil, errors.New("OAuth 2 needs --oauth-token-url, --client-id and --refresh-token")
		}
		return &desk.MailboxSecret{TokenURL: c.OAuthTokenURL, ClientID: c.ClientID, ClientSecret: c.ClientSecret, RefreshToken: c.RefreshToken}, nil
	}
	password, err := c.password()
	if err == nil && password == "" {
		err = errors.New("no password: set STOREDESK_MAILBOX_PASSWORD, or name a --password-file")
	}
	return &desk.MailboxSecret{Password: password}, err
}

func (c *credentials) password() (string, error) {
	var from io.Reader = os.Stdin
	switch c.PasswordFile {
	case "":
		return os.Getenv("STOREDESK_MAILBOX_PASSWORD"), nil
	case "-":
	default:
		file, err := os.Open(c.PasswordFile)
		if err != nil {
			return "", err
		}
		defer file.Close()
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, maxPassword))
	return strings.TrimRight(string(text), "\r\n"), err
}

type mailboxAdd struct {
	forStore
	credentials

	Address  string        `arg:"" placeholder:"HOST[:PORT]" help:"The IMAP server. Without a port: 993, or 143 without --security tls."`
	Username string        `arg:"" help:"The user name there; mostly the address."`
	Security string        `default:"tls" enum:"tls,starttls,none" help:"tls (default), starttls, or none: the password then travels readable."`
	Folder   string        `default:"INBOX" help:"The folder to read (default INBOX)."`
	Every    time.Duration `default:"1m" placeholder:"DURATION" help:"How long to rest between two looks (default ${default})."`
	All      bool          `help:"Take the messages that are in the folder already, too: each becomes a ticket."`
}

// Help says what happens to the mailbox.
func (mailboxAdd) Help() string {
	return `Every message that comes from now on is taken, whether read or not, and stays where it is: nothing in the mailbox
is changed, flagged or deleted. Do not let people move messages out of the folder before they were taken.`
}

func (m *mailboxAdd) Run(ctx context.Context, c *app.Config) error {
	secret, err := m.secret()
	if err != nil {
		return err
	}
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		b := &desk.Mailbox{Address: m.Address, Security: m.Security, Username: m.Username, Folder: m.Folder, Pause: m.Every, Secret: secret.Text(), FirstUID: 1}
		if err := b.Check(); err != nil {
			return readable(err)
		}
		state, err := a.Poller.Check(ctx, b)
		if err != nil {
			return err
		}
		b.UIDValidity = state.UIDValidity
		if !m.All {
			b.FirstUID = state.NextUID
		}
		if err := a.Mailboxes.Add(ctx, st, b); err != nil {
			return readable(err)
		}
		fmt.Printf("Mailbox %d is read every %s.\n", b.ID, b.Pause)
		switch {
		case m.All:
			fmt.Printf("Its %d messages are taken, too.\n", state.Messages)
		case state.Messages > 0:
			fmt.Printf("The %d messages that are there already stay out; --all takes them.\n", state.Messages)
		}
		return nil
	})
}

type mailboxList struct{ forStore }

func (m *mailboxList) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		list, err := a.Mailboxes.List(ctx, st)
		if err != nil {
			return err
		}
		return table("ID\tUSER\tSERVER\tFOLDER\tEVERY\tTHERE\tTAKEN\tLAST MAIL\tLAST LOOK WITHOUT PROBLEM\tPROBLEM", func(row func(...any)) {
			for _, b := range list {
				row(b.ID, b.Username, b.Address, b.Folder, b.Pause, b.There, b.Seen, day(b.LastMailAt, "never"), day(b.LastOKAt, "never"), problem(b))
			}
		})
	})
}

// problem is what an operator should know of a mailbox.
func problem(b *desk.Mailbox) string {
	if b.LastError == "" && b.Seen < b.There {
		return fmt.Sprintf("%d messages are not taken yet", b.There-b.Seen)
	}
	return none(b.LastError)
}

type mailboxCheck struct {
	forStore

	ID int64 `arg:"" help:"The mailbox's id, as mailbox list shows it."`
}

func (m *mailboxCheck) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		b, err := a.Mailboxes.Get(ctx, st, m.ID)
		if err != nil {
			return fmt.Errorf("mailbox %d: %w", m.ID, err)
		}
		state, err := a.Poller.Check(ctx, b)
		if err != nil {
			return err
		}
		fmt.Printf("Signed in to %s as %s. %s has %d messages.\n", b.Address, b.Username, b.Folder, state.Messages)
		fmt.Printf("At the last look there were %d to take, and %d were taken. Problem: %s\n", b.There, b.Seen, problem(b))
		if b.UIDValidity != 0 && b.UIDValidity != state.UIDValidity {
			fmt.Println("The server has numbered the folder anew. The next look goes through all of it; nothing is taken twice.")
		}
		return nil
	})
}

type mailboxSecret struct {
	forStore
	credentials

	ID int64 `arg:"" help:"The mailbox's id, as mailbox list shows it."`
}

func (m *mailboxSecret) Run(ctx context.Context, c *app.Config) error {
	secret, err := m.secret()
	if err != nil {
		return err
	}
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		if err := a.Mailboxes.SetSecret(ctx, st, m.ID, secret); err != nil {
			return fmt.Errorf("mailbox %d: %w", m.ID, readable(err))
		}
		fmt.Printf("Mailbox %d has a new secret. To try it: storedesk mailbox check %d\n", m.ID, m.ID)
		return nil
	})
}

type mailboxRemove struct {
	forStore

	ID int64 `arg:"" help:"The mailbox's id, as mailbox list shows it."`
}

func (m *mailboxRemove) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, m.Store, func(a *app.App, st *desk.Store) error {
		if err := a.Mailboxes.Remove(ctx, st, m.ID); err != nil {
			return fmt.Errorf("mailbox %d: %w", m.ID, readable(err))
		}
		fmt.Printf("Mailbox %d is read no more.\n", m.ID)
		return nil
	})
}
