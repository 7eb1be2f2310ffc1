package access

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Site is the relying party of a passkey: where the browser is.
type Site struct {
	Host   string // without port
	Origin string // such as https://desk.example
}

func relyingParty(st *desk.Store, at Site) (*webauthn.WebAuthn, error) {
	return webauthn.New(&webauthn.Config{
		RPID: at.Host, RPDisplayName: st.Name, RPOrigins: []string{at.Origin},
		AuthenticatorSelection: protocol.AuthenticatorSelection{
			ResidentKey: protocol.ResidentKeyRequirementDiscouraged, UserVerification: protocol.VerificationPreferred,
		},
	})
}

// holder is an account as the library wants it, with its passkeys of one host.
type holder struct {
	account *desk.Account
	rows    []store.Passkey
	keys    []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return []byte("account:" + strconv.FormatInt(h.account.ID, 10)) }
func (h *holder) WebAuthnName() string                       { return h.account.Email }
func (h *holder) WebAuthnDisplayName() string                { return h.account.Name }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.keys }

func (s *Accounts) holder(ctx context.Context, accountID int64, at Site) (*holder, error) {
	a, err := s.DB.Account(ctx, accountID)
	if err != nil {
		return nil, err
	}
	h := &holder{account: a}
	all, err := s.DB.Passkeys(ctx, accountID)
	if err != nil {
		return nil, err
	}
	for _, row := range all {
		if row.Host != at.Host {
			continue
		}
		var key webauthn.Credential
		if err := json.Unmarshal([]byte(row.Credential), &key); err != nil {
			return nil, fmt.Errorf("passkey %d: %w", row.ID, err)
		}
		h.rows, h.keys = append(h.rows, row), append(h.keys, key)
	}
	return h, nil
}

// BeginPasskey starts the making of a passkey; the options are for the browser. Errors:
// ErrConfirm.
func (s *Accounts) BeginPasskey(ctx context.Context, st *desk.Store, who *desk.Staff, at Site) (options any, err error) {
	if err := s.fresh(who); err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, who.AccountID, at)
	if err != nil {
		return nil, err
	}
	party, err := relyingParty(st, at)
	if err != nil {
		return nil, &desk.Error{Code: desk.Invalid, Message: "passkeys do not work on this host", Err: err}
	}
	creation, state, err := party.BeginRegistration(h, webauthn.WithExclusions(webauthn.Credentials(h.keys).CredentialDescriptors()))
	if err != nil {
		return nil, err
	}
	return creation.Response, s.putCeremony(ctx, "passkey-new", who, state)
}

// FinishPasskey adds the passkey that the browser made. Recovery codes as of
// FinishTOTP. Errors: desk.ErrNotFound, ErrWrongCode, Conflict.
func (s *Accounts) FinishPasskey(ctx context.Context, st *desk.Store, who *desk.Staff, at Site, name string, answer []byte, v Visit) (codes []string, err error) {
	state, err := s.takeState(ctx, "passkey-new", who)
	if err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, who.AccountID, at)
	if err != nil {
		return nil, err
	}
	party, err := relyingParty(st, at)
	if err != nil {
		return nil, err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(answer)
	if err != nil {
		return nil, wrong(err)
	}
	key, err := party.CreateCredential(h, *state, parsed)
	if err != nil {
		return nil, wrong(err)
	}
	text, err := json.Marshal(key)
	if err != nil {
		return nil, err
	}
	if name = strings.Join(strings.Fields(name), " "); name == "" || len(name) > 60 {
		name = "Passkey"
	}
	row := &store.Passkey{
		AccountID: who.AccountID, CredentialID: base64.RawURLEncoding.EncodeToString(key.ID), Host: at.Host, Credential: string(text),
		Name: name, CreatedAt: desk.At(s.Now()),
	}
	err = s.addFactor(ctx, st, who, "factor.passkey_added", name, v, &codes, func(tx *store.Tx, _ *desk.Account) error {
		return tx.InsertPasskey(ctx, row)
	})
	return codes, err
}

func wrong(err error) error { return &desk.Error{Code: desk.Invalid, Message: "wrong code", Err: err} }

