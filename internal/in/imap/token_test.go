package imap_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// tokens is an OAuth 2 server that gives out each refresh token for one use.
func tokens(t *testing.T, s *server) (url string, asked *int) {
	asked = new(int)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		want := fmt.Sprintf("refresh-%d", *asked)
		id, secret, basic := r.BasicAuth()
		if !basic {
			id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
		}
		if r.FormValue("grant_type") != "refresh_token" || r.FormValue("refresh_token") != want || id != "client" || secret != "hidden" {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"error":"invalid_grant","error_description":"The refresh token has expired."}`)
			return
		}
		*asked++
		s.token.Store(fmt.Sprintf("access-%d", *asked))
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"access-%d","token_type":"Bearer","expires_in":3600,"refresh_token":"refresh-%d"}`, *asked, *asked)
	}))
	t.Cleanup(web.Close)
	return web.URL, asked
}

func TestOAuth(t *testing.T) {
	for _, mechanism := range []string{"XOAUTH2", "OAUTHBEARER"} {
		t.Run(mechanism, func(t *testing.T) {
			each(t, func(t *testing.T, db *store.DB) {
				s := newServer(t, "tls", func(s *server) { s.mechs = []string{mechanism} })
				url, asked := tokens(t, s)
				secret := &desk.MailboxSecret{TokenURL: url, ClientID: "client", ClientSecret: "hidden", RefreshToken: "refresh-0"}
				b := newBench(t, db, s, "tls", func(m *desk.Mailbox) { m.Secret = secret.Text() })
				s.put(letter(1))
				b.poll()
				b.poll()
				b.has("1:1")
				if *asked != 1 {
					t.Errorf("%d tokens for an hour", *asked)
				}
				b.now = b.now.Add(time.Hour) // time for the next, with the refresh token that came along
				b.poll()
				if *asked != 2 {
					t.Errorf("%d tokens for two hours", *asked)
				}

				b.now = time.Now()       // by which tokens end
				s.token.Store("another") // ended before its time
				b.fails("sign in")
				b.poll()
				kept, err := b.row().Credentials()
				if err != nil || kept.RefreshToken != "refresh-3" || kept.AccessToken != "access-3" {
					t.Errorf("kept %+v, %v", kept, err)
				}
			})
		})
	}
}

func TestOAuthThatEndedIsTold(t *testing.T) {
	s := newServer(t, "tls", func(s *server) { s.mechs = []string{"XOAUTH2"} })
	url, _ := tokens(t, s)
	secret := &desk.MailboxSecret{TokenURL: url, ClientID: "client", ClientSecret: "hidden", RefreshToken: "an old one"}
	b := newBench(t, storetest.Open(t, storetest.SQLite(t)), s, "tls", func(m *desk.Mailbox) { m.Secret = secret.Text() })
	b.fails("The refresh token has expired")
}
