package desk

// Inbound says how a message reached a store.
type Inbound struct {
	Source       string // smtp, pipe, http, or imap:ID
	SourceKey    string // what the source knows the message by; "": its SHA-256
	EnvelopeFrom string // "" is the null sender
	Recipients   []string
	Peer         string // the address it came from; "" if unknown
	Helo         string
}

// Mail is a row of the ledger: a message that was received, and what became of it.
type Mail struct {
	ID int64
	Inbound
	BlobKey   string // the bytes as they are kept; "": they are short, and in the database
	SHA256    string // of the bytes as they came, without the trace header that we put in front
	Size      int64  // of the bytes as they are kept
	Fate      Fate
	Reason    string // why, in words
	MessageID string // of the header, without brackets
	From      string // of the header, folded
	Subject   string
	Auth      string // JSON of what SPF, DKIM and DMARC say
	TicketID  int64
	CommentID int64
	HTML      bool // it has HTML beside its text, or instead

	ReceivedAt Instant
	HandledAt  Instant
}

// Fate is what became of a message.
type Fate string

// The fates of messages.
const (
	MailWaiting    Fate = "waiting"    // not handled yet
	MailTicket     Fate = "ticket"     // became a new ticket
	MailComment    Fate = "comment"    // became a comment
	MailFollowUp   Fate = "follow_up"  // became a ticket that follows a closed one
	MailBounce     Fate = "bounce"     // told of the delivery of mail of ours
	MailHeld       Fate = "held"       // suspected spam: nobody is told, it has no ticket
	MailSuppressed Fate = "suppressed" // not let in: our own mail, a loop, a blocked sender
	MailDuplicate  Fate = "duplicate"  // a message that is in the ledger already
	MailFailed     Fate = "failed"     // could not be handled, again and again
	MailReleased   Fate = "released"   // held, and then let in: see the reason for what it became
)

// MailSettings are what a store has set for its mail. Zero values are defaults.
type MailSettings struct {
	Secret       string   `json:"secret,omitempty"`        // signs reply addresses; made with the first mail
	Aliases      []string `json:"aliases,omitempty"`       // further addresses that customers write to
	FromName     string   `json:"from_name,omitempty"`     // "": the store's name
	DKIMSelector string   `json:"dkim_selector,omitempty"` // "": mail is not signed
	DKIMKey      string   `json:"dkim_key,omitempty"`      // readable: mail is signed with it
	AdminAddress string   `json:"admin_address,omitempty"` // hears of new tickets
	Colour       string   `json:"colour,omitempty"`        // of the branding, #rrggbb
	LogoURL      string   `json:"logo_url,omitempty"`
	Footer       string   `json:"footer,omitempty"`
	PlusAddress  string   `json:"plus_address,omitempty"` // "": replies go to support+TOKEN@; no: to the plain address

	RoundTripID string  `json:"round_trip_id,omitempty"` // Message-ID of the last test mail to the store itself
	RoundTripAt Instant `json:"round_trip_at,omitempty"` // when it was sent

	CloseSolvedDays int `json:"close_solved_days,omitempty"` // 0: DefaultCloseSolvedDays; -1: never
	CloseIdleDays   int `json:"close_idle_days,omitempty"`   // 0: DefaultCloseIdleDays; -1: never
	HeldDays        int `json:"held_days,omitempty"`         // 0: DefaultHeldDays
}

// When tickets close by themselves, unless a store says otherwise.
const (
	DefaultCloseSolvedDays = 4
	DefaultCloseIdleDays   = 183 // six months
)

// DefaultHeldDays is how long mail that is held as spam is kept.
const DefaultHeldDays = 30

// Outgoing is a mail of ours.
type Outgoing struct {
	ID           int64
	Kind         string // reply, or the name of a notification
	TicketID     int64
	CommentID    int64
	EventID      int64 // that led to it; one mail of a kind for each
	MessageID    string
	EnvelopeFrom string
	Subject      string
	BlobKey      string
	Size         int64
	Recipients   []OutgoingRecipient
	CreatedAt    Instant
}

// OutgoingRecipient is what became of a mail of ours at one address.
type OutgoingRecipient struct {
	Address   string
	State     RecipientState
	Reason    string
	UpdatedAt Instant
}

// RecipientState is where a mail of ours stands at one recipient.
type RecipientState string

// The states.
const (
	RecipientQueued     RecipientState = "queued"
	RecipientSending    RecipientState = "sending"   // being handed over
	RecipientAccepted   RecipientState = "accepted"  // the other server has it
	RecipientDeferred   RecipientState = "deferred"  // refused for now, tried again
	RecipientBounced    RecipientState = "bounced"   // refused for good, or came back
	RecipientUncertain  RecipientState = "uncertain" // handed over without an answer: not sent again by itself
	RecipientSuppressed RecipientState = "suppressed"
)

// Participant is somebody who takes part in a ticket by mail.
type Participant struct {
	Address string `json:"address"`
	Name    string `json:"name,omitempty"`
}

// MailView is a message as a person reads it.
type MailView struct {
	Text   string  // all of its words
	New    string  // those that quote nothing
	HTML   *string // safe to show, quotes folded; nil: the message has none, or too much
	Remote bool    // it shows images from elsewhere, once it is asked to
}
