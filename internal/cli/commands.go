package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/settings"
)

// open checks the configuration and opens everything; the caller closes it.
func open(ctx context.Context, c *app.Config, more ...error) (*app.App, error) {
	if err := errors.Join(append(more, c.Check())...); err != nil {
		return nil, fmt.Errorf("the configuration has problems:\n%w", err)
	}
	return app.Open(ctx, *c)
}

// inStore opens everything and finds the store a command is for.
func inStore(ctx context.Context, c *app.Config, host string, fn func(*app.App, *desk.Store) error) error {
	a, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	st, err := a.Stores.Named(ctx, host)
	if err != nil {
		return err
	}
	return fn(a, st)
}

type serveCommand struct {
	app.ServeConfig

	Demo bool `help:"Fill an empty database with demo data; print a sign-in for the dashboard and a token for the API."`
}

func (s *serveCommand) Run(ctx context.Context, c *app.Config) error {
	a, err := open(ctx, c, s.Check())
	if err != nil {
		return err
	}
	defer a.Close()
	var demo app.Demo
	if s.Demo {
		if demo, err = a.Demo(ctx); err != nil {
			return err
		}
	}
	setup, err := a.Accounts.SetupLink(ctx)
	if err != nil {
		return err
	}
	return a.Serve(ctx, s.ServeConfig, func(at net.Addr) {
		if s.Demo {
			printDemo("http://"+hostOf(at), demo)
		}
		printSetup(hostOf(at), setup)
	})
}

// printSetup shows the link that makes the first admin, while there is none.
func printSetup(host, path string) {
	if path == "" {
		return
	}
	fmt.Printf(`
Nobody can sign in yet. Open this link to make the first admin; it works once, for 24 hours:

  http://%s%s

`, host, path)
}

// hostOf is where a browser on this machine finds the server.
func hostOf(at net.Addr) string {
	if tcp, ok := at.(*net.TCPAddr); ok && tcp.IP.IsUnspecified() {
		return fmt.Sprintf("localhost:%d", tcp.Port)
	}
	return at.String()
}

func printDemo(url string, demo app.Demo) {
	fmt.Printf("\nstoredesk is ready: %s/dashboard/\n", url)
	if demo.Email != "" {
		fmt.Printf("Sign in as:         %s with the password %s\n", demo.Email, demo.Password)
	}
	fmt.Printf(`API reference:      %[1]s/api/docs/
Access token:       %[2]s

Try it:

  curl -H 'Authorization: Bearer %[2]s' '%[1]s/api/admin/tickets/?status=open'

`, url, demo.Token)
}

type migrateCommand struct{}

func (migrateCommand) Run(ctx context.Context, c *app.Config) error {
	a, err := open(ctx, c)
	if err != nil {
		return err
	}
	a.Close()
	fmt.Println("The schema is up to date.")
	return nil
}

type versionCommand struct{}

func (versionCommand) Run() error {
	fmt.Println("storedesk", app.Version)
	return nil
}

// forStore is the flag that names a store.
type forStore struct {
	Store string `placeholder:"HOST" help:"The store, by one of its hosts. Not needed while there is only one."`
}

type tokenCommand struct {
	Create tokenCreate `cmd:"" help:"Make a token and print it; it cannot be shown again."`
	List   tokenList   `cmd:"" help:"List the tokens of a store."`
	Revoke tokenRevoke `cmd:"" help:"End a token's life. Takes effect on every node within a second."`
}

type tokenCreate struct {
	forStore

	Scopes    string `required:"" placeholder:"SCOPES" help:"What it may do, separated by spaces: \"tickets:read tickets:write\". admin:read and admin:write cover everything."`
	ExpiresAt string `placeholder:"TIME" help:"When it ends, as 2030-01-31 or 2030-01-31T12:00:00Z. Default: never."`
	Name      string `default:"command line" help:"A name to know it by."`
	Value     string `placeholder:"TOKEN" help:"Take this token instead of making a random one: for clients that bring theirs along."`
}

func (t *tokenCreate) Run(ctx context.Context, c *app.Config) error {
	scopes, err := access.CheckScopes(t.Scopes)
	if err != nil {
		return err
	}
	expires, err := parseTime(t.ExpiresAt)
	if err != nil {
		return err
	}
	return inStore(ctx, c, t.Store, func(a *app.App, st *desk.Store) error {
		create := a.Access.Create
		if t.Value != "" {
			create = func(ctx context.Context, st *desk.Store, name string, scopes []string, expires time.Time) (string, error) {
				return a.Access.Adopt(ctx, st, name, t.Value, scopes, expires)
			}
		}
		secret, err := create(ctx, st, t.Name, scopes, expires)
		if err == nil {
			fmt.Println(secret)
		}
		return err
	})
}

