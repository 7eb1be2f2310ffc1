package mail

import (
	"regexp"
	"strings"

	"storedesk/internal/desk"
)

// Where replies come to the plain address, the subject names the ticket: [t1a-SIGNATURE].
var marker = regexp.MustCompile(`\s*\[(t[0-9a-z]+(?:-a[0-9a-z]+)?-[a-z2-7]{16})\]`)

// marked is a subject that names its ticket, where the store's addresses cannot.
func marked(st *desk.Store, subject string, ticket, agent int64) string {
	if ticket == 0 || st.Mail.PlusAddress != "no" {
		return subject
	}
	return unmarked(st, subject) + " [" + desk.ReplyToken(st.Mail.Secret, ticket, agent) + "]"
}

// unmarked takes markers of the store from a subject.
func unmarked(st *desk.Store, subject string) string {
	return strings.TrimSpace(marker.ReplaceAllStringFunc(subject, func(found string) string {
		if _, _, ok := desk.ParseReplyToken(st.Mail.Secret, marker.FindStringSubmatch(found)[1]); ok {
			return ""
		}
		return found
	}))
}
