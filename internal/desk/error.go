package desk

import (
	"errors"
	"fmt"
	"sort"
	"strings"
)

// Code classes an error for every door to translate into its own protocol.
type Code string

// The codes.
const (
	Invalid      Code = "invalid"
	Unauthorized Code = "unauthorized"
	Forbidden    Code = "forbidden"
	NotFound     Code = "not_found"
	Conflict     Code = "conflict"
	Stale        Code = "stale" // an If-Match that no longer holds
	RateLimited  Code = "rate_limited"
	Internal     Code = "internal"
)

// Error is an error a person may read. Anything that is no *Error is internal and
// its text stays in the log.
type Error struct {
	Code    Code
	Message string
	Fields  Fields // for Invalid: what is wrong with each field
	Err     error
}

// Fields holds messages by field; a field of a nested object is "comment.body".
type Fields map[string][]string

// Add appends a message to a field.
func (f Fields) Add(field, message string) { f[field] = append(f[field], message) }

func (e *Error) Error() string {
	parts := []string{string(e.Code)}
	if e.Message != "" {
		parts = append(parts, e.Message)
	}
	names := make([]string, 0, len(e.Fields))
	for name := range e.Fields {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		parts = append(parts, name+": "+strings.Join(e.Fields[name], " "))
	}
	if e.Err != nil {
		parts = append(parts, e.Err.Error())
	}
	return strings.Join(parts, ": ")
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an error of a code.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of an error; Internal for any that is no *Error.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// ErrNotFound is what every look-up of something that is not there returns.
var ErrNotFound = &Error{Code: NotFound, Message: "Not found."}

// NoSuchObject is the message for a reference to a row that is not there.
func NoSuchObject(id any) string { return fmt.Sprintf(`Invalid pk "%v" - object does not exist.`, id) }

// NoSuchOrder is the message for an order number that no order has.
func NoSuchOrder(number string) string {
	return "Object with number=" + number + " does not exist."
}

// NoSuchEvent is the message for the name of an event that there is not.
func NoSuchEvent(name string) string {
	return "Object with name=" + name + " does not exist."
}
