package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/pquerna/otp"
	"github.com/pquerna/otp/totp"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// ErrWrongCode is the answer to a second factor that is wrong, used or expired.
var ErrWrongCode = desk.Errorf(desk.Invalid, "wrong code")

// ErrConfirm asks the person to prove again who they are, before a delicate change.
var ErrConfirm = desk.Errorf(desk.Forbidden, "prove who you are first")

// ceremonyLife is how long somebody may take between two steps of one ceremony.
const ceremonyLife = 10 * time.Minute

// Security is what a person sees of their own sign-in.
type Security struct {
	HasPassword   bool
	HasTOTP       bool
	Passkeys      []store.Passkey
	RecoveryCodes int // left
	Sessions      []desk.Session
	Identities    []string // issuers
}

// HasFactor tells whether there is a second factor.
func (s *Security) HasFactor() bool { return s.HasTOTP || len(s.Passkeys) > 0 }

// Security shows a person's own sign-in.
func (s *Accounts) Security(ctx context.Context, who *desk.Staff) (*Security, error) {
	a, err := s.DB.Account(ctx, who.AccountID)
	if err != nil {
		return nil, err
	}
	out := &Security{HasPassword: a.Password != "", HasTOTP: a.TOTPSecret != ""}
	if out.Passkeys, err = s.DB.Passkeys(ctx, a.ID); err != nil {
		return nil, err
	}
	if out.RecoveryCodes, err = s.DB.RecoveryCodesLeft(ctx, a.ID); err != nil {
		return nil, err
	}
	if out.Identities, err = s.DB.Identities(ctx, a.ID); err != nil {
		return nil, err
	}
	out.Sessions, err = s.DB.Sessions(ctx, a.ID, desk.At(s.Now()))
	return out, err
}

// Fresh holds that the person proved who they are a short time ago, for doors whose
// delicate changes are no verb here. ErrConfirm.
func (s *Accounts) Fresh(who *desk.Staff) error { return s.fresh(who) }

// fresh holds that the person proved who they are a short time ago.
func (s *Accounts) fresh(who *desk.Staff) error {
	if desk.At(s.Now())-who.ConfirmedAt > desk.Instant(confirmLife/time.Microsecond) {
		return ErrConfirm
	}
	return nil
}

// Confirm proves by the password that the person at the browser is who signed in.
// Errors: ErrWrongSignIn, ErrTooMany.
func (s *Accounts) Confirm(ctx context.Context, st *desk.Store, who *desk.Staff, password string, v Visit) error {
	a, err := s.DB.Account(ctx, who.AccountID)
	if err != nil {
		return err
	}
	try, err := s.countKnown(ctx, "password", a, v)
	if err != nil {
		return err
	}
	right, err := s.hash.verify(ctx, password, a.Password)
	if err != nil {
		return err
	}
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if !right {
			return s.audit(ctx, tx, st, a.ID, "confirm.failed", "", nil, v)
		}
		try.succeeded(tx)
		tx.ConfirmSession(who.SessionID, false, desk.At(s.Now()))
		return nil
	})
	if err == nil && !right {
		err = ErrWrongSignIn
	}
	return err
}

// countKnown counts an attempt at an account that the session names.
func (s *Accounts) countKnown(ctx context.Context, what string, a *desk.Account, v Visit) (attempt, error) {
	known, err := s.DB.IsKnownDevice(ctx, a.ID, digest(v.Device), desk.At(s.Now()))
	if err != nil {
		return attempt{}, err
	}
	key, err := desk.EmailKey(a.Email)
	if err != nil {
		return attempt{}, err
	}
	return s.count(ctx, what, key, known, v)
}

