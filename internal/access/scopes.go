package access

import (
	"fmt"
	"slices"
	"strings"
)

// readOnly and readWrite are the resources a scope can name, as the original lists
// them. Some cover parts of a shop that a support desk does not have; they are
// accepted so that a client that asks for them is not turned away.
var (
	readWrite = []string{
		"admin", "carts", "catalogue", "content", "disputes", "exports", "fulfillment_orders", "fulfillment_service",
		"gift_cards", "locations", "metadata", "orders", "subscriptions", "themes", "tickets", "transactions", "users", "webhooks",
	}
	readOnly = []string{"gateways", "store"}
)

// CheckScopes cleans a list of scopes separated by spaces and names those that do not
// exist.
func CheckScopes(text string) ([]string, error) {
	var scopes, unknown []string
	for _, scope := range strings.Fields(text) {
		resource, kind, _ := strings.Cut(scope, ":")
		known := slices.Contains(readWrite, resource) && (kind == "read" || kind == "write") ||
			slices.Contains(readOnly, resource) && kind == "read"
		switch {
		case !known:
			unknown = append(unknown, scope)
		case !slices.Contains(scopes, scope):
			scopes = append(scopes, scope)
		}
	}
	if len(unknown) > 0 {
		return nil, fmt.Errorf("no such scope: %s", strings.Join(unknown, ", "))
	}
	if len(scopes) == 0 {
		return nil, fmt.Errorf("no scope given; for tickets: tickets:read tickets:write")
	}
	return scopes, nil
}
