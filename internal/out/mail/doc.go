// Package mail brings what a store says to people: public comments to the customer, and
// notifications to customers and agents.
//
//	event ──► mail-event: which mails follow? ──► outbox row, bytes, Message-ID ──► mail-send
//	             │ composed of wire.CustomerTicket alone   │ one transaction            │
//	             └ recipients, templates                   └ with the end of the job    └► relay or MX
//
// A mail is composed once; its bytes and its Message-ID never change. Each recipient has a
// state. A recipient is marked as being handed over before the first byte of the mail
// leaves, so that a crash never leads to a second copy: what has no answer stays uncertain
// until a person decides.
package mail
