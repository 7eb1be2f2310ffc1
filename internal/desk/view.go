package desk

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// View is a search that somebody has saved.
type View struct {
	ID        int64
	OwnerID   int64 // the dashboard user; 0 = everybody's
	GroupID   int64 // of a view of everybody: only this group's; 0 = all
	Name      string
	Query     string
	Order     ListOrder
	Columns   []string // that are shown; none = the usual ones
	Position  int64
	CreatedAt Instant
	UpdatedAt Instant
}

// BuiltInView is a view that every store has.
type BuiltInView struct {
	Key   string // by which it is known; its name is for each language to say
	Query string
	Order ListOrder
}

// BuiltInViews are those of tickets, in the order they are shown. What waits longest
// stands first where somebody has to act.
var BuiltInViews = []BuiltInView{
	{"mine", "assignee:me is:unsolved", UpdatedOldestFirst},
	{"unassigned", "is:unassigned is:unsolved", UpdatedOldestFirst},
	{"unsolved", "is:unsolved", UpdatedOldestFirst},
	{"pending", "status:pending", UpdatedOldestFirst},
	{"solved", "status:solved", UpdatedNewestFirst},
	{"undelivered", "is:undelivered", UpdatedNewestFirst},
	{"all", "", NewestFirst},
}

// ViewColumns are the columns that a view may show, besides state and subject.
var ViewColumns = []string{"requester", "order", "tags", "assignee", "group", "type", "priority", "channel", "waiting", "created", "updated"}

// Limits of views.
const (
	maxViewName = 80 // characters
	MaxViews    = 100
)

// Orders are the orders that a list of tickets can have.
var Orders = []ListOrder{NewestFirst, OldestFirst, UpdatedNewestFirst, UpdatedOldestFirst}

// Check says what is wrong with a view; its search must be one that can be taken apart.
func (v *View) Check() error {
	fields := Fields{}
	v.Name = strings.TrimSpace(v.Name)
	if n := utf8.RuneCountInString(v.Name); n == 0 || n > maxViewName {
		fields.Add("name", "A name has 1 to 80 characters.")
	}
	if _, err := ParseSearch(v.Query); err != nil {
		fields.Add("query", err.(*Error).Fields["q"][0]) //nolint:errorlint,forcetypeassert // as its doc says
	}
	if !slices.Contains(Orders, v.Order) {
		fields.Add("order", "An order is -id, id, -updated_at or updated_at.")
	}
	if len(v.Columns) > len(ViewColumns) || slices.ContainsFunc(v.Columns, func(c string) bool { return !slices.Contains(ViewColumns, c) }) {
		fields.Add("columns", "Columns are "+strings.Join(ViewColumns, ", ")+".")
	}
	if len(fields) > 0 {
		return &Error{Code: Invalid, Fields: fields}
	}
	return nil
}

// MayChange tells whether a person may change a view: their own, or, of those for
// everybody, who may change the store's settings.
func (v *View) MayChange(who *Staff) bool {
	if v.OwnerID != 0 {
		return v.OwnerID == who.UserID
	}
	return who.Can(PermissionSettings)
}
