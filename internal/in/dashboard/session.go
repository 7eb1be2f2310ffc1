package dashboard

import (
	"errors"
	"net/http"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// mySecurity is how somebody signs in, and where they are.
type mySecurity struct {
	HasPassword   bool         `json:"has_password"`
	TOTP          bool         `json:"totp"`
	Passkeys      int          `json:"passkeys"`
	RecoveryCodes int          `json:"recovery_codes"`
	Identities    []string     `json:"identities"`
	Results       []sessionRow `json:"results"`
	Next          *string      `json:"next"`
}

type sessionRow struct {
	ID           int64   `json:"id"`
	Current      bool    `json:"current"`
	Method       string  `json:"method"`
	SecondFactor bool    `json:"second_factor"`
	Device       string  `json:"device"`
	UserAgent    string  `json:"user_agent"`
	IP           string  `json:"ip"`
	CreatedAt    *string `json:"created_at"`
	LastSeenAt   *string `json:"last_seen_at"`
	ExpiresAt    *string `json:"expires_at"`
}

const shownSessions = 200

func (d *door) sessions(q *page.Request) error {
	s, err := d.Accounts.Security(q.Ctx(), q.Staff)
	if err != nil {
		return err
	}
	out := mySecurity{
		HasPassword: s.HasPassword, TOTP: s.HasTOTP, Passkeys: len(s.Passkeys), RecoveryCodes: s.RecoveryCodes, Identities: orEmpty(s.Identities),
		Results: []sessionRow{},
	}
	for _, v := range s.Sessions[:min(len(s.Sessions), shownSessions)] {
		out.Results = append(out.Results, sessionRow{
			v.ID, v.ID == q.Staff.SessionID, v.Method, v.SecondFactorAt != 0, page.Browser(v.UserAgent), v.UserAgent, v.IP,
			instant(v.CreatedAt), instant(v.LastSeenAt), instant(v.ExpiresAt),
		})
	}
	return q.JSON(http.StatusOK, out)
}

func (d *door) endSession(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return done(q, d.Accounts.EndSession(q.Ctx(), q.Store, q.Staff, id, q.Visit()))
}

func (d *door) endOtherSessions(q *page.Request) error {
	return done(q, d.Accounts.EndOtherSessions(q.Ctx(), q.Store, q.Staff, q.Visit()))
}

// confirm proves who one is, so that delicate changes may go on where they were stopped.
func (d *door) confirm(q *page.Request) error {
	var in struct {
		Password string `json:"password"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	err := d.Accounts.Confirm(q.Ctx(), q.Store, q.Staff, in.Password, q.Visit())
	if errors.Is(err, access.ErrWrongSignIn) { // not Unauthorized: one is signed in
		return &desk.Error{Code: desk.Invalid, Message: "password.wrong", Fields: desk.Fields{"password": {"password.wrong"}}}
	}
	return done(q, err)
}
