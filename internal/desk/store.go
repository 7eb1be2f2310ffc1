package desk

import "time"

// Store is one shop: the tenant that every other noun belongs to.
type Store struct {
	ID            int64
	Name          string
	NetworkDomain string // the store's own domain, as OAuth redirects name it
	Hosts         []string
	SupportEmail  string
	Zone          *time.Location // days and shown instants are of this zone; never nil
	MediaTTL      time.Duration  // how long an attachment link stays valid; 0 = as long as the attachment
	MediaSecret   string         // signs links when MediaTTL is set

	Mail      MailSettings
	Dashboard DashboardSettings
	CreatedAt Instant

	SecondFactorForAdmins bool // admins must have a second factor
}

// DashboardSettings are what a store has set for its dashboard. Zero values are defaults.
type DashboardSettings struct {
	ChecklistDone bool `json:"checklist_done,omitempty"` // the first steps were put away
}
