package access

import (
	"context"
	"net/netip"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// ErrWrongSignIn is the one answer to a sign-in that fails, whatever the reason.
var ErrWrongSignIn = desk.Errorf(desk.Unauthorized, "wrong e-mail or password")

// ErrTooMany asks to come back later: too many attempts.
var ErrTooMany = desk.Errorf(desk.RateLimited, "too many attempts")

// The rates of sign-in. A browser that the account signed in from before (the device
// cookie) has a rate of its own. All others share a rate for each account and one for
// each address. So whoever guesses is stopped, by account even from many addresses,
// while the owner's own browser goes on as if nothing happened.
var (
	deviceRate  = store.Rate{Interval: perHour(12), Burst: 10}
	accountRate = store.Rate{Interval: perHour(12), Burst: 10}
	addressRate = store.Rate{Interval: perHour(60), Burst: 30}
)

func perHour(n int) desk.Instant { return desk.Instant(time.Hour/time.Microsecond) / desk.Instant(n) }

// attempt is one try at something secret, already counted.
type attempt struct {
	key  string // that a success forgets
	ip   string // "" = not counted by address
	rate store.Rate
}

// count takes an attempt at an account, known or not, from the rates that apply.
// Attempts are counted before anything is looked at, so that many at once count too.
// what keeps the rates of passwords, codes and resets apart.
func (s *Accounts) count(ctx context.Context, what, account string, known bool, v Visit) (attempt, error) {
	a := attempt{key: what + ":account:" + digest(account), rate: accountRate}
	if known {
		a = attempt{key: what + ":device:" + digest(account+v.Device), rate: deviceRate}
	} else if v.IP != "" {
		a.ip = what + ":address:" + network(v.IP)
		if ok, err := s.DB.Spend(ctx, a.ip, addressRate, desk.At(s.Now())); err != nil {
			return a, err
		} else if !ok {
			return a, ErrTooMany
		}
	}
	ok, err := s.DB.Spend(ctx, a.key, a.rate, desk.At(s.Now()))
	if err == nil && !ok {
		err = ErrTooMany
	}
	return a, err
}

// succeeded queues that the attempt was no guess.
func (a attempt) succeeded(tx *store.Tx) {
	tx.ForgetRate(a.key)
	if a.ip != "" {
		tx.Refund(a.ip, addressRate) // not forgotten: an account of one's own must not buy guesses at others
	}
}

// network is what counts as one address: an IPv4 address, or the /64 that an IPv6
// customer owns.
func network(ip string) string {
	addr, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if addr.Is6() {
		prefix, _ := addr.Prefix(64) // 64 bits fit
		return prefix.String()
	}
	return addr.String()
}

// SignIn opens a session for an e-mail address and a password. Errors: ErrWrongSignIn,
// ErrTooMany. Neither the answer nor the work done tells whether there is an account.
func (s *Accounts) SignIn(ctx context.Context, st *desk.Store, email, password string, v Visit) (*Opened, error) {
	a, member, err := s.candidate(ctx, st, email)
	if err != nil {
		return nil, err
	}
	known, err := s.DB.IsKnownDevice(ctx, a.ID, digest(v.Device), desk.At(s.Now()))
	if err != nil {
		return nil, err
	}
	try, err := s.count(ctx, "password", a.Email, known, v)
	if err != nil {
		return nil, err
	}
	right, err := s.hash.verify(ctx, password, a.Password)
	if err != nil {
		return nil, err
	}
	var opened *Opened
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if opened = nil; !right || !member {
			return s.audit(ctx, tx, st, a.ID, "signin.failed", a.Email, nil, v)
		}
		try.succeeded(tx)
		var err error
		if opened, err = s.openSession(ctx, tx, a, "password", false, v); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, a.ID, "signin.password", "", nil, v)
	})
	if err == nil && opened == nil {
		err = ErrWrongSignIn
	}
	return opened, err
}

// candidate is the account an address names, or a nameless one with that address: the
// same steps follow for both.
func (s *Accounts) candidate(ctx context.Context, st *desk.Store, email string) (a *desk.Account, member bool, err error) {
	key, err := desk.EmailKey(email)
	if err != nil {
		key = digest(email) // no address at all; counted and refused like a wrong one
	}
	a, err = s.DB.AccountByEmail(ctx, key)
	if isNotFound(err) {
		a, err = &desk.Account{}, nil
	}
	if err != nil {
		return nil, false, err
	}
	a.Email = key
	member, err = s.DB.IsMember(ctx, st, a.ID)
	return a, member, err
}
