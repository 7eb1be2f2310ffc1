package desk

import "encoding/json"

// Automatic tells that no program may answer the message: a program wrote it, or there is
// too much of it.
func (m *Mail) Automatic() bool {
	var auth struct {
		Automatic bool `json:"automatic"`
	}
	return json.Unmarshal([]byte(m.Auth), &auth) == nil && auth.Automatic
}
