package desk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Macro is an answer that is written again and again, with what else is done at once.
// Applying it fills a draft; it sends nothing.
type Macro struct {
	ID         int64
	Name       string
	Position   int64   // in the list, from 1
	GroupIDs   []int64 // permission groups that may use it, ascending; none: everybody
	Actions    MacroActions
	Uses       int64
	LastUsedAt Instant
	CreatedAt  Instant
	UpdatedAt  Instant
}

// MacroActions are what a macro does.
type MacroActions struct {
	Mode    CommentMode `json:"comment_mode,omitempty"`
	Body    string      `json:"comment,omitempty"` // with variables
	Changes Changes     `json:"changes"`
}

// CommentMode says who sees a comment.
type CommentMode string

// The comment modes.
const (
	CommentPublic   CommentMode = "public"
	CommentInternal CommentMode = "internal"
)

// Limits of macros.
const (
	MaxMacros    = 1000
	MaxMacroName = 150    // characters
	MaxMacroBody = 20_000 // characters
	MaxGroupsOf  = 100    // groups that something is limited to
)

// Check adds what is wrong with a macro to fields. That its groups and its type are there
// is for the verb to find out.
func (m *Macro) Check(fields Fields) {
	switch {
	case strings.TrimSpace(m.Name) == "":
		fields.Add("name", "Give it a name.")
	case utf8.RuneCountInString(m.Name) > MaxMacroName:
		fields.Add("name", fmt.Sprintf("The name is longer than %d characters.", MaxMacroName))
	case !IsText(m.Name) || strings.ContainsAny(m.Name, "\r\n"):
		fields.Add("name", "The name has characters that no text has.")
	}
	if len(m.GroupIDs) > MaxGroupsOf {
		fields.Add("groups", fmt.Sprintf("There are more than %d groups.", MaxGroupsOf))
	}
	a := &m.Actions
	hasBody := strings.TrimSpace(a.Body) != ""
	switch {
	case a.Mode != "" && a.Mode != CommentPublic && a.Mode != CommentInternal:
		fields.Add("comment_mode", fmt.Sprintf("%q is no comment mode.", a.Mode))
	case a.Mode == "" && hasBody:
		fields.Add("comment_mode", "Say whether the comment is public or internal.")
	}
	switch {
	case utf8.RuneCountInString(a.Body) > MaxMacroBody:
		fields.Add("comment", fmt.Sprintf("The comment is longer than %d characters.", MaxMacroBody))
	case !IsText(a.Body):
		fields.Add("comment", "The comment has characters that no text has.")
	}
	for _, message := range CheckVariables(a.Body) {
		fields.Add("comment", message)
	}
	a.Changes.Check(fields, "")
	if a.Changes.AssigneeID != nil || a.Changes.GroupID != nil {
		fields.Add("assignee", "A macro assigns nobody.")
	}
	if !hasBody && a.Mode == "" && a.Changes.None() {
		fields.Add("comment", "The macro does nothing: give it a comment or a change.")
	}
}

// For tells whether members of some groups may use the macro.
func (m *Macro) For(groupIDs []int64) bool {
	return len(m.GroupIDs) == 0 || slices.ContainsFunc(m.GroupIDs, func(id int64) bool { return slices.Contains(groupIDs, id) })
}

// Applied is a macro filled in for one ticket.
type Applied struct {
	Mode       CommentMode
	Body       string
	Unresolved []string // variables that had no value, left in the body
	Changes    Changes
}
