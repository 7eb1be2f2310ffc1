package imap

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/mime"
)

// message is one of a folder.
type message struct {
	uid  uint32
	size int64 // as the server says
	key  string
}

// maxPeek is how much of a message is looked at for its envelope, in bytes.
const maxPeek = 64 << 10

// errLarge is why the header of a message is taken alone.
var errLarge = errors.New("the message is too large")

// take hands a message to the ledger. Of one that is too large only the header is kept.
func (r *poll) take(ctx context.Context, s *session, m *message) error {
	large := m.size > r.maxSize()
	if !large {
		err := s.fetch(m.uid, false, func(body io.Reader, size int64) error {
			if m.size = size; size > r.maxSize() { // the server was mistaken before
				return errLarge
			}
			peek := bufio.NewReaderSize(body, maxPeek)
			_, _, err := r.Mail.Receive(ctx, r.st, r.inbound(m, peek), peek)
			return err
		})
		if large = errors.Is(err, errLarge); !large {
			return r.taken(err)
		}
	}
	reason := fmt.Sprintf("The message has %d MB, more than the %d MB that are taken. It is still in the folder %s, with UID %d.",
		m.size>>20, r.maxSize()>>20, r.box.Folder, m.uid)
	return r.taken(s.fetch(m.uid, true, func(header io.Reader, _ int64) error {
		peek := bufio.NewReaderSize(header, maxPeek)
		_, _, err := r.Mail.Refuse(ctx, r.st, r.inbound(m, peek), peek, reason)
		return err
	}))
}

func (r *poll) taken(err error) error {
	if err == nil {
		r.box.LastMailAt = desk.At(r.Now())
	}
	return err
}

// inbound says how a message came. IMAP has no envelope: it is what the server that
// delivered the message wrote down, and else what the sender says.
func (r *poll) inbound(m *message, peek *bufio.Reader) desk.Inbound {
	in := desk.Inbound{Source: r.box.MailboxSource(), SourceKey: m.key}
	start, _ := peek.Peek(maxPeek) // what is wrong with the source shows when it is read
	head, err := mime.Read(bytes.NewReader(start), int64(len(start)))
	if err != nil {
		return in
	}
	in.EnvelopeFrom = envelopeFrom(head)
	for _, name := range []string{"Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"} {
		for _, a := range head.Header.Addresses(name) {
			in.Recipients = append(in.Recipients, a.Addr)
		}
	}
	if len(in.Recipients) == 0 && strings.Contains(r.box.Username, "@") {
		in.Recipients = []string{r.box.Username}
	}
	if len(in.Recipients) > maxRecipients {
		in.Recipients = in.Recipients[:maxRecipients]
	}
	return in
}

const maxRecipients = 20

// envelopeFrom is "" only for a message that says it has the null sender: without a
// Return-Path nobody knows, and such a message is no bounce for that.
func envelopeFrom(m *mime.Message) string {
	if m.NullSender() {
		return ""
	}
	lists := [][]mime.Address{m.Header.Addresses("Return-Path"), m.Sender, m.From}
	for _, list := range lists {
		if len(list) > 0 && list[0].Addr != "" {
			return list[0].Addr
		}
	}
	return unknownSender
}

// unknownSender stands for a sender that a message does not name (RFC 6761: no mail goes there).
const unknownSender = "unknown@invalid"
