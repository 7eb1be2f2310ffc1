package desk

// MailFilter selects rows of the ledger; its parts combine with AND, a zero part selects
// everything.
type MailFilter struct {
	Fate     Fate
	From     string // address of the header, any case
	TicketID int64
}

// Fates are all fates of messages.
var Fates = []Fate{
	MailWaiting, MailTicket, MailComment, MailFollowUp, MailBounce, MailHeld, MailSuppressed, MailDuplicate, MailFailed, MailReleased,
}
