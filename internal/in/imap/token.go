package imap

import (
	"context"
	"errors"
	"net/http"
	"time"

	"golang.org/x/oauth2"

	"storedesk/internal/desk"
)

// early is how long before its end an access token is given up.
const early = 2 * time.Minute

var errNoToken = errors.New("the server gave none")

var tokenClient = &http.Client{Timeout: 30 * time.Second}

// accessToken returns the access token of a mailbox, and asks for a new one when the
// latest ends. Servers may change the refresh token with each answer and refuse the one
// before, so that what came is saved before it is used.
func (p *Poller) accessToken(ctx context.Context, b *desk.Mailbox, s *desk.MailboxSecret) (string, error) {
	if s.AccessToken != "" && p.Now().Add(early).Before(s.Expiry) {
		return s.AccessToken, nil
	}
	client := p.Client
	if client == nil {
		client = tokenClient
	}
	if s.Guarded {
		client = p.GuardedClient
	}
	config := oauth2.Config{ClientID: s.ClientID, ClientSecret: s.ClientSecret, Endpoint: oauth2.Endpoint{TokenURL: s.TokenURL}}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, client)
	token, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: s.RefreshToken}).Token()
	if err != nil {
		return "", err
	}
	if token.AccessToken == "" {
		return "", errNoToken
	}
	s.AccessToken, s.Expiry = token.AccessToken, token.Expiry
	if token.RefreshToken != "" {
		s.RefreshToken = token.RefreshToken
	}
	return s.AccessToken, p.save(ctx, b, s)
}

// forgetToken makes the next poll ask for another access token: a server may end one
// before its time.
func (p *Poller) forgetToken(ctx context.Context, b *desk.Mailbox, s *desk.MailboxSecret) error {
	s.AccessToken, s.Expiry = "", time.Time{}
	return p.save(ctx, b, s)
}

func (p *Poller) save(ctx context.Context, b *desk.Mailbox, s *desk.MailboxSecret) error {
	before, after := b.Secret, s.Text()
	b.Secret = after
	if b.ID == 0 || before == after {
		return nil // not added yet: whoever adds it keeps what is in b
	}
	// Also when ctx has ended: a refresh token that is lost is lost for good.
	return p.DB.ReplaceMailboxSecret(context.WithoutCancel(ctx), b, before, after)
}
