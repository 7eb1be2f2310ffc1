package access_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// enrol sets an authenticator app up, and returns its secret and the recovery codes.
func (b *bench) enrol(cookie string) (secret string, codes []string) {
	b.t.Helper()
	who, _ := b.Session(b.t.Context(), b.st, cookie) // may be held up for want of a factor
	if err := b.BeginTOTP(b.t.Context(), who); err != nil {
		b.t.Fatal(err)
	}
	key, err := b.PendingTOTP(b.t.Context(), b.st, who)
	if err != nil {
		b.t.Fatal(err)
	}
	codes, err = b.FinishTOTP(b.t.Context(), b.st, who, b.code(key.Secret(), 0), access.Visit{})
	if err != nil {
		b.t.Fatal(err)
	}
	return key.Secret(), codes
}

// code is what the app shows now, or some steps away.
func (b *bench) code(secret string, steps int) string {
	b.t.Helper()
	code, err := totp.GenerateCode(secret, b.Now().Add(time.Duration(steps)*30*time.Second))
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

func (b *bench) pending(email string) (*desk.Staff, *access.Opened) {
	b.t.Helper()
	o := b.signIn(b.st, email)
	who, err := b.Session(b.t.Context(), b.st, o.Cookie)
	if !errors.Is(err, access.ErrSecondFactor) {
		b.t.Fatalf("%v", err)
	}
	return who, o
}

func TestSecondFactorCodesWorkOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		secret, codes := b.enrol(b.signIn(b.st, "ada@one.example").Cookie)
		if len(codes) != 10 {
			t.Fatalf("%d recovery codes", len(codes))
		}
		show := func(code string) error {
			who, before := b.pending("ada@one.example")
			o, err := b.SecondFactor(t.Context(), b.st, who, code, access.Visit{})
			if err != nil {
				return err
			}
			b.staff(b.st, o.Cookie)
			if _, err := b.Session(t.Context(), b.st, before.Cookie); !errors.Is(err, access.ErrSignedOut) {
				t.Errorf("the session before the factor: %v", err)
			}
			return nil
		}
		used := b.code(secret, 0) // by the enrolment
		for _, c := range []struct {
			name, code string
			good       bool
		}{
			{"the code that enrolled", used, false},
			{"an old code", b.code(secret, -2), false},
			{"the code before", b.code(secret, -1), false}, // its step is below the one used
			{"nothing", "", false},
			{"zeros", "000000", false},
			{"the next code", b.code(secret, 1), true},
			{"the next code again", b.code(secret, 1), false},
			{"a recovery code", codes[0], true},
			{"a recovery code again", codes[0], false},
			{"a recovery code without dashes", codes[1][:4] + codes[1][5:9] + codes[1][10:14] + codes[1][15:], true},
		} {
			err := show(c.code)
			if c.good && err != nil || !c.good && !errors.Is(err, access.ErrWrongCode) {
				t.Errorf("%s: %v", c.name, err)
			}
			b.later(time.Second)
		}
	})
}

func TestAdminsMustEnrolWhenTheStoreSaysSo(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		b.member(b.st, "bob@one.example", false)
		if err := b.stores.Set(t.Context(), b.st, map[string]string{"second_factor_for_admins": "yes"}); err != nil {
			t.Fatal(err)
		}
		o := b.signIn(b.st, "ada@one.example")
		if _, err := b.Session(t.Context(), b.st, o.Cookie); !errors.Is(err, access.ErrMustEnrol) {
			t.Errorf("an admin without: %v", err)
		}
		b.staff(b.st, b.signIn(b.st, "bob@one.example").Cookie)
		b.enrol(o.Cookie)
		who := b.staff(b.st, o.Cookie)
		if err := b.RemoveTOTP(t.Context(), b.st, who, access.Visit{}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Session(t.Context(), b.st, o.Cookie); !errors.Is(err, access.ErrMustEnrol) {
			t.Errorf("an admin who took it away: %v", err)
		}
	})
}

// TestDelicateChangesAskForProof tries each change that could take an account over with
// a session that somebody left open.
func TestDelicateChangesAskForProof(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		o := b.signIn(b.st, "ada@one.example")
		b.enrol(o.Cookie)
		b.later(11 * time.Minute)
		ctx, none := t.Context(), access.Visit{}
		who := b.staff(b.st, o.Cookie)
		changes := func(who *desk.Staff) map[string]error {
			_, codes := b.NewRecoveryCodes(ctx, b.st, who, none)
			_, passkey := b.BeginPasskey(ctx, b.st, who, access.Site{Host: "one.example", Origin: "https://one.example"})
			return map[string]error{
				"password": b.ChangePassword(ctx, b.st, who, "another lamp entirely", none), "codes": codes, "passkey": passkey,
				"app": b.BeginTOTP(ctx, who), "app away": b.RemoveTOTP(ctx, b.st, who, none),
			}
		}
		for name, err := range changes(who) {
			if !errors.Is(err, access.ErrConfirm) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.Confirm(ctx, b.st, who, "a wrong password", none); !errors.Is(err, access.ErrWrongSignIn) {
			t.Errorf("wrong password: %v", err)
		}
		if err := b.Confirm(ctx, b.st, who, goodPassword, none); err != nil {
			t.Fatal(err)
		}
		for name, err := range changes(b.staff(b.st, o.Cookie)) {
			if err != nil {
				t.Errorf("%s after the proof: %v", name, err)
			}
		}
	})
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		b.member(b.st, "eve@one.example", false)
		one, two := b.signIn(b.st, "ada@one.example"), b.signIn(b.st, "ada@one.example")
		ada, eve := b.staff(b.st, one.Cookie), b.staff(b.st, b.signIn(b.st, "eve@one.example").Cookie)
		s, err := b.Security(t.Context(), ada)
		if err != nil || len(s.Sessions) != 2 {
			t.Fatalf("%+v %v", s, err)
		}
		if err := b.EndSession(t.Context(), b.st, eve, two.SessionID, access.Visit{}); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("somebody else's session: %v", err)
		}
		if err := b.EndSession(t.Context(), b.st, ada, two.SessionID, access.Visit{}); err != nil {
			t.Fatal(err)
		}
		if _, err := b.Session(t.Context(), b.st, two.Cookie); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("ended: %v", err)
		}
		for range 5 { // used every six days, a session lives on, but not past thirty
			b.later(6*24*time.Hour - time.Minute)
			_, err = b.Session(t.Context(), b.st, one.Cookie)
		}
		if err != nil {
			t.Errorf("in use: %v", err)
		}
		b.later(24 * time.Hour)
		if _, err := b.Session(t.Context(), b.st, one.Cookie); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("older than thirty days: %v", err)
		}
	})
}

