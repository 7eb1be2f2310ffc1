package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"storedesk/internal/access"
	"storedesk/internal/app"
	"storedesk/internal/desk"
)

// readPassword reads one line from stdin: a password as an argument would stand in the
// list of processes and in the shell's history.
func readPassword() (string, error) {
	line, err := bufio.NewReader(io.LimitReader(os.Stdin, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("no password on stdin")
	}
	return line, nil
}

// said is an error in words: fields hold keys of messages for pages.
func said(err error) error {
	var e *desk.Error
	if !errors.As(err, &e) || len(e.Fields) == 0 {
		return err
	}
	words := map[string]string{
		"password.short": "at least 10 characters", "password.long": "at most 1,000 characters", "password.guessable": "too easy to guess",
		"email.invalid": "no e-mail address", "email.is_staff": "staff of this store already", "name.invalid": "too long, or with < or >",
	}
	for field, list := range e.Fields {
		if text, ok := words[list[0]]; ok {
			return fmt.Errorf("%s: %s", field, text)
		}
	}
	return err
}

// groupsNamed finds permission groups by their names.
func groupsNamed(ctx context.Context, a *app.App, st *desk.Store, names []string) ([]int64, error) {
	groups, err := a.DB.Groups(ctx, st)
	if err != nil {
		return nil, err
	}
	var ids []int64
	for _, name := range names {
		found := false
		for _, g := range groups {
			if g.Name == name {
				ids, found = append(ids, g.ID), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no permission group called %q", name)
		}
	}
	return ids, nil
}

// linkBase is what links begin with: the store's own domain unless --url names another.
func linkBase(url string, st *desk.Store) string {
	if url != "" {
		return strings.TrimRight(url, "/")
	}
	return "https://" + st.NetworkDomain
}

type userInvite struct {
	forStore

	Email string   `arg:"" help:"The e-mail address."`
	Name  string   `help:"The person's name; they can change it."`
	Admin bool     `help:"Make the person an admin of the store."`
	Group []string `placeholder:"NAME" help:"A permission group to put the person into; may be given again."`
	URL   string   `placeholder:"URL" help:"What the link begins with. Default: https:// and the store's network domain."`
}

func (u *userInvite) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, u.Store, func(a *app.App, st *desk.Store) error {
		ids, err := groupsNamed(ctx, a, st, u.Group)
		if err != nil {
			return err
		}
		in := access.NewMember{Email: u.Email, Name: u.Name, Admin: u.Admin, GroupIDs: ids}
		path, err := a.Accounts.Invite(ctx, st, nil, in, access.Visit{})
		if err == nil {
			fmt.Println(linkBase(u.URL, st) + path)
		}
		return said(err)
	})
}

type userResetLink struct {
	forStore

	Email               string `arg:"" help:"The e-mail address."`
	ForgetSecondFactors bool   `help:"Take the person's second factors away too: for who lost them and the recovery codes."`
	URL                 string `placeholder:"URL" help:"What the link begins with. Default: https:// and the store's network domain."`
}

func (u *userResetLink) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, u.Store, func(a *app.App, st *desk.Store) error {
		m, err := a.Accounts.ByEmail(ctx, st, u.Email)
		if err != nil {
			return err
		}
		if u.ForgetSecondFactors {
			if err := a.Accounts.ForgetFactors(ctx, st, m.AccountID); err != nil {
				return err
			}
		}
		path, err := a.Accounts.ResetLink(ctx, st, nil, m.AccountID, access.Visit{})
		if err == nil {
			fmt.Println(linkBase(u.URL, st) + path)
		}
		return err
	})
}

type userStaff struct{ forStore }

func (u *userStaff) Run(ctx context.Context, c *app.Config) error {
	return inStore(ctx, c, u.Store, func(a *app.App, st *desk.Store) error {
		members, err := a.DB.Members(ctx, st)
		if err != nil {
			return err
		}
		return table("ACCOUNT\tUSER\tE-MAIL\tNAME\tADMIN\tPASSWORD\tSECOND FACTOR", func(row func(...any)) {
			for _, m := range members {
				row(m.AccountID, m.UserID, m.Email, m.Name, yes(m.Admin), yes(m.HasPassword), yes(m.HasFactor))
			}
		})
	})
}

func yes(b bool) string {
	if b {
		return "yes"
	}
	return "-"
}
