package cli

import (
	"context"
	"fmt"
	"strconv"

	"storedesk/internal/app"
	"storedesk/internal/desk"
)

type userAddress struct {
	Add    userAddressAdd    `cmd:"" help:"Give a user a further address; what was written from it becomes theirs."`
	Remove userAddressRemove `cmd:"" help:"Take a further address from a user."`
	List   userAddressList   `cmd:"" help:"List the addresses of a user."`
}

// forUser names a user of a store.
type forUser struct {
	forStore

	User string `arg:"" help:"The user, by one of their addresses or by id."`
}

// in opens everything and finds the user a command is for.
func (u *forUser) in(ctx context.Context, c *app.Config, fn func(*app.App, *desk.Store, *desk.User) error) error {
	return inStore(ctx, c, u.Store, func(a *app.App, st *desk.Store) error {
		id, err := strconv.ParseInt(u.User, 10, 64)
		if err != nil {
			id, err = a.DB.AddressOwner(ctx, st, u.User)
		}
		var who *desk.User
		if err == nil {
			who, err = a.People.Get(ctx, st, id)
		}
		if err != nil {
			return fmt.Errorf("user %s: %w", u.User, err)
		}
		return fn(a, st, who)
	})
}

type userAddressAdd struct {
	forUser

	Address string `arg:"" help:"The address."`
}

func (u *userAddressAdd) Run(ctx context.Context, c *app.Config) error {
	return u.in(ctx, c, func(a *app.App, st *desk.Store, who *desk.User) error {
		_, err := a.People.AddAddress(ctx, st, who.ID, u.Address, desk.Write{Actor: desk.System})
		return err
	})
}

type userAddressRemove struct {
	forUser

	Address string `arg:"" help:"The address."`
}

func (u *userAddressRemove) Run(ctx context.Context, c *app.Config) error {
	return u.in(ctx, c, func(a *app.App, st *desk.Store, who *desk.User) error {
		_, err := a.People.RemoveAddress(ctx, st, who.ID, u.Address, desk.Write{Actor: desk.System})
		if desk.CodeOf(err) == desk.NotFound {
			return fmt.Errorf("user %s has no further address %s", u.User, u.Address)
		}
		return err
	})
}

type userAddressList struct{ forUser }

func (u *userAddressList) Run(ctx context.Context, c *app.Config) error {
	return u.in(ctx, c, func(a *app.App, st *desk.Store, who *desk.User) error {
		list, err := a.People.Addresses(ctx, st, who.ID)
		if err != nil {
			return err
		}
		for _, address := range append([]string{who.Email}, list...) {
			fmt.Println(address)
		}
		return nil
	})
}
