package imap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strconv"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"github.com/emersion/go-sasl"

	"storedesk/internal/desk"
)

// login signs in by the best way that both sides know.
func (p *Poller) login(ctx context.Context, client *imapclient.Client, b *desk.Mailbox) error {
	secret, err := b.Credentials()
	if err != nil {
		return err
	}
	if secret.OAuth() {
		return p.loginOAuth(ctx, client, b, secret)
	}
	caps := client.Caps()
	switch {
	case caps.Has(imap.AuthCap("PLAIN")):
		err = client.Authenticate(sasl.NewPlainClient("", b.Username, secret.Password))
	case caps.Has(imap.CapLoginDisabled):
		err = errors.New("the server takes no passwords on this connection")
	default:
		err = client.Login(b.Username, secret.Password).Wait()
	}
	return signedIn(b, err)
}

func (p *Poller) loginOAuth(ctx context.Context, client *imapclient.Client, b *desk.Mailbox, secret *desk.MailboxSecret) error {
	token, err := p.accessToken(ctx, b, secret)
	if err != nil {
		return fmt.Errorf("ask for an access token: %w", err)
	}
	caps := client.Caps()
	var mechanism sasl.Client = &xoauth2{b.Username, token}
	if caps.Has(imap.AuthCap(sasl.OAuthBearer)) {
		host, port, _ := net.SplitHostPort(b.Address)
		n, _ := strconv.Atoi(port)
		mechanism = sasl.NewOAuthBearerClient(&sasl.OAuthBearerOptions{Username: b.Username, Token: token, Host: host, Port: n})
	} else if !caps.Has(imap.AuthCap("XOAUTH2")) {
		return errors.New("the server knows neither OAUTHBEARER nor XOAUTH2")
	}
	if err = client.Authenticate(mechanism); err != nil && ctx.Err() == nil {
		err = errors.Join(err, p.forgetToken(ctx, b, secret))
	}
	return signedIn(b, err)
}

func signedIn(b *desk.Mailbox, err error) error {
	if err != nil {
		return fmt.Errorf("sign in as %s: %w", b.Username, err)
	}
	return nil
}

// xoauth2 is the mechanism of Google and Microsoft from before RFC 7628.
type xoauth2 struct{ username, token string }

func (x *xoauth2) Start() (mechanism string, first []byte, err error) {
	return "XOAUTH2", []byte("user=" + x.username + "\x01auth=Bearer " + x.token + "\x01\x01"), nil
}

// Next is asked only when the server refuses, and then says why.
func (x *xoauth2) Next(challenge []byte) ([]byte, error) {
	return nil, fmt.Errorf("XOAUTH2 was refused: %.500q", challenge)
}
