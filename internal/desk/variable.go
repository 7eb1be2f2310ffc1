package desk

import (
	"regexp"
	"slices"
	"strings"
)

// Variables are what the text of a macro may hold between {{ and }}, in the order they
// are offered.
var Variables = []string{
	"requester.first_name", "requester.last_name", "requester.full_name", "requester.email",
	"user.first_name", "user.last_name", "user.full_name", "user.email",
	"assignee.first_name", "assignee.last_name", "assignee.full_name", "assignee.email",
	"order.number", "order.status", "order.total", "order.date", "order.tracking_number", "order.tracking_url",
	"ticket.id", "ticket.subject", "store.name",
}

var variable = regexp.MustCompile(`\{\{\s*([^{}\s]+)\s*\}\}`)

// Fill puts values into a text's places. What has no value stays as it is, and is named
// in unresolved, each name once. Values are text: a place in one of them is not filled.
func Fill(text string, values map[string]string) (filled string, unresolved []string) {
	filled = variable.ReplaceAllStringFunc(text, func(found string) string {
		name := variable.FindStringSubmatch(found)[1]
		if value := values[name]; value != "" {
			return value
		}
		if !slices.Contains(unresolved, name) {
			unresolved = append(unresolved, name)
		}
		return found
	})
	return filled, unresolved
}

// Unfilled lists the variables that stand in a text, each once.
func Unfilled(text string) []string {
	_, names := Fill(text, nil)
	return names
}

// CheckVariables says what is wrong with the variables of a macro's text: one message for
// each that is unknown, and one if a brace is left over.
func CheckVariables(text string) (messages []string) {
	for _, name := range Unfilled(text) {
		if !slices.Contains(Variables, name) {
			messages = append(messages, "{{ "+name+" }} is unknown.")
		}
	}
	if rest := variable.ReplaceAllString(text, ""); strings.Contains(rest, "{{") || strings.Contains(rest, "}}") {
		messages = append(messages, "A variable is not complete; write it as {{ requester.first_name }}.")
	}
	return messages
}

// PersonValues adds what variables say of a person, under a prefix such as "requester".
func PersonValues(values map[string]string, prefix, first, last, email string) {
	first, last = oneLine(first), oneLine(last)
	values[prefix+".first_name"], values[prefix+".last_name"] = first, last
	values[prefix+".full_name"], values[prefix+".email"] = strings.TrimSpace(first+" "+last), oneLine(email)
}

// oneLine is a text with one space where it has white space of any kind.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