// ChangePassword sets a new password and ends every other session. Errors: ErrConfirm,
// Invalid with fields.
func (s *Accounts) ChangePassword(ctx context.Context, st *desk.Store, who *desk.Staff, password string, v Visit) error {
	if err := s.fresh(who); err != nil {
		return err
	}
	if err := CheckPassword(password, who.Email); err != nil {
		return err
	}
	encoded, err := s.hash.hash(ctx, password)
	if err != nil {
		return err
	}
	return s.changeAccount(ctx, st, who, "password.changed", v, func(tx *store.Tx, a *desk.Account) error {
		a.Password = encoded
		tx.DeleteSessions(a.ID, who.SessionID)
		tx.DeleteResets(a.ID)
		return nil
	})
}

// changeAccount changes one's own account, with a line in the audit log.
func (s *Accounts) changeAccount(ctx context.Context, st *desk.Store, who *desk.Staff, action string, v Visit, change func(*store.Tx, *desk.Account) error) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(ctx, who.AccountID)
		if err != nil {
			return err
		}
		if err := change(tx, a); err != nil {
			return err
		}
		tx.UpdateAccount(a)
		return s.audit(ctx, tx, st, a.ID, action, "", nil, v)
	})
}

// EndSession ends one of one's own sessions. desk.ErrNotFound.
func (s *Accounts) EndSession(ctx context.Context, st *desk.Store, who *desk.Staff, id int64, v Visit) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		found, err := tx.DeleteSession(ctx, who.AccountID, id)
		if err != nil {
			return err
		}
		if !found {
			return desk.ErrNotFound
		}
		return s.audit(ctx, tx, st, who.AccountID, "session.revoked", "", nil, v)
	})
}

// EndOtherSessions ends all of one's own sessions but this one.
func (s *Accounts) EndOtherSessions(ctx context.Context, st *desk.Store, who *desk.Staff, v Visit) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.DeleteSessions(who.AccountID, who.SessionID)
		return s.audit(ctx, tx, st, who.AccountID, "session.revoked_others", "", nil, v)
	})
}

// pendingTOTP is a secret that waits for its first code.
type pendingTOTP struct{ Secret string }

func ceremonyKey(kind string, who *desk.Staff) string {
	return kind + ":" + strconv.FormatInt(who.SessionID, 10)
}

// BeginTOTP makes a secret for an authenticator app. It counts once FinishTOTP has
// seen a code of it. Errors: ErrConfirm.
func (s *Accounts) BeginTOTP(ctx context.Context, who *desk.Staff) error {
	if err := s.fresh(who); err != nil {
		return err
	}
	key, err := totp.Generate(totp.GenerateOpts{Issuer: "storedesk", AccountName: who.Email, SecretSize: 20, Rand: rand.Reader})
	if err != nil {
		return err
	}
	return s.putCeremony(ctx, "totp", who, pendingTOTP{key.Secret()})
}

func (s *Accounts) putCeremony(ctx context.Context, kind string, who *desk.Staff, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.PutCeremony(ceremonyKey(kind, who), kind, who.SessionID, string(text), desk.At(s.Now().Add(ceremonyLife)))
		return nil
	})
}

// PendingTOTP is the secret that waits, for showing it: as text and as a URL for the QR
// code, named after the store. desk.ErrNotFound.
func (s *Accounts) PendingTOTP(ctx context.Context, st *desk.Store, who *desk.Staff) (*otp.Key, error) {
	text, err := s.DB.Ceremony(ctx, ceremonyKey("totp", who), "totp", desk.At(s.Now()))
	if err != nil {
		return nil, err
	}
	var pending pendingTOTP
	if err := json.Unmarshal([]byte(text), &pending); err != nil {
		return nil, err
	}
	issuer := strings.ReplaceAll(st.Name, ":", " ")
	u := totpURL(issuer, who.Email, pending.Secret)
	return otp.NewKeyFromURL(u)
}

