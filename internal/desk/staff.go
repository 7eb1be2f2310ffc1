package desk

import (
	"net/mail"
	"slices"
	"strings"
)

// Permission names one thing that agents of a permission group may do.
type Permission string

// The permissions. Admins of a store have all of them.
const (
	PermissionTickets   Permission = "tickets"    // see and answer tickets
	PermissionCustomers Permission = "customers"  // see and change customers
	PermissionReports   Permission = "reports"    // see reports
	PermissionMacros    Permission = "macros"     // change shared macros
	PermissionSettings  Permission = "settings"   // change the store's settings
	PermissionAPIAccess Permission = "api_access" // make and revoke apps and tokens
	PermissionUsers     Permission = "users"      // invite staff, change groups, read the audit log
)

// Permissions are all of them, in the order they are shown.
var Permissions = []Permission{
	PermissionTickets, PermissionCustomers, PermissionReports, PermissionMacros,
	PermissionSettings, PermissionAPIAccess, PermissionUsers,
}

// Account is a person who can sign in, to every store they are a member of.
type Account struct {
	ID         int64
	Email      string
	Name       string
	Password   string // argon2id in PHC form; "" = no sign-in by password
	TOTPSecret string // base32; "" = none
	TOTPStep   int64  // the last time step used
	CreatedAt  Instant
}

// Staff is an account signed in to one store: who acts in the dashboard.
type Staff struct {
	AccountID   int64
	StoreID     int64
	UserID      int64 // the dashboard user that the account is in this store
	SessionID   int64
	Name        string
	Email       string
	Admin       bool
	Permissions []Permission
	ConfirmedAt Instant // when the person last proved who they are, by password or second factor
}

// Can tells whether the person may do what a permission names.
func (s *Staff) Can(p Permission) bool { return s.Admin || slices.Contains(s.Permissions, p) }

// Actor is the person as the author of a change.
func (s *Staff) Actor() Actor { return Actor{Kind: ActorAgent, ID: s.UserID} }

// Member is an account as a store's staff list shows it.
type Member struct {
	AccountID   int64
	UserID      int64
	Name        string
	Email       string
	Admin       bool
	GroupIDs    []int64
	HasPassword bool
	HasFactor   bool
	CreatedAt   Instant
	LastSeenAt  Instant // in this store, kept to the minute; 0 = never
}

// PermissionGroup gives its members permissions in one store.
type PermissionGroup struct {
	ID          int64
	Name        string
	Permissions []Permission
	Members     int // how many there are, in lists
}

// Session is a browser that signed in.
type Session struct {
	ID             int64
	AccountID      int64
	Method         string // how it began: password, reset, invitation, setup, oidc
	SecondFactorAt Instant
	ConfirmedAt    Instant
	CreatedAt      Instant
	LastSeenAt     Instant // kept to the minute
	ExpiresAt      Instant
	IP             string
	UserAgent      string
}

// LinkKind says what a one-time link is for.
type LinkKind string

// The kinds of one-time links.
const (
	LinkSetup      LinkKind = "setup"
	LinkInvitation LinkKind = "invitation"
	LinkReset      LinkKind = "reset"
)

// Link is a one-time link; what it holds is kept only as a hash.
type Link struct {
	ID        int64
	Kind      LinkKind
	StoreID   int64
	AccountID int64 // of a reset
	Email     string
	Name      string
	Admin     bool
	GroupIDs  []int64
	CreatedBy int64 // the account; 0 = the command line or the program itself
	CreatedAt Instant
	ExpiresAt Instant
}

// AuditEntry is one line of the record of access: who did what to whom.
type AuditEntry struct {
	ID        int64
	StoreID   int64 // 0 = the installation
	Action    string
	AccountID int64             // who acted; 0 = nobody known, or the command line
	Actor     string            // the account's e-mail, in lists
	Subject   string            // whom or what it was done to, in words
	Data      map[string]string // never a secret
	IP        string
	UserAgent string
	CreatedAt Instant
}

// AuditFilter selects lines of the audit log; a zero part selects everything.
type AuditFilter struct {
	AccountID int64  // who acted
	Action    string // one action, or with a dot at its end all that begin so, such as "signin."
	Span      Span
}

// EmailKey is an account's address as it is compared: spaces around it do not count,
// nor the case of ASCII letters. Other letters are compared as they are, since case
// mapping would make different addresses equal (ı and i). It fails with Invalid for
// what is no address.
func EmailKey(email string) (string, error) {
	email = strings.TrimSpace(email)
	parsed, err := mail.ParseAddress(email)
	if err != nil || parsed.Address != email || len(email) > 254 || strings.ContainsAny(email, "\x00\r\n\t \"") {
		return "", Errorf(Invalid, "%q is no e-mail address", email)
	}
	return strings.Map(func(r rune) rune {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, email), nil
}
