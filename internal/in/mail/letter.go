package mail

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"storedesk/internal/desk"
	"storedesk/internal/mime"
)

// letter is a message with all that it says of itself.
type letter struct {
	in     desk.Inbound
	msg    *mime.Message
	report *mime.Report // nil: no notice about a delivery
	// from is who wrote it, as far as it says; from.Addr is "" when it does not, and else
	// an address that a ticket may hold.
	from mime.Address
	// sure tells that From names exactly one address: only then can it be somebody's word.
	sure bool
	// automatic is why no person wrote it; "" when one did.
	automatic string
}

// read takes a message apart. The only errors are those of its source.
func read(raw *spooled, in desk.Inbound) (*letter, error) {
	msg, err := mime.Read(raw, raw.size)
	if err != nil {
		return nil, err
	}
	report, err := msg.Report()
	if err != nil {
		return nil, err
	}
	l := &letter{in: in, msg: msg, report: report}
	l.from, l.sure = writer(msg, in)
	l.automatic = automatic(l)
	return l, nil
}

// writer finds who wrote a message. Several addresses in From are one writer too many for
// anybody to vouch for (RFC 7489 section 6.6.1); the one of Sender then acts for all
// (RFC 5322 section 3.6.2).
func writer(msg *mime.Message, in desk.Inbound) (from mime.Address, sure bool) {
	list := slices.DeleteFunc(slices.Clone(msg.From), func(a mime.Address) bool { return !valid(a.Addr) })
	switch {
	case len(list) == 1:
		return list[0], len(msg.From) == 1 && len(msg.Header.Values("From")) == 1
	case len(list) > 1:
		for _, s := range msg.Sender {
			if i := slices.IndexFunc(list, func(a mime.Address) bool { return same(a.Addr, s.Addr) }); i >= 0 {
				return list[i], false
			}
		}
		return list[0], false
	}
	for _, a := range append(slices.Clone(msg.Sender), mime.Address{Addr: in.EnvelopeFrom}) {
		if valid(a.Addr) {
			return a, false
		}
	}
	return mime.Address{}, false
}

// valid tells whether an address can be written to, and is compared as what it is: folding
// makes an i of ı, so the one domain would pass for the other (Unicode TR 36 section 2.10).
func valid(address string) bool {
	_, err := desk.EmailKey(address)
	disguised := strings.ContainsFunc(address, func(r rune) bool { return r > unicode.MaxASCII && unicode.ToUpper(r) <= unicode.MaxASCII })
	return err == nil && !disguised && address == strings.TrimSpace(address)
}

func same(a, b string) bool { return desk.Fold(a) == desk.Fold(b) }

// recipients are all addresses that the message went to, as its header and its envelope
// say: servers and lists keep one or the other.
func (l *letter) recipients() []string {
	list := slices.Clone(l.in.Recipients)
	for _, name := range []string{"To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"} {
		for _, a := range l.msg.Header.Addresses(name) {
			list = append(list, a.Addr)
		}
	}
	return list
}

// answerTo is where an answer to the message would go.
func (l *letter) answerTo() string {
	for _, a := range l.msg.ReplyTo {
		if valid(a.Addr) {
			return a.Addr
		}
	}
	return l.from.Addr
}

// named is the writer in words.
func (l *letter) named() string { return cmp.Or(l.from.Addr, "nobody named") }