func parseTime(text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time; write 2030-01-31 or 2030-01-31T12:00:00Z", text)
}

type tokenList struct{ forStore }

func (t *tokenList) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, t.Store, func(a *app.App, st *desk.Store) error {
		list, err := a.Access.List(ctx, st)
		if err != nil {
			return err
		}
		return table("ID\tNAME\tSCOPES\tMADE\tLAST USED\tENDS", func(row func(...any)) {
			for _, k := range list {
				ends := day(k.ExpiresAt, "never")
				if k.RevokedAt != 0 {
					ends = "revoked " + day(k.RevokedAt, "")
				}
				row(k.ID, k.Name, k.Scopes, day(k.CreatedAt, ""), day(k.LastUsedAt, "never"), ends)
			}
		})
	})
}

func day(at desk.Instant, zero string) string {
	if at == 0 {
		return zero
	}
	return at.Time().Format("2006-01-02 15:04")
}

// table prints aligned columns.
func table(head string, rows func(row func(...any))) error {
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, head)
	rows(func(cells ...any) {
		text := make([]string, len(cells))
		for i, cell := range cells {
			text[i] = fmt.Sprint(cell)
		}
		fmt.Fprintln(w, strings.Join(text, "\t"))
	})
	return w.Flush()
}

type tokenRevoke struct {
	forStore

	ID int64 `arg:"" help:"The token's id, as token list shows it."`
}

func (t *tokenRevoke) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, t.Store, func(a *app.App, st *desk.Store) error {
		if err := a.Access.Revoke(ctx, st, t.ID); err != nil {
			return fmt.Errorf("token %d: %w", t.ID, err)
		}
		fmt.Printf("Token %d is revoked.\n", t.ID)
		return nil
	})
}

type storeCommand struct {
	Create      storeCreate      `cmd:"" help:"Make a store."`
	List        storeList        `cmd:"" help:"List the stores."`
	Set         storeSet         `cmd:"" help:"Change settings of a store."`
	RotateLinks storeRotateLinks `cmd:"" help:"Give every attachment a new link; the links known so far stop working."`
	Rebuild     storeRebuild     `cmd:"" help:"Write the prepared documents of all tickets anew from their rows."`
}

type storeCreate struct {
	Name  string   `arg:"" help:"The store's name."`
	Hosts []string `arg:"" help:"The hosts it answers on."`
}

func (s *storeCreate) Run(ctx context.Context, c *app.Config) error {
	a, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	st, err := a.Stores.Create(ctx, s.Name, s.Hosts)
	if err == nil {
		fmt.Printf("Store %d, %s, answers on %s.\n", st.ID, st.Name, strings.Join(st.Hosts, ", "))
	}
	return err
}

type storeList struct{}

func (storeList) Run(ctx context.Context, c *app.Config) error {
	a, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	list, err := a.Stores.List(ctx)
	if err != nil {
		return err
	}
	return table("ID\tNAME\tHOSTS\tTIME ZONE\tSUPPORT E-MAIL", func(row func(...any)) {
		for _, st := range list {
			row(st.ID, st.Name, strings.Join(st.Hosts, ","), st.Zone, st.SupportEmail)
		}
	})
}

type storeSet struct {
	forStore

	Settings []string `arg:"" name:"name=value" help:"Settings, such as support_email=help@example.com."`
}

// Help lists the settings there are.
func (storeSet) Help() string {
	var b strings.Builder
	b.WriteString("Settings:\n")
	for _, s := range settings.Settings {
		fmt.Fprintf(&b, "  %-24s %s\n", s[0], s[1])
	}
	return b.String()
}

func (s *storeSet) Run(ctx context.Context, c *app.Config) error {
	values := map[string]string{}
	for _, pair := range s.Settings {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return fmt.Errorf("%q is not of the form name=value", pair)
		}
		values[name] = value
	}
	return inStore(ctx, c, s.Store, func(a *app.App, st *desk.Store) error {
		return a.Stores.Set(ctx, st, values)
	})
}

