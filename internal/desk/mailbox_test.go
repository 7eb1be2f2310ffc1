package desk_test

import (
	"strings"
	"testing"
	"time"

	"storedesk/internal/desk"
)

func TestMailboxCheck(t *testing.T) {
	cases := []struct {
		name    string
		change  func(*desk.Mailbox)
		address string // "": refused
	}{
		{"port of TLS", func(*desk.Mailbox) {}, "imap.example.com:993"},
		{"port of STARTTLS", func(b *desk.Mailbox) { b.Security = "starttls" }, "imap.example.com:143"},
		{"port given", func(b *desk.Mailbox) { b.Address = " imap.example.com:1993 " }, "imap.example.com:1993"},
		{"IPv6", func(b *desk.Mailbox) { b.Address = "[::1]" }, "[::1]:993"},
		{"OAuth 2", func(b *desk.Mailbox) {
			b.Secret = (&desk.MailboxSecret{TokenURL: "https://t.example", ClientID: "c", RefreshToken: "r"}).Text()
		}, "imap.example.com:993"},
		{"no host", func(b *desk.Mailbox) { b.Address = ":993" }, ""},
		{"no port", func(b *desk.Mailbox) { b.Address = "imap.example.com:imap" }, ""},
		{"port 0", func(b *desk.Mailbox) { b.Address = "imap.example.com:0" }, ""},
		{"a URL", func(b *desk.Mailbox) { b.Address = "imaps://imap.example.com" }, ""},
		{"encryption", func(b *desk.Mailbox) { b.Security = "ssl" }, ""},
		{"no user", func(b *desk.Mailbox) { b.Username = " " }, ""},
		{"line break", func(b *desk.Mailbox) { b.Folder = "a\r\nb LOGOUT" }, ""},
		{"long folder", func(b *desk.Mailbox) { b.Folder = strings.Repeat("a", 256) }, ""},
		{"too often", func(b *desk.Mailbox) { b.Pause = time.Second }, ""},
		{"too seldom", func(b *desk.Mailbox) { b.Pause = 48 * time.Hour }, ""},
		{"no secret", func(b *desk.Mailbox) { b.Secret = "" }, ""},
		{"empty secret", func(b *desk.Mailbox) { b.Secret = "{}" }, ""},
		{"half of OAuth 2", func(b *desk.Mailbox) { b.Secret = (&desk.MailboxSecret{ClientID: "c", RefreshToken: "r"}).Text() }, ""},
		{"both", func(b *desk.Mailbox) { b.Secret = (&desk.MailboxSecret{Password: "p", RefreshToken: "r"}).Text() }, ""},
	}
	for _, tc := range cases {
		t.Run(tc.name, func(t *testing.T) {
			b := &desk.Mailbox{
				Address: "imap.example.com", Security: "tls", Username: "help@example.com", Pause: time.Minute,
				Secret: (&desk.MailboxSecret{Password: "p"}).Text(),
			}
			tc.change(b)
			err := b.Check()
			if tc.address == "" && desk.CodeOf(err) != desk.Invalid {
				t.Errorf("got %v", err)
			}
			if tc.address != "" && (err != nil || b.Address != tc.address || b.Folder != "INBOX") {
				t.Errorf("got %v, %q, %q", err, b.Address, b.Folder)
			}
		})
	}
}
