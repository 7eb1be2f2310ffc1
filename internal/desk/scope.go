package desk

import (
	"slices"
	"strings"
)

// Scope is something a token may do, such as tickets:read.
type Scope struct {
	Resource string // "tickets"
	Kind     string // "read" or "write"
	Served   bool   // false: it covers a part of a shop that this program does not have
}

func (s Scope) String() string { return s.Resource + ":" + s.Kind }

// Scopes lists every scope there is, by name: those of the original's page of
// permissions, and store:read of its contract. Those that are not served are accepted,
// so that an app that asks for them works, and shown as covering nothing here.
var Scopes = listScopes()

func listScopes() []Scope {
	served := []string{"admin", "catalogue", "orders", "tickets", "users", "webhooks"}
	writable := []string{
		"admin", "carts", "catalogue", "content", "disputes", "exports", "fulfillment_orders", "fulfillment_service",
		"gift_cards", "locations", "metadata", "orders", "subscriptions", "themes", "tickets", "transactions", "users", "webhooks",
	}
	var list []Scope
	for _, resource := range writable {
		here := slices.Contains(served, resource)
		reading := Scope{resource, "read", here}
		// Orders and products come from the shop: there is nothing to write to them here.
		writing := Scope{resource, "write", here && resource != "orders" && resource != "catalogue"}
		list = append(list, reading, writing)
	}
	list = append(list, Scope{"gateways", "read", false}, Scope{"store", "read", false})
	slices.SortFunc(list, func(a, b Scope) int { return strings.Compare(a.String(), b.String()) })
	return list
}

// FindScope returns the scope of a name.
func FindScope(name string) (Scope, bool) {
	at := slices.IndexFunc(Scopes, func(s Scope) bool { return s.String() == name })
	if at < 0 {
		return Scope{}, false
	}
	return Scopes[at], true
}

// SplitScopes reads a list of scopes (RFC 6749, section 3.3): names separated by
// spaces, in any order. Doubles are dropped; unknown holds the names that are no scope.
func SplitScopes(text string) (scopes, unknown []string) {
	for _, name := range strings.Fields(text) {
		_, ok := FindScope(name)
		switch {
		case !ok:
			unknown = append(unknown, name)
		case !slices.Contains(scopes, name):
			scopes = append(scopes, name)
		}
	}
	return scopes, unknown
}

// Within tells whether every one of the scopes asked for is among those allowed. Names
// are compared as they are: admin:read does not stand for the others here, so that a
// consent page never says less than what is given.
func Within(asked, allowed []string) bool {
	for _, scope := range asked {
		if !slices.Contains(allowed, scope) {
			return false
		}
	}
	return true
}