type storeRotateLinks struct{ forStore }

func (s *storeRotateLinks) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, s.Store, func(a *app.App, st *desk.Store) error {
		n, err := a.Stores.RotateLinks(ctx, st)
		fmt.Printf("%d attachments have new links.\n", n)
		return err
	})
}

type storeRebuild struct{ forStore }

func (s *storeRebuild) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, s.Store, func(a *app.App, st *desk.Store) error {
		return a.DB.RebuildDocuments(ctx, st)
	})
}

type userCommand struct {
	Create    userCreate    `cmd:"" help:"Make a user; with --password-stdin, one who can sign in."`
	Invite    userInvite    `cmd:"" help:"Invite somebody to the staff of a store, and print the link to give them. It works once, for 72 hours."`
	ResetLink userResetLink `cmd:"" help:"Print a link with which a member of staff chooses a new password. It works once, for 24 hours."`
	List      userList      `cmd:"" help:"List users, newest first."`
	Address   userAddress   `cmd:"" help:"See and change the further addresses of a user: by mail from one of them they are known."`
	Staff     userStaff     `cmd:"" help:"List who can sign in to a store."`
}

type userCreate struct {
	forStore

	Email     string `arg:"" help:"The e-mail address."`
	FirstName string `help:"First name."`
	LastName  string `help:"Last name."`
	Type      string `enum:"dashboard,lead" default:"dashboard" help:"dashboard: an agent (the default); lead: a person who has not bought yet."`

	PasswordStdin bool     `name:"password-stdin" help:"Give the agent an account to sign in with, whose password is the first line of stdin."`
	Admin         bool     `help:"With --password-stdin: make the agent an admin of the store."`
	Group         []string `placeholder:"NAME" help:"With --password-stdin: a permission group to put the agent into; may be given again."`
}

// signIn makes an agent who can sign in. Who is an agent already keeps their user.
func (u *userCreate) signIn(ctx context.Context, a *app.App, st *desk.Store) error {
	password, err := readPassword()
	if err != nil {
		return err
	}
	ids, err := groupsNamed(ctx, a, st, u.Group)
	if err != nil {
		return err
	}
	in := access.NewMember{
		Email: u.Email, Name: strings.TrimSpace(u.FirstName + " " + u.LastName), Password: password, Admin: u.Admin, GroupIDs: ids,
	}
	if _, err := a.Accounts.Create(ctx, st, in); err != nil {
		return said(err)
	}
	m, err := a.Accounts.ByEmail(ctx, st, u.Email)
	if err == nil {
		fmt.Println(m.UserID)
	}
	return err
}

func (u *userCreate) Run(ctx context.Context, c *app.Config) error {
	if !u.PasswordStdin && (u.Admin || len(u.Group) > 0) {
		return errors.New("--admin and --group go with --password-stdin; to let somebody choose a password, use user invite")
	}
	return inStore(ctx, c, u.Store, func(a *app.App, st *desk.Store) error {
		if u.PasswordStdin {
			return u.signIn(ctx, a, st)
		}
		in := &desk.UserInput{Email: &u.Email, FirstName: &u.FirstName, LastName: &u.LastName}
		create := a.People.CreateAgent
		if u.Type == "lead" {
			create = func(ctx context.Context, st *desk.Store, in *desk.UserInput) (*desk.User, error) {
				return a.People.Create(ctx, st, in, desk.Write{Actor: desk.System})
			}
		}
		made, err := create(ctx, st, in)
		if err == nil {
			fmt.Println(made.ID)
		}
		return err
	})
}

type userList struct {
	forStore

	Type  string `help:"Only users of this type: customer, lead or dashboard."`
	Limit int    `default:"50" help:"How many at most."`
}

func (u *userList) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, u.Store, func(a *app.App, st *desk.Store) error {
		list, more, err := a.People.List(ctx, st, &desk.UserFilter{Type: u.Type}, desk.Page{Order: desk.NewestFirst, Size: max(1, u.Limit)})
		if err != nil {
			return err
		}
		err = table("ID\tE-MAIL\tNAME\tTYPE\tJOINED", func(row func(...any)) {
			for _, p := range list {
				row(p.ID, p.Email, strings.TrimSpace(p.FirstName+" "+p.LastName), p.Type, day(p.DateJoined, ""))
			}
		})
		if more {
			fmt.Println("… and more; raise --limit to see them.")
		}
		return err
	})
}
