package desk

// Status is where a ticket stands.
type Status string

// The statuses, in the order a ticket usually passes them.
const (
	StatusNew     Status = "new"
	StatusOpen    Status = "open"
	StatusPending Status = "pending"
	StatusSolved  Status = "solved"
	StatusClosed  Status = "closed"
)

// Statuses lists every status.
var Statuses = []Status{StatusNew, StatusOpen, StatusPending, StatusSolved, StatusClosed}

// Priority is how urgent a ticket is.
type Priority string

// The priorities.
const (
	PriorityHigh   Priority = "high"
	PriorityMedium Priority = "medium"
	PriorityLow    Priority = "low"
)

// Priorities lists every priority.
var Priorities = []Priority{PriorityHigh, PriorityMedium, PriorityLow}

// Channel is the door a ticket came through.
type Channel string

// The channels.
const (
	ChannelCustomerAccount Channel = "customer_account"
	ChannelDashboard       Channel = "dashboard"
	ChannelEmail           Channel = "email"
	ChannelAPI             Channel = "api"
	ChannelFollowUp        Channel = "follow_up"
)

// Channels lists every channel.
var Channels = []Channel{ChannelCustomerAccount, ChannelDashboard, ChannelEmail, ChannelAPI, ChannelFollowUp}

// Ticket is one request for help. Ids of zero mean "none": no type, no requester,
// no assignee; so does an empty order number.
type Ticket struct {
	ID          int64
	Seq         int64 // number of its latest event; 0 = as imported. Also its version for ETags
	Subject     string
	TypeID      int64
	RequesterID int64
	AssigneeID  int64
	GroupID     int64 // the permission group it is given to; the Admin API does not show it
	Priority    Priority
	FromEmail   *string // the writer's address while no user is known; nil and "" differ on the wire
	Order       string
	Products    []int64 // ascending
	Tags        []Tag   // by tag id
	Channel     Channel
	Status      Status
	CreatedAt   Instant
	UpdatedAt   Instant

	// What reports need; kept by the rules in this package.
	FirstReplyAt Instant // first public comment by an agent
	SolvedAt     Instant // last became solved; 0 while it is not
	ClosedAt     Instant // last became closed; 0 while it is not
	AgentTouches int64   // public comments by agents
}

// Tag is a label of a store. Names are unique in a store, up to 255 characters.
type Tag struct {
	ID   int64
	Name string
}

// TicketType is a kind of ticket that a store distinguishes.
type TicketType struct {
	ID     int64
	Name   string
	Public bool // customers may choose it; known in lists of settings only
}

// Comment is one contribution to a ticket; not public means seen by agents only.
type Comment struct {
	ID          int64
	TicketID    int64
	AuthorID    int64
	Body        *string
	Public      bool
	FromEmail   *string
	CreatedAt   Instant
	Attachments []Attachment // by id
}

// Attachment is a file. Until a comment claims it, CommentID is zero and it is
// swept a day after its upload.
type Attachment struct {
	ID        int64
	TicketID  int64
	CommentID int64
	FileName  string // as the sender named it, last path element, at most 255 characters; never used on disk
	Path      string // what follows /media/ in its URL; holds an unguessable key
	BlobKey   string // where the bytes are; "" when they were never fetched
	Size      int64
	CreatedAt Instant
}

// Version is a ticket's place in a list and the number of its latest event.
type Version struct {
	ID  int64
	Seq int64
	At  Instant // updated_at
}

// TicketLink is another ticket, and what it is to this one.
type TicketLink struct {
	TicketID int64
	Kind     TicketLinkKind
}

// TicketLinkKind is what one ticket is to another.
type TicketLinkKind string

// The kinds of links.
const (
	LinkFollowUp TicketLinkKind = "follow_up" // it follows this one, which is closed
	LinkFollows  TicketLinkKind = "follows"   // this one follows it
	LinkRelated  TicketLinkKind = "related"

	LinkMerged     TicketLinkKind = "merged"      // it was merged into this one
	LinkMergedInto TicketLinkKind = "merged_into" // this one was merged into it
	LinkSplit      TicketLinkKind = "split"       // it was split off this one
	LinkSplitFrom  TicketLinkKind = "split_from"  // this one was split off it
)
