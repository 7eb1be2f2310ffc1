package desk

// TicketInput is what somebody asks to be written to a ticket; nil fields stay as
// they are (or get their default in a new ticket). Ids of zero and an empty order
// number mean "none".
type TicketInput struct {
	Subject     *string
	TypeID      *int64
	RequesterID *int64
	AssigneeID  *int64
	GroupID     *int64
	Priority    *Priority
	Status      *Status
	FromEmail   *Text
	Order       *string
	Products    *[]int64
	Tags        *[]string
	Comment     *CommentInput
}

// Text is a text that may be null.
type Text struct{ Value *string }

// CommentInput is a comment somebody asks to be added.
type CommentInput struct {
	AuthorID    int64
	Body        *string
	Public      bool
	FromEmail   *string
	Attachments []int64 // ids of uploads that no comment has claimed yet
}

// Refs are the rows that an input names and that must exist in the store.
type Refs struct {
	TypeIDs     []int64
	UserIDs     []int64
	GroupIDs    []int64
	Order       string
	ProductIDs  []int64
	Tags        []string
	Attachments []int64
}

// Refs lists what the input refers to.
func (in *TicketInput) Refs() Refs {
	var refs Refs
	add := func(to *[]int64, id *int64) {
		if id != nil && *id != 0 {
			*to = append(*to, *id)
		}
	}
	add(&refs.TypeIDs, in.TypeID)
	add(&refs.UserIDs, in.RequesterID)
	add(&refs.UserIDs, in.AssigneeID)
	add(&refs.GroupIDs, in.GroupID)
	if in.Order != nil {
		refs.Order = *in.Order
	}
	if in.Products != nil {
		refs.ProductIDs = *in.Products
	}
	if in.Tags != nil {
		refs.Tags = *in.Tags
	}
	if in.Comment != nil {
		add(&refs.UserIDs, &in.Comment.AuthorID)
		refs.Attachments = in.Comment.Attachments
	}
	return refs
}

// Person is what a ticket's rules and its search words need to know of a user.
type Person struct {
	Type                       UserType
	Email, FirstName, LastName string
}

// Texts are what full-text search knows a person by.
func (p Person) Texts() []string { return []string{p.Email, p.FirstName, p.LastName} }

// Known is which of the rows named by Refs were found.
type Known struct {
	Types       map[int64]bool
	Users       map[int64]Person
	Groups      map[int64]bool
	Order       bool
	Products    map[int64]bool
	Tags        map[string]int64
	Attachments map[int64]Attachment
}

// Missing lists, by field, the rows that the input names and that are not there.
// A list names its first missing row only.
func (in *TicketInput) Missing(known Known) Fields {
	fields := Fields{}
	one := func(field string, id *int64, there bool) {
		if id != nil && *id != 0 && !there {
			fields.Add(field, NoSuchObject(*id))
		}
	}
	user := func(field string, id *int64) {
		if id != nil {
			_, there := known.Users[*id]
			one(field, id, there)
		}
	}
	if in.TypeID != nil {
		one("ticket_type", in.TypeID, known.Types[*in.TypeID])
	}
	user("requester", in.RequesterID)
	user("assignee", in.AssigneeID)
	if in.GroupID != nil {
		one("group", in.GroupID, known.Groups[*in.GroupID])
	}
	if in.Order != nil && *in.Order != "" && !known.Order {
		fields.Add("order", NoSuchOrder(*in.Order))
	}
	if in.Products != nil {
		for _, id := range *in.Products {
			if !known.Products[id] {
				fields.Add("products", NoSuchObject(id))
				break
			}
		}
	}
	if in.Comment != nil {
		user("comment.author", &in.Comment.AuthorID)
		for _, id := range in.Comment.Attachments {
			if _, there := known.Attachments[id]; !there {
				fields.Add("comment.attachments", NoSuchObject(id))
				break
			}
		}
	}
	return fields
}

// UserInput is what somebody asks to be written to a user; nil fields stay as they
// are.
type UserInput struct {
	Email            *string
	FirstName        *string
	LastName         *string
	IP               *Text
	PhoneNumber      *Text
	Language         *Text
	Blocked          *bool
	Addresses        *[]Address
	Tags             *[]*string
	AcceptsMarketing *bool
	Metadata         *[]byte // JSON
	UserAgent        *Text
}

// Write is the circumstance of a write: who asks, whether it may happen only once,
// and which version it expects to find.
type Write struct {
	Actor Actor
	Once  *Once
	// IfSeq, when set, is the ticket version the writer has seen: another one is
	// refused with Stale.
	IfSeq *int64
	// Reason is why the program does it by itself; the event keeps it. "" for people.
	Reason string
	// Channel is the door a new ticket came through; "" = as the actor says.
	Channel Channel
	// Also is what the event tells beside the fields of the input that changed.
	Also []Change
}

// Patch writes the input to a user.
func (in *UserInput) Patch(u *User) {
	set(&u.Email, in.Email)
	set(&u.FirstName, in.FirstName)
	set(&u.LastName, in.LastName)
	set(&u.Blocked, in.Blocked)
	set(&u.AcceptsMarketing, in.AcceptsMarketing)
	set(&u.Tags, in.Tags)
	set(&u.Metadata, in.Metadata)
	for _, f := range []struct {
		to   **string
		from *Text
	}{{&u.IP, in.IP}, {&u.PhoneNumber, in.PhoneNumber}, {&u.Language, in.Language}, {&u.UserAgent, in.UserAgent}} {
		if f.from != nil {
			*f.to = f.from.Value
		}
	}
	if in.Addresses != nil {
		u.Addresses = *in.Addresses
		for i := range u.Addresses {
			u.Addresses[i].ID = int64(i + 1)
		}
	}
}