func (s *Accounts) takeState(ctx context.Context, kind string, who *desk.Staff) (*webauthn.SessionData, error) {
	text := ""
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		var err error
		text, err = tx.TakeCeremony(ctx, ceremonyKey(kind, who), kind, desk.At(s.Now()))
		return err
	})
	if err != nil {
		return nil, err
	}
	state := &webauthn.SessionData{}
	return state, json.Unmarshal([]byte(text), state)
}

// BeginSecondPasskey starts the showing of a passkey as second factor. desk.ErrNotFound
// when the account has none for this host.
func (s *Accounts) BeginSecondPasskey(ctx context.Context, st *desk.Store, who *desk.Staff, at Site) (options any, err error) {
	h, err := s.holder(ctx, who.AccountID, at)
	if err != nil {
		return nil, err
	}
	if len(h.keys) == 0 {
		return nil, desk.ErrNotFound
	}
	party, err := relyingParty(st, at)
	if err != nil {
		return nil, err
	}
	assertion, state, err := party.BeginLogin(h)
	if err != nil {
		return nil, err
	}
	return assertion.Response, s.putCeremony(ctx, "passkey-show", who, state)
}

// FinishSecondPasskey finishes a sign-in with what the passkey answered. Errors:
// desk.ErrNotFound, ErrWrongCode, ErrTooMany.
func (s *Accounts) FinishSecondPasskey(ctx context.Context, st *desk.Store, who *desk.Staff, at Site, answer []byte, v Visit) (*Opened, error) {
	state, err := s.takeState(ctx, "passkey-show", who)
	if err != nil {
		return nil, err
	}
	h, err := s.holder(ctx, who.AccountID, at)
	if err != nil {
		return nil, err
	}
	party, err := relyingParty(st, at)
	if err != nil {
		return nil, err
	}
	try, err := s.countKnown(ctx, "factor", h.account, v)
	if err != nil {
		return nil, err
	}
	used := verifyPasskey(party, h, state, answer)
	return s.finishFactor(ctx, st, who, h.account, try, "passkey", v, func(tx *store.Tx) (bool, error) {
		if used == nil {
			return false, nil
		}
		tx.UsePasskey(used, desk.At(s.Now()))
		return true, nil
	})
}

// verifyPasskey returns the passkey that an answer proves, with its counter moved on;
// nil when it proves none. A counter that went back is a copy of the key (WebAuthn
// section 6.1.1), and refused.
func verifyPasskey(party *webauthn.WebAuthn, h *holder, state *webauthn.SessionData, answer []byte) *store.Passkey {
	parsed, err := protocol.ParseCredentialRequestResponseBytes(answer)
	if err != nil {
		return nil
	}
	key, err := party.ValidateLogin(h, *state, parsed)
	if err != nil || key.Authenticator.CloneWarning {
		return nil
	}
	text, err := json.Marshal(key)
	if err != nil {
		return nil
	}
	id := base64.RawURLEncoding.EncodeToString(key.ID)
	for i := range h.rows {
		if h.rows[i].CredentialID == id {
			h.rows[i].Credential = string(text)
			return &h.rows[i]
		}
	}
	return nil
}

// RemovePasskey deletes one of one's own passkeys. Errors: ErrConfirm,
// desk.ErrNotFound.
func (s *Accounts) RemovePasskey(ctx context.Context, st *desk.Store, who *desk.Staff, id int64, v Visit) error {
	if err := s.fresh(who); err != nil {
		return err
	}
	return s.changeAccount(ctx, st, who, "factor.passkey_removed", v, func(tx *store.Tx, a *desk.Account) error {
		if _, err := tx.DeletePasskey(ctx, a.ID, id); err != nil {
			return err
		}
		return s.afterRemoval(ctx, tx, a.ID)
	})
}

// HasPasskey tells whether the account has a passkey for a host.
func (s *Accounts) HasPasskey(ctx context.Context, who *desk.Staff, at Site) (bool, error) {
	h, err := s.holder(ctx, who.AccountID, at)
	return err == nil && len(h.keys) > 0, err
}
