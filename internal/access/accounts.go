package access

import (
	"context"
	"log/slog"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Accounts holds the verbs of people who sign in: accounts, sessions, second factors,
// invitations.
type Accounts struct {
	DB  *store.DB
	Now func() time.Time
	Log *slog.Logger
	// Post delivers links to people; nil while the installation has no mail.
	Post Post

	hash *hashing
}

// Post carries a one-time link to the person it is for. Mail will be one.
type Post interface {
	// SendLink delivers a link of a kind to an address, in the store's name. It is called
	// outside of any request, and logs its own failures.
	SendLink(ctx context.Context, st *desk.Store, kind desk.LinkKind, to, url string)
}

// NewAccounts returns the verbs on a database. The cost is that of password hashes.
func NewAccounts(db *store.DB, now func() time.Time, log *slog.Logger, cost Hashing) *Accounts {
	return &Accounts{DB: db, Now: now, Log: log, hash: newHashing(cost)}
}

// Visit is where a request comes from; the audit log and the list of sessions show it.
type Visit struct {
	IP        string
	UserAgent string
	Device    string // what the device cookie holds; "" = none
}

func (v Visit) clean() Visit {
	if len(v.UserAgent) > 300 {
		v.UserAgent = v.UserAgent[:300]
	}
	return v
}

// How long sessions and what belongs to them live.
const (
	sessionIdle  = 7 * 24 * time.Hour
	sessionLife  = 30 * 24 * time.Hour
	pendingLife  = 15 * time.Minute // a session whose second factor is awaited
	deviceLife   = 180 * 24 * time.Hour
	confirmLife  = 10 * time.Minute // how long a proof of who one is lasts for delicate changes
	touchSession = desk.Instant(time.Minute / time.Microsecond)
)

// The ways a session can be less than signed in.
var (
	// ErrSignedOut: no session, or none in this store.
	ErrSignedOut = desk.Errorf(desk.Unauthorized, "not signed in")
	// ErrSecondFactor: the password was right, a second factor is to come.
	ErrSecondFactor = desk.Errorf(desk.Unauthorized, "the second factor is missing")
	// ErrMustEnrol: the store asks its admins for a second factor and this one has none.
	ErrMustEnrol = desk.Errorf(desk.Unauthorized, "a second factor must be set up")
)

// Session returns who a session cookie signs in to a store. Errors: ErrSignedOut; with
// the person beside them, ErrSecondFactor and ErrMustEnrol.
func (s *Accounts) Session(ctx context.Context, st *desk.Store, cookie string) (*desk.Staff, error) {
	if cookie == "" {
		return nil, ErrSignedOut
	}
	now := desk.At(s.Now())
	row, err := s.DB.SessionByHash(ctx, st, digest(cookie), now)
	switch {
	case desk.CodeOf(err) == desk.NotFound:
		return nil, ErrSignedOut
	case err != nil:
		return nil, err
	case !row.IsMember:
		return nil, ErrSignedOut
	case row.HasFactor && row.SecondFactorAt == 0:
		return &row.Staff, ErrSecondFactor
	}
	if now-row.LastSeenAt >= touchSession || now-row.SeenAt >= touchSession {
		if err := s.touch(ctx, st, &row.Session, now); err != nil {
			return nil, err
		}
	}
	if st.SecondFactorForAdmins && row.Staff.Admin && row.SecondFactorAt == 0 {
		return &row.Staff, ErrMustEnrol
	}
	return &row.Staff, nil
}

// touch keeps a session that is used alive, until it is sessionLife old.
func (s *Accounts) touch(ctx context.Context, st *desk.Store, row *desk.Session, now desk.Instant) error {
	expires := min(desk.At(now.Time().Add(sessionIdle)), desk.At(row.CreatedAt.Time().Add(sessionLife)))
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.TouchSession(row.ID, now, expires)
		tx.SeeMember(st, row.AccountID, now)
		return nil
	})
}