// TestSecondFactorIsNotGuessed: whoever has the password has few tries at codes, and
// the owner's browser is not held up by them.
func TestSecondFactorIsNotGuessed(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		first := b.signIn(b.st, "ada@one.example")
		secret, _ := b.enrol(first.Cookie)
		thief, _ := b.pending("ada@one.example")
		n := 0
		for n < 50 {
			if _, err := b.SecondFactor(t.Context(), b.st, thief, "000000", access.Visit{IP: "203.0.113.7"}); errors.Is(err, access.ErrTooMany) {
				break
			}
			n++
		}
		if n != 10 {
			t.Errorf("%d tries", n)
		}
		owner, _ := b.pending("ada@one.example")
		if _, err := b.SecondFactor(t.Context(), b.st, owner, b.code(secret, 1), access.Visit{Device: first.Device}); err != nil {
			t.Errorf("the owner: %v", err)
		}
	})
}

// TestPasskeyAnswersOutOfPlace: answers without a ceremony, of another kind, or none.
func TestPasskeyAnswersOutOfPlace(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		o := b.signIn(b.st, "ada@one.example")
		who := b.staff(b.st, o.Cookie)
		ctx, none, at := t.Context(), access.Visit{}, access.Site{Host: "one.example", Origin: "https://one.example"}
		if _, err := b.BeginSecondPasskey(ctx, b.st, who, at); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("without a passkey: %v", err)
		}
		if _, err := b.FinishSecondPasskey(ctx, b.st, who, at, []byte("{}"), none); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("without a beginning: %v", err)
		}
		if _, err := b.FinishPasskey(ctx, b.st, who, at, "", []byte("{}"), none); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("made without a beginning: %v", err)
		}
		for _, answer := range []string{"", "{}", "[]", `{"id":"AA","rawId":"AA","type":"public-key","response":{}}`} {
			if _, err := b.BeginPasskey(ctx, b.st, who, at); err != nil {
				t.Fatal(err)
			}
			if _, err := b.FinishPasskey(ctx, b.st, who, at, "", []byte(answer), none); desk.CodeOf(err) != desk.Invalid {
				t.Errorf("%q: %v", answer, err)
			}
			if _, err := b.FinishPasskey(ctx, b.st, who, at, "", []byte(answer), none); desk.CodeOf(err) != desk.NotFound {
				t.Errorf("%q a second time: %v", answer, err)
			}
		}
		if s, err := b.Security(ctx, who); err != nil || s.HasFactor() {
			t.Errorf("%+v %v", s, err)
		}
	})
}

// TestWhoIsGoneIsOut: removed, blocked, or no longer staff.
func TestWhoIsGoneIsOut(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		ada := b.staff(b.st, b.signIn(b.st, "ada@one.example").Cookie)
		for name, drop := range map[string]func(a *desk.Account, u *desk.User) error{
			"removed": func(a *desk.Account, _ *desk.User) error {
				return b.Remove(t.Context(), b.st, ada, a.ID, access.Visit{})
			},
			"blocked": func(_ *desk.Account, u *desk.User) error { u.Blocked = true; return b.save(u) },
			"a lead":  func(_ *desk.Account, u *desk.User) error { u.Type = desk.UserLead; return b.save(u) },
		} {
			email := strings.ReplaceAll(name, " ", "-") + "@one.example"
			a := b.member(b.st, email, true)
			o := b.signIn(b.st, email)
			u, err := db.User(t.Context(), b.st, b.staff(b.st, o.Cookie).UserID)
			if err == nil {
				err = drop(a, u)
			}
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.Session(t.Context(), b.st, o.Cookie); !errors.Is(err, access.ErrSignedOut) {
				t.Errorf("%s: the session: %v", name, err)
			}
			if _, err := b.SignIn(t.Context(), b.st, email, goodPassword, access.Visit{}); !errors.Is(err, access.ErrWrongSignIn) {
				t.Errorf("%s: signing in: %v", name, err)
			}
		}
	})
}

func (b *bench) save(u *desk.User) error {
	return b.db.Write(b.t.Context(), func(tx *store.Tx) error { return tx.UpdateUser(b.t.Context(), b.st, u, false) })
}
