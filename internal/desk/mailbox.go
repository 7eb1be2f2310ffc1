package desk

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"time"
)

// Mailbox is a folder that is read over IMAP.
type Mailbox struct {
	ID          int64
	StoreID     int64
	Address     string // host:port
	Security    string // tls, starttls, none
	Username    string
	Secret      string // as MailboxSecret writes it; kept readable, since the server asks for it
	Folder      string
	UIDValidity uint32 // of the UIDs below; 0 = the folder was not read yet
	FirstUID    uint32 // messages below it were there before the mailbox was added, and stay out; 1 = all are taken
	LastUID     uint32 // the highest that is in the ledger
	Enabled     bool
	Pause       time.Duration // between polls
	NextRunAt   Instant
	LeaseUntil  Instant // a poll under way holds the mailbox until then; 0 = none
	LastOKAt    Instant // end of the latest poll without a problem; 0 = never
	LastMailAt  Instant // when the latest message came; 0 = never
	LastError   string  // of the latest poll; "" = none
	There       int64   // messages in the folder at the latest poll, from FirstUID on
	Seen        int64   // of them in the ledger
	CreatedAt   Instant
}

// Limits of a mailbox.
const (
	MinMailboxPause     = 10 * time.Second
	MaxMailboxPause     = 24 * time.Hour
	DefaultMailboxPause = time.Minute
	maxMailboxText      = 255 // bytes of address, user name and folder each
)

// MailboxSource is by what name the ledger knows what a mailbox brings.
func (m *Mailbox) MailboxSource() string { return "imap:" + strconv.FormatInt(m.ID, 10) }

// MailboxKey is by what name the ledger knows a message of a mailbox: UIDs are good for
// one UIDVALIDITY only (RFC 9051 section 2.3.1.1).
func MailboxKey(validity, uid uint32) string {
	return strconv.FormatUint(uint64(validity), 10) + ":" + strconv.FormatUint(uint64(uid), 10)
}

// Check tidies what an operator says of a mailbox; Invalid.
func (m *Mailbox) Check() error {
	m.Address, m.Username, m.Folder = strings.TrimSpace(m.Address), strings.TrimSpace(m.Username), strings.TrimSpace(m.Folder)
	if m.Folder == "" {
		m.Folder = "INBOX"
	}
	if err := m.checkAddress(); err != nil {
		return err
	}
	for _, text := range []string{m.Address, m.Username, m.Folder} {
		if len(text) > maxMailboxText || strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r == '\uFFFD' }) {
			return Errorf(Invalid, "%.40q is too long or has unprintable characters", text)
		}
	}
	switch {
	case m.Username == "":
		return Errorf(Invalid, "the mailbox has no user name")
	case m.Pause < MinMailboxPause || m.Pause > MaxMailboxPause:
		return Errorf(Invalid, "look every %s at most and every %s at least, not every %s", MinMailboxPause, MaxMailboxPause, m.Pause)
	}
	_, err := m.Credentials()
	return err
}

// checkAddress adds the port that belongs to the kind of encryption.
func (m *Mailbox) checkAddress() error {
	port, ok := map[string]string{"tls": "993", "starttls": "143", "none": "143"}[m.Security]
	if !ok {
		return Errorf(Invalid, "security is tls, starttls or none, not %q", m.Security)
	}
	if _, _, err := net.SplitHostPort(m.Address); err != nil {
		m.Address = net.JoinHostPort(strings.Trim(m.Address, "[]"), port)
	}
	host, port, err := net.SplitHostPort(m.Address)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 || host == "" || strings.ContainsAny(host, "/@ ") {
		return Errorf(Invalid, "%.200q is no address of a server; write imap.example.com or imap.example.com:993", m.Address)
	}
	return nil
}

// MailboxSecret is how a mailbox is signed in to: by password, or by OAuth 2.
type MailboxSecret struct {
	Password     string    `json:"password,omitempty"`
	TokenURL     string    `json:"token_url,omitempty"`
	ClientID     string    `json:"client_id,omitempty"`
	ClientSecret string    `json:"client_secret,omitempty"` // "" for a public client
	RefreshToken string    `json:"refresh_token,omitempty"`
	AccessToken  string    `json:"access_token,omitempty"` // the latest; "": one is asked for
	Expiry       time.Time `json:"expiry,omitzero"`        // of it
	// Guarded says that an agent named the servers, not the operator: those of the operator's
	// own networks are not reached unless allowed.
	Guarded bool `json:"guarded,omitempty"`
}

// OAuth tells whether it is signed in to by OAuth 2.
func (s *MailboxSecret) OAuth() bool { return s.RefreshToken != "" }

// Text is what is kept in Mailbox.Secret.
func (s *MailboxSecret) Text() string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings, and a time of this era
	}
	return string(text)
}

// Credentials reads Secret; Invalid if neither a password nor OAuth 2 is complete.
func (m *Mailbox) Credentials() (*MailboxSecret, error) {
	s := &MailboxSecret{}
	if err := json.Unmarshal([]byte(m.Secret), s); err != nil {
		return nil, Errorf(Invalid, "the mailbox's secret cannot be read")
	}
	complete := s.TokenURL != "" && s.ClientID != "" && s.RefreshToken != ""
	empty := s.TokenURL == "" && s.ClientID == "" && s.ClientSecret == "" && s.RefreshToken == ""
	switch {
	case s.Password == "" && !complete:
		return nil, Errorf(Invalid, "a mailbox has a password, or a token URL, a client id and a refresh token")
	case s.Password != "" && !empty:
		return nil, Errorf(Invalid, "a mailbox has a password or OAuth 2, not both")
	case len(m.Secret) > 32<<10:
		return nil, Errorf(Invalid, "the mailbox's secret is too long")
	}
	return s, nil
}
