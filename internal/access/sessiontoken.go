package access

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"

	"storedesk/internal/desk"
)

// sessionClaims are the claims of a session token, in the original's order and words
// (its guide "Session Token Overview"); jti is ours, so that an app can refuse to see
// one twice.
type sessionClaims struct {
	Issuer    string `json:"iss"` // the store's dashboard
	Subject   string `json:"sub"` // the store
	Audience  string `json:"aud"` // the client id
	Expires   int64  `json:"exp"`
	NotBefore int64  `json:"nbf"`
	IssuedAt  int64  `json:"iat"`
	UserID    int64  `json:"uid"`
	Email     string `json:"user_email"`
	Store     string `json:"store"` // the network domain
	ID        string `json:"jti"`
}

// SessionToken is the JWT (RFC 7519; HS256 of RFC 7518, section 3.2, with the client
// secret) by which an app that is opened from the dashboard knows the store and the
// person. scheme is how the store is reached, http or https. "" for a public client,
// which has no secret to sign with.
func (a *Apps) SessionToken(st *desk.Store, app *desk.App, staff *desk.Staff, scheme string) (string, error) {
	if app.ClientSecret == "" {
		return "", nil
	}
	now := a.Now().Unix()
	at := scheme + "://" + st.NetworkDomain
	claims, err := json.Marshal(sessionClaims{
		Issuer: at + "/dashboard", Subject: at, Audience: app.ClientID,
		Expires: now + desk.SessionTokenSeconds, NotBefore: now, IssuedAt: now,
		UserID: staff.UserID, Email: staff.Email, Store: st.NetworkDomain, ID: rand.Text(),
	})
	if err != nil {
		return "", err
	}
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + encode(claims)
	mac := hmac.New(sha256.New, []byte(app.ClientSecret))
	mac.Write([]byte(signed))
	return signed + "." + encode(mac.Sum(nil)), nil
}