// FinishTOTP turns the second factor on, given a code of the secret that waits. The
// first factor of an account comes with recovery codes, which are returned and cannot
// be shown again. Errors: desk.ErrNotFound, ErrWrongCode, ErrTooMany.
func (s *Accounts) FinishTOTP(ctx context.Context, st *desk.Store, who *desk.Staff, code string, v Visit) (codes []string, err error) {
	key, err := s.PendingTOTP(ctx, st, who)
	if err != nil {
		return nil, err
	}
	step := totpStep(key.Secret(), code, s.Now())
	if step == 0 {
		return nil, ErrWrongCode // the secret is shown beside the field: nothing to guess
	}
	err = s.addFactor(ctx, st, who, "factor.totp_added", "", v, &codes, func(tx *store.Tx, a *desk.Account) error {
		if _, err := tx.TakeCeremony(ctx, ceremonyKey("totp", who), "totp", desk.At(s.Now())); err != nil {
			return err
		}
		a.TOTPSecret, a.TOTPStep = key.Secret(), step
		return nil
	})
	return codes, err
}

// addFactor adds a second factor, which this session has then shown.
func (s *Accounts) addFactor(ctx context.Context, st *desk.Store, who *desk.Staff, action, subject string, v Visit, codes *[]string, add func(*store.Tx, *desk.Account) error) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.LockAccount(ctx, who.AccountID)
		if err != nil {
			return err
		}
		had, err := tx.HasFactor(ctx, a.ID)
		if err != nil {
			return err
		}
		if err := add(tx, a); err != nil {
			return err
		}
		tx.UpdateAccount(a)
		tx.ConfirmSession(who.SessionID, true, desk.At(s.Now()))
		if *codes = nil; !had {
			*codes = s.newCodes(tx, a.ID)
		}
		return s.audit(ctx, tx, st, a.ID, action, subject, nil, v)
	})
}

const recoveryCodes = 10

// newCodes queues new recovery codes in place of all there were.
func (s *Accounts) newCodes(tx *store.Tx, accountID int64) []string {
	codes, hashes := make([]string, recoveryCodes), make([]string, recoveryCodes)
	for i := range codes {
		text := strings.ToLower(rand.Text()[:16]) // 80 bits
		codes[i] = text[:4] + "-" + text[4:8] + "-" + text[8:12] + "-" + text[12:]
		hashes[i] = codeDigest(accountID, codes[i])
	}
	tx.SetRecoveryCodes(accountID, hashes)
	return codes
}

func codeDigest(accountID int64, code string) string {
	clean := strings.ToLower(strings.NewReplacer("-", "", " ", "").Replace(code))
	return digest(strconv.FormatInt(accountID, 10) + ":" + clean)
}

// NewRecoveryCodes replaces the recovery codes. Errors: ErrConfirm, Conflict without a
// second factor.
func (s *Accounts) NewRecoveryCodes(ctx context.Context, st *desk.Store, who *desk.Staff, v Visit) (codes []string, err error) {
	if err := s.fresh(who); err != nil {
		return nil, err
	}
	err = s.changeAccount(ctx, st, who, "factor.recovery_codes", v, func(tx *store.Tx, a *desk.Account) error {
		if has, err := tx.HasFactor(ctx, a.ID); err != nil || !has {
			return cmpErr(err, desk.Errorf(desk.Conflict, "recovery codes go with a second factor"))
		}
		codes = s.newCodes(tx, a.ID)
		return nil
	})
	return codes, err
}

// RemoveTOTP turns the authenticator app off. Errors: ErrConfirm.
func (s *Accounts) RemoveTOTP(ctx context.Context, st *desk.Store, who *desk.Staff, v Visit) error {
	if err := s.fresh(who); err != nil {
		return err
	}
	return s.changeAccount(ctx, st, who, "factor.totp_removed", v, func(tx *store.Tx, a *desk.Account) error {
		a.TOTPSecret = ""
		tx.UpdateAccount(a)
		return s.afterRemoval(ctx, tx, a.ID)
	})
}

// afterRemoval forgets what goes with second factors, if none is left.
func (s *Accounts) afterRemoval(ctx context.Context, tx *store.Tx, accountID int64) error {
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	has, err := tx.HasFactor(ctx, accountID)
	if err != nil || has {
		return err
	}
	tx.SetRecoveryCodes(accountID, nil)
	tx.ForgetFactors(accountID)
	return nil
}