// Opened is a session that has just begun.
type Opened struct {
	Cookie    string // the session cookie
	Device    string // the device cookie, "" = as it was
	AccountID int64
	SessionID int64
	Pending   bool // a second factor is to come
}

// openSession queues a new session of an account, after whatever proof.
func (s *Accounts) openSession(ctx context.Context, tx *store.Tx, a *desk.Account, method string, factor bool, v Visit) (*Opened, error) {
	hasFactor, err := tx.HasFactor(ctx, a.ID)
	if err != nil {
		return nil, err
	}
	now := s.Now()
	o := &Opened{Cookie: newSecret(), AccountID: a.ID, Pending: hasFactor && !factor}
	row := &desk.Session{
		AccountID: a.ID, Method: method, ConfirmedAt: desk.At(now), CreatedAt: desk.At(now), LastSeenAt: desk.At(now),
		ExpiresAt: desk.At(now.Add(sessionIdle)), IP: v.IP, UserAgent: v.clean().UserAgent,
	}
	if o.Pending {
		row.ExpiresAt = desk.At(now.Add(pendingLife))
	}
	if factor {
		row.SecondFactorAt = desk.At(now)
	}
	if err := tx.InsertSession(ctx, row, digest(o.Cookie)); err != nil {
		return nil, err
	}
	o.SessionID = row.ID
	if !o.Pending {
		o.Device = s.knowDevice(tx, a.ID, v)
	}
	return o, nil
}

// knowDevice queues that the account signed in from this device, and returns what its
// cookie holds.
func (s *Accounts) knowDevice(tx *store.Tx, accountID int64, v Visit) string {
	device := v.Device
	if len(device) != len(newSecret()) {
		device = newSecret()
	}
	tx.KnowDevice(accountID, digest(device), desk.At(s.Now().Add(deviceLife)))
	return device
}

// SignOut ends a session.
func (s *Accounts) SignOut(ctx context.Context, st *desk.Store, who *desk.Staff, v Visit) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.DeleteSession(ctx, who.AccountID, who.SessionID); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, who.AccountID, "session.ended", "", nil, v)
	})
}

// audit queues a line of the audit log.
func (s *Accounts) audit(ctx context.Context, tx *store.Tx, st *desk.Store, by int64, action, subject string, data map[string]string, v Visit) error {
	v = v.clean()
	e := &desk.AuditEntry{
		Action: action, AccountID: by, Subject: subject, Data: data, IP: v.IP, UserAgent: v.UserAgent, CreatedAt: desk.At(s.Now()),
	}
	if st != nil {
		e.StoreID = st.ID
	}
	return tx.Audit(ctx, e)
}

// Audit adds a line to the audit log of a store, for doors whose acts are no verb here.
func (s *Accounts) Audit(ctx context.Context, st *desk.Store, by int64, action, subject string, data map[string]string, v Visit) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error { return s.audit(ctx, tx, st, by, action, subject, data, v) })
}

// AuditLog lists what a filter selects of a store's audit log before an id (0 = from the
// end), newest first. Forbidden without the permission for users.
func (s *Accounts) AuditLog(
	ctx context.Context, st *desk.Store, who *desk.Staff, f desk.AuditFilter, before int64, limit int,
) ([]desk.AuditEntry, error) {
	if err := need(who, desk.PermissionUsers); err != nil {
		return nil, err
	}
	return s.DB.AuditLog(ctx, st, f, before, limit)
}

func need(who *desk.Staff, p desk.Permission) error {
	if !who.Can(p) {
		return desk.Errorf(desk.Forbidden, "this needs the permission %s", p)
	}
	return nil
}

// Sweep deletes what has expired.
func (s *Accounts) Sweep(ctx context.Context) error { return s.DB.SweepAccess(ctx, desk.At(s.Now())) }

func isNotFound(err error) bool { return err != nil && desk.CodeOf(err) == desk.NotFound }
