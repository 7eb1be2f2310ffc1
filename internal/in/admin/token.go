package admin

import (
	"errors"
	"net/http"
	"strings"

	"storedesk/internal/access"
)

var (
	noCredentials = unauthorized(`Bearer realm="api"`)
	badToken      = unauthorized(`Bearer realm="api",error="invalid_token",error_description="The access token is invalid."`)
	expiredToken  = unauthorized(`Bearer realm="api",error="invalid_token",error_description="The access token has expired."`)
)

func unauthorized(challenge string) *problem {
	p := detail(http.StatusUnauthorized, "Authentication credentials were not provided.")
	p.authenticate = challenge
	return p
}

// maxToken is the longest secret that is looked up.
const maxToken = 1024

// secret finds the token a request brings: in the Authorization header or, when
// there is none at all, in the form or the query (the form wins).
func (c *call) secret() string {
	if header, ok := c.r.Header["Authorization"]; ok {
		return bearer(strings.Join(header, ",")) // as the original reads two of them: no token
	}
	if secret, ok := c.formToken(); ok {
		return secret
	}
	secret, _ := c.query.Get("access_token")
	return secret
}

// formToken is the form's access_token; ok is false when there is none.
func (c *call) formToken() (secret string, ok bool) {
	if c.upload != nil {
		return c.upload.token, c.upload.hasToken
	}
	if c.body == nil {
		return "", false
	}
	return c.body.FormValue("access_token")
}

// bearer reads "Bearer TOKEN", the scheme in any case.
func bearer(header string) string {
	header = strings.TrimSpace(header)
	end := strings.IndexAny(header, " \t")
	if end < 0 || !strings.EqualFold(header[:end], "bearer") {
		return ""
	}
	token := strings.TrimSpace(header[end:])
	if strings.ContainsAny(token, " \t") {
		return ""
	}
	return token
}

// authenticate finds out who asks. It sets c.token or returns a 401.
func (a *API) authenticate(c *call, secret string) error {
	if secret == "" {
		return noCredentials
	}
	if len(secret) > maxToken {
		return badToken
	}
	token, err := a.access.Authenticate(c.ctx(), c.store, secret)
	switch {
	case errors.Is(err, access.ErrUnknownToken):
		return badToken
	case errors.Is(err, access.ErrExpiredToken):
		return expiredToken
	case err != nil:
		return err
	}
	c.token = token
	return nil
}

// authorize checks the token's scopes.
func (a *API) authorize(c *call) error {
	if scope := c.res.needs(c.r.Method); scope != "" && !c.token.Allows(scope) {
		return errForbidden
	}
	return nil
}
