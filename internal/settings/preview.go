package settings

import "storedesk/internal/desk"

// Preview is a store as it would be with other settings, by the names of Settings; nothing
// is kept. Errors: Invalid with fields by those names.
func Preview(st *desk.Store, values map[string]string) (*desk.Store, error) {
	changed := *st
	return &changed, setAll(&changed, values)
}
