package app

import (
	"net/http"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/in/admin"
)

// TestConsentTellsTheTruth: the scopes shown as covering something are those that the
// routes of the API ask for, and no others.
func TestConsentTellsTheTruth(t *testing.T) {
	t.Parallel()
	asked := map[string]bool{"admin:read": true, "admin:write": true}
	for _, r := range admin.Routes() {
		switch {
		case r.Scope == "":
		case r.Method == http.MethodGet:
			asked[r.Scope+":read"] = true
		default:
			asked[r.Scope+":write"] = true
		}
	}
	for _, s := range desk.Scopes {
		if s.Served != asked[s.String()] {
			t.Errorf("%s: shown as served %v, asked for by a route %v", s, s.Served, asked[s.String()])
		}
		delete(asked, s.String())
	}
	for scope := range asked {
		t.Errorf("%s is asked for by a route and is no scope", scope)
	}
}