// ForgetFactors takes all second factors and recovery codes from a member, for the
// command line: the way back for who lost them all. desk.ErrNotFound.
func (s *Accounts) ForgetFactors(ctx context.Context, st *desk.Store, accountID int64) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		m, err := s.manage(ctx, tx, st, nil, accountID)
		if err != nil {
			return err
		}
		a, err := tx.LockAccount(ctx, accountID)
		if err != nil {
			return err
		}
		a.TOTPSecret = ""
		tx.UpdateAccount(a)
		tx.DeletePasskeys(accountID)
		tx.SetRecoveryCodes(accountID, nil)
		tx.ForgetFactors(accountID)
		return s.audit(ctx, tx, st, 0, "factor.forgotten", m.Email, nil, Visit{})
	})
}

// SecondFactor finishes a sign-in with a code of the authenticator app or a recovery
// code: the session goes over into a new one. Errors: ErrWrongCode, ErrTooMany.
func (s *Accounts) SecondFactor(ctx context.Context, st *desk.Store, who *desk.Staff, code string, v Visit) (*Opened, error) {
	a, err := s.DB.Account(ctx, who.AccountID)
	if err != nil {
		return nil, err
	}
	try, err := s.countKnown(ctx, "factor", a, v)
	if err != nil {
		return nil, err
	}
	method, check := "recovery_code", func(tx *store.Tx) (bool, error) {
		return tx.UseRecoveryCode(ctx, a.ID, codeDigest(a.ID, code), desk.At(s.Now()))
	}
	if clean := strings.ReplaceAll(code, " ", ""); len(clean) == 6 {
		step := totpStep(a.TOTPSecret, clean, s.Now())
		method, check = "totp", func(tx *store.Tx) (bool, error) {
			if step == 0 {
				return false, nil
			}
			return tx.UseTOTPStep(ctx, a.ID, step)
		}
	}
	return s.finishFactor(ctx, st, who, a, try, method, v, check)
}

func (s *Accounts) finishFactor(ctx context.Context, st *desk.Store, who *desk.Staff, a *desk.Account, try attempt, method string, v Visit, check func(*store.Tx) (bool, error)) (*Opened, error) {
	var opened *Opened
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		opened = nil
		right, err := check(tx)
		if err != nil {
			return err
		}
		if !right {
			return s.audit(ctx, tx, st, a.ID, "factor.failed", "", map[string]string{"method": method}, v)
		}
		if was, err := tx.DeleteSession(ctx, a.ID, who.SessionID); err != nil || !was {
			return cmpErr(err, ErrSignedOut) // revoked meanwhile
		}
		try.succeeded(tx)
		if opened, err = s.openSession(ctx, tx, a, "password", true, v); err != nil {
			return err
		}
		return s.audit(ctx, tx, st, a.ID, "factor.shown", "", map[string]string{"method": method}, v)
	})
	if err == nil && opened == nil {
		err = ErrWrongCode
	}
	return opened, err
}

// totpStep is the time step whose code this is (RFC 6238: 30 seconds, SHA-1, 6 digits),
// now or one step away; 0 for none.
func totpStep(secret, code string, now time.Time) int64 {
	found := int64(0)
	if secret == "" {
		return 0
	}
	for _, shift := range []int64{-1, 0, 1} {
		step := now.Unix()/30 + shift
		want, err := totp.GenerateCode(secret, time.Unix(step*30, 0))
		if err == nil && subtle.ConstantTimeCompare([]byte(want), []byte(code)) == 1 {
			found = step
		}
	}
	return found
}

// Recent holds that the person proved who they are a short time ago, as what cannot be
// undone asks for. Errors: ErrConfirm.
func (s *Accounts) Recent(who *desk.Staff) error { return s.fresh(who) }
