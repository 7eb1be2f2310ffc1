package mail

import (
	"context"

	"storedesk/internal/desk"
)

// agentOf finds the dashboard user whom a message may act as: it was sent to the signed
// reply address of an account, its From is the address of that account or user, the domain
// of the address vouches for it, and the person works for the store. nil for anybody else;
// why then says what is missing, if it was sent to such an address at all.
func (h *Handler) agentOf(ctx context.Context, st *desk.Store, f *facts, account int64) (agent *desk.User, why string, err error) {
	a, err := h.DB.Account(ctx, account)
	if desk.CodeOf(err) == desk.NotFound {
		return nil, "the agent is not there any more", nil
	}
	if err != nil {
		return nil, "", err
	}
	user, err := h.DB.StaffUser(ctx, st, account)
	switch {
	case desk.CodeOf(err) == desk.NotFound:
		return nil, "the agent does not work here any more", nil
	case err != nil:
		return nil, "", err
	case !f.letter.sure || !sameKey(f.letter.from.Addr, a.Email) && !sameKey(f.letter.from.Addr, user.Email):
		return nil, "it is not from that agent's address", nil
	case !f.auth.Aligned || f.auth.DMARC == failed:
		return nil, "nothing proves that it is from that agent's address (SPF or DKIM, aligned)", nil
	}
	return user, "", nil
}

// sameKey compares addresses as sign-in does: case mapping must not make one out of two.
func sameKey(a, b string) bool {
	x, err := desk.EmailKey(a)
	if err != nil {
		return false
	}
	y, err := desk.EmailKey(b)
	return err == nil && x == y
}

// personOf finds the user who writes from an address; nil if nobody is known by it.
func (h *Handler) personOf(ctx context.Context, st *desk.Store, address string) (*desk.User, error) {
	u, err := h.DB.UserByAddress(ctx, st, address)
	if desk.CodeOf(err) == desk.NotFound {
		return nil, nil //nolint:nilnil // an unknown writer is no error
	}
	return u, err
}
