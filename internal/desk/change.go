package desk

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of tags that are changed at once.
const (
	MaxTagName      = 255 // characters
	MaxTagsOfChange = 100
)

// Changes are steps that somebody wants a ticket to take, told apart from the state they
// lead to: tags are added to whatever the ticket has by then. nil and empty: nothing.
type Changes struct {
	Status     *Status   `json:"status,omitempty"`
	Priority   *Priority `json:"priority,omitempty"`
	TypeID     *int64    `json:"type,omitempty"`
	AssigneeID *int64    `json:"assignee,omitempty"`
	GroupID    *int64    `json:"group,omitempty"`
	SetTags    *[]string `json:"set_tags,omitempty"`
	AddTags    []string  `json:"add_tags,omitempty"`
	RemoveTags []string  `json:"remove_tags,omitempty"`
}

// None tells whether nothing is to change.
func (c *Changes) None() bool {
	return c.Status == nil && c.Priority == nil && c.TypeID == nil && c.AssigneeID == nil && c.GroupID == nil && c.SetTags == nil &&
		len(c.AddTags) == 0 && len(c.RemoveTags) == 0
}

// Write puts the changes of a ticket into an input.
func (c *Changes) Write(in *TicketInput, t *Ticket) {
	in.Status, in.Priority, in.TypeID, in.AssigneeID, in.GroupID = c.Status, c.Priority, c.TypeID, c.AssigneeID, c.GroupID
	if c.SetTags == nil && len(c.AddTags) == 0 && len(c.RemoveTags) == 0 {
		return
	}
	tags := names(t.Tags)
	if c.SetTags != nil {
		tags = slices.Clone(*c.SetTags)
	}
	for _, tag := range c.AddTags {
		if !slices.Contains(tags, tag) {
			tags = append(tags, tag)
		}
	}
	tags = slices.DeleteFunc(tags, func(tag string) bool { return slices.Contains(c.RemoveTags, tag) })
	in.Tags = &tags
}

// Check adds what is wrong with the changes to fields, each name behind prefix.
func (c *Changes) Check(fields Fields, prefix string) {
	if c.Status != nil && !slices.Contains(Statuses, *c.Status) {
		fields.Add(prefix+"status", fmt.Sprintf("%q is no status.", *c.Status))
	}
	if c.Priority != nil && !slices.Contains(Priorities, *c.Priority) {
		fields.Add(prefix+"priority", fmt.Sprintf("%q is no priority.", *c.Priority))
	}
	tags := map[string][]string{"add_tags": c.AddTags, "remove_tags": c.RemoveTags}
	if c.SetTags != nil {
		tags["set_tags"] = *c.SetTags
	}
	for field, list := range tags {
		if message := checkTags(list); message != "" {
			fields.Add(prefix+field, message)
		}
	}
}

func checkTags(list []string) string {
	if len(list) > MaxTagsOfChange {
		return fmt.Sprintf("There are more than %d tags.", MaxTagsOfChange)
	}
	for _, tag := range list {
		switch {
		case strings.TrimSpace(tag) == "":
			return "A tag has no name."
		case utf8.RuneCountInString(tag) > MaxTagName:
			return fmt.Sprintf("A tag is longer than %d characters.", MaxTagName)
		case !IsText(tag) || strings.ContainsAny(tag, "\r\n"):
			return "A tag has characters that no text has."
		}
	}
	return ""
}

// IsText tells whether both databases keep a text as it is.
func IsText(text string) bool {
	return utf8.ValidString(text) && !strings.ContainsRune(text, 0)
}
