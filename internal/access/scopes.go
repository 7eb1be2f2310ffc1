package access

import (
	"fmt"
	"strings"

	"storedesk/internal/desk"
)

// CheckScopes cleans a list of scopes separated by spaces and names those that do not
// exist.
func CheckScopes(text string) ([]string, error) {
	scopes, unknown := desk.SplitScopes(text)
	if len(unknown) > 0 {
		return nil, fmt.Errorf("no such scope: %s", strings.Join(unknown, ", "))
	}
	if len(scopes) == 0 {
		return nil, fmt.Errorf("no scope given; for tickets: tickets:read tickets:write")
	}
	return scopes, nil
}
