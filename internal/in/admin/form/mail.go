package form

import "storedesk/internal/desk"

// MailFilter reads the filters of the list of mail.
func MailFilter(q Values) (*desk.MailFilter, desk.Fields) {
	r := &filterReader{q: q, fields: desk.Fields{}}
	return &desk.MailFilter{
		Fate:     oneChoice(r, "fate", desk.Fates),
		From:     r.text("from"),
		TicketID: r.whole("ticket", 0, 1, maxID),
	}, r.fields
}

// MailRemote tells whether a view of a message is asked to load images from elsewhere.
func MailRemote(q Values) bool {
	r := &filterReader{q: q, fields: desk.Fields{}}
	remote := r.boolean("remote")
	return remote != nil && *remote
}
