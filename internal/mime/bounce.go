package mime

import (
	"regexp"
	"slices"
	"strings"
)

// bounceForm is a report that some program writes as text alone.
type bounceForm struct {
	opening *regexp.Regexp // what tells the form
	// recipient finds the address in its first group. What follows up to the
	// next empty line or recipient is the reason.
	recipient *regexp.Regexp
	original  *regexp.Regexp // begins the message that came back; may be nil
}

var bounceForms = []bounceForm{
	{ // qmail, and what forwards in its manner (cr.yp.to/proto/qsbmf.txt)
		opening:   regexp.MustCompile(`(?m)^\s*Hi\. (This is|The)\b`),
		recipient: regexp.MustCompile(`(?m)^<([^<>\s]+@[^<>\s]+)>:[ \t]*$`),
		original:  regexp.MustCompile(`(?m)^-+ (Below this line is a copy of the message|Undelivered message follows).*$`),
	},
	{ // Postfix
		opening:   regexp.MustCompile(`(?i)This is the (mail system|Postfix program) at host`),
		recipient: regexp.MustCompile(`(?m)^<([^<>\s]+@[^<>\s]+)>(?: \(expanded from [^)]*\))?:`),
		original:  regexp.MustCompile(`(?m)^-+ (Undelivered Message|Message header).*$`),
	},
	{ // Exim
		opening:   regexp.MustCompile(`(?i)This message was created automatically by mail delivery software`),
		recipient: regexp.MustCompile(`(?m)^[ \t]+<?([^<>\s:]+@[^<>\s:]+)>?:?[ \t]*$`),
		original:  regexp.MustCompile(`(?m)^-+ This is a copy of (the|your) message.*$`),
	},
	{ // Exchange
		opening:   regexp.MustCompile(`(?i)Your message did not reach some or all of the intended recipients`),
		recipient: regexp.MustCompile(`(?m)^[ \t]*['"<]?([^'"<>\s]+@[^'"<>\s]+?)['">]?[ \t]+on [^\n]*:[0-9][0-9][^\n]*$`),
	},
	{ // sendmail
		opening:   regexp.MustCompile(`(?i)-+ The following addresses had (permanent fatal errors|transient non-fatal errors|delivery problems)`),
		recipient: regexp.MustCompile(`(?m)^[ \t]*<([^<>\s]+@[^<>\s]+)>`),
		original:  regexp.MustCompile(`(?m)^[ \t]*-+ (Original message|Message header) follows.*$`),
	},
}

// maxReason is how much of a text counts as the reason for one recipient.
const maxReason = 1000

// fromText reads a report that is written for people. It is believed only
// from a mail system, for people quote such texts.
func (r *Report) fromText(m *Message) {
	failed := m.failedRecipients()
	if len(failed) == 0 && !m.fromMailSystem() {
		return
	}
	text := cutText(m.Text, maxReport)
	i := slices.IndexFunc(bounceForms, func(f bounceForm) bool { return f.opening.MatchString(text) })
	if i >= 0 {
		text = r.cutOriginal(text, bounceForms[i].original)
		r.fromForm(text, bounceForms[i].recipient)
	}
	for _, addr := range failed {
		known := func(rec Recipient) bool { return strings.EqualFold(rec.Final, addr) }
		if !slices.ContainsFunc(r.Recipients, known) {
			r.addText(addr, text)
		}
	}
}

// failedRecipients are those that Exim and Gmail name in the header.
func (m *Message) failedRecipients() []string {
	var failed []string
	for _, a := range m.Header.Addresses("X-Failed-Recipients") {
		if a.Addr != "" {
			failed = append(failed, a.Addr)
		}
	}
	return failed
}

func (m *Message) fromMailSystem() bool {
	if m.NullSender() {
		return true
	}
	for _, a := range slices.Concat(m.From, m.Sender) {
		local, _, _ := strings.Cut(strings.ToLower(a.Addr), "@")
		if local == "mailer-daemon" || local == "postmaster" || strings.HasPrefix(local, "microsoftexchange") {
			return true
		}
	}
	return false
}

// cutOriginal takes the message that came back off the text.
func (r *Report) cutOriginal(text string, begins *regexp.Regexp) string {
	if begins == nil {
		return text
	}
	at := begins.FindStringIndex(text)
	if at == nil {
		return text
	}
	if len(r.Original.fields) == 0 {
		returned := strings.TrimPrefix(strings.TrimLeft(text[at[1]:], "\n"), "--- ")
		if groups, err := fieldGroups(strings.NewReader(returned)); err == nil {
			for _, h := range groups {
				if h.Has("Message-ID") || h.Has("From") {
					r.Original = h
					break
				}
			}
		}
	}
	return text[:at[0]]
}

// fromForm takes each recipient and what the text says below.
func (r *Report) fromForm(text string, recipient *regexp.Regexp) {
	found := recipient.FindAllStringSubmatchIndex(text, maxRecipients)
	for i, at := range found {
		end := len(text)
		if i+1 < len(found) {
			end = found[i+1][0]
		}
		reason := text[at[1]:end]
		if stop := strings.Index(strings.TrimLeft(reason, " \t\n"), "\n\n"); stop >= 0 {
			reason = reason[:stop+len(reason)-len(strings.TrimLeft(reason, " \t\n"))]
		}
		r.addText(text[at[2]:at[3]], reason)
	}
}

func (r *Report) addText(addr, reason string) {
	reason = cutText(reason, maxReason)
	rec := Recipient{Final: oneLine(addr), Status: statusIn(reason), Diagnostic: oneLine(reason)}
	rec.Action = actionOf(rec.Status)
	r.add(rec)
}

var (
	enhancedStatus = regexp.MustCompile(`(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?$|\. )`)
	plainStatus    = regexp.MustCompile(`(?:^|[^\d.])([45])\d\d[ -]`)
)

// statusIn finds a status in a text: one of RFC 3463, or the class of a reply
// code of SMTP.
func statusIn(text string) string {
	if m := enhancedStatus.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	if m := plainStatus.FindStringSubmatch(text); m != nil {
		return m[1] + ".0.0"
	}
	return ""
}
