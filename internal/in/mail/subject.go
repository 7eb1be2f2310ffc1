package mail

import (
	"regexp"
	"strings"
	"unicode"

	"storedesk/internal/desk"
)

// Prefixes that programs put before the subject of an answer or a mail passed on, in the
// languages of their users, also counted ("Re[2]:", "AW (2):").
var (
	answered = regexp.MustCompile(`(?i)^\s*(?:re|aw|antw|antwort|sv|vs|rv|ref|res|r|rif|odp|vá|ynt|απ|回复|回覆|答复|返信|답장|ตอบกลับ)\s*(?:[\[(]\d+[\])]|\^\d+)?\s*[:：]`)
	passedOn = regexp.MustCompile(`(?i)^\s*(?:fwd?|wg|weitergeleitet|tr|rv|enc|i|doorst|vb|vl|vidarebefordrat|videresendt|pd|továbbítás|ilt|转发|轉寄|転送|전달|ส่งต่อ)\s*(?:[\[(]\d+[\])])?\s*[:：]`)
	label    = regexp.MustCompile(`^\s*\[[^\[\]]{1,80}\]`)
	marker   = regexp.MustCompile(`(?i)\[#?(t[0-9a-z]{1,13}(?:-a[0-9a-z]{1,13})?-[a-z2-7]{16})\]`)
)

// markerOf finds the signed marker of a ticket in a subject, for stores whose mail server
// does not know plus addresses.
func markerOf(secret, subject string) (ticket, agent int64, ok bool) {
	for _, m := range marker.FindAllStringSubmatch(subject, 5) {
		if ticket, agent, ok = desk.ParseReplyToken(secret, m[1]); ok {
			return ticket, agent, true
		}
	}
	return 0, 0, false
}

// topic is a subject without what programs and lists put around it, in lower case.
func topic(subject string) string {
	s := marker.ReplaceAllString(subject, " ")
	for {
		cut := s
		for _, re := range []*regexp.Regexp{answered, passedOn, label} {
			cut = re.ReplaceAllString(cut, "")
		}
		if cut == s {
			return strings.ToLower(strings.Join(strings.Fields(s), " "))
		}
		s = cut
	}
}

// forwarded tells that the subject is that of a mail passed on.
func forwarded(subject string) bool { return passedOn.MatchString(subject) }

// otherTopic tells that two subjects have not one longer word in common: somebody took an
// old mail to write about something new.
func otherTopic(a, b string) bool {
	a, b = topic(a), topic(b)
	if a == "" || b == "" || strings.Contains(a, b) || strings.Contains(b, a) {
		return false
	}
	words := func(s string) []string {
		return strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	}
	known := map[string]bool{}
	for _, w := range words(a) {
		known[w] = true
	}
	for _, w := range words(b) {
		if known[w] && len([]rune(w)) > 3 {
			return false
		}
	}
	return true
}

// maxSubject is the longest subject of a ticket made of a mail, in characters.
const maxSubject = 500

// subjectOf is what a new ticket is called.
func subjectOf(subject string) string {
	subject = strings.Join(strings.Fields(marker.ReplaceAllString(clean(subject), " ")), " ")
	if runes := []rune(subject); len(runes) > maxSubject {
		subject = string(runes[:maxSubject-1]) + "…"
	}
	if subject == "" {
		return "(no subject)"
	}
	return subject
}

// clean makes a text one that both databases keep.
func clean(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\ufffd")
}
