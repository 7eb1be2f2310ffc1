package desk

// MailState is how mail of a store comes and goes. Counts end at MailStateMost.
type MailState struct {
	LastIn      Instant // when the last message came; 0 = never
	LastInFrom  string
	LastOut     Instant // when another server last took one of ours; 0 = never
	Waiting     int     // messages received that are not handled yet
	Held        int
	Failed      int
	Queued      int // recipients that a mail of ours is on its way to
	Deferred    int
	Bounced     int
	Uncertain   int
	RoundTripIn Instant        // when the last test mail to the store itself came back; 0: it did not yet
	RoundTrip   RecipientState // where it stands as a mail of ours; "": there was none
	RoundReason string
}

// MailStateMost is how far a MailState counts.
const MailStateMost = 1000

// Checklist is which of the first steps with a store are done.
type Checklist struct {
	Address  bool // customers have an address to write to
	MailIn   bool // a mail has arrived
	MailOut  bool // a mail has left
	Team     bool // somebody else works here, or was invited
	Answered bool // an agent has answered a ticket
	Types    bool // the ticket types were looked after
	Tickets  bool // there is a ticket
}

// Picture is one that mail of a store shows.
type Picture struct {
	Key       string // in the path of its URL
	BlobKey   string
	Type      string // image/png and the like
	Size      int64
	CreatedAt Instant
}

// LetterView is a mail as its reader would see it.
type LetterView struct{ From, Address, Subject, Text, HTML string }
