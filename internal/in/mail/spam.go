package mail

import (
	"context"
	"fmt"
	"strings"
)

// gtube is the text that stands for spam in tests (spamassassin.apache.org/gtube).
const gtube = "XJS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X"

// findSpam finds out whether the message is to be held. What a person let in is not judged
// again. An answer that proves it saw our mail is held only for its sender.
func (h *Handler) findSpam(ctx context.Context, f *facts) (err error) {
	if f.rule, err = h.DB.SenderRule(ctx, f.st, f.letter.from.Addr); err != nil {
		return err
	}
	if f.release || f.rule == "allow" {
		return nil
	}
	if f.spam = blocked(f); f.spam != "" {
		return nil
	}
	if p := f.home(); p != nil && p.proof {
		return nil
	}
	if f.spam = suspected(f.letter); f.spam == "" && h.Spam != nil && f.ours == "" && f.bounce == nil && f.twin == nil {
		f.spam = h.Spam.Judge(ctx, f.mail.Inbound, f.raw.all(), f.raw.size)
	}
	return nil
}

// blocked tells that the sender is not let in: the store, or the domain that the sender
// claims, does not want it.
func blocked(f *facts) string {
	if f.rule == "block" {
		return "the store blocks " + f.letter.named()
	}
	if f.auth.DMARC == failed && (f.auth.Policy == "reject" || f.auth.Policy == "quarantine") { // RFC 7489 section 6.3
		domain := f.letter.from.Addr[strings.LastIndexByte(f.letter.from.Addr, '@')+1:]
		return fmt.Sprintf("it is not from %s, whose policy is to %s such mail (DMARC)", domain, f.auth.Policy)
	}
	return ""
}

// suspected reads what a filter before us has written, and the text that tests one.
func suspected(l *letter) string {
	h := l.msg.Header
	switch {
	case keyword(h.Get("X-Spam-Flag")) == "yes":
		return "a filter before us marked it (X-Spam-Flag)"
	case keyword(h.Get("X-Spam-Status")) == "yes":
		return "a filter before us marked it (X-Spam-Status)"
	case keyword(h.Get("X-Spam")) == "yes":
		return "a filter before us marked it (X-Spam)"
	case strings.Contains(l.msg.Text, gtube) || strings.Contains(l.msg.HTML, gtube):
		return "it is the test mail for spam filters (GTUBE)"
	}
	return ""
}
