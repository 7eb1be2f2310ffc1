package desk

import (
	"cmp"
	"fmt"
	"time"
)

// Closing is a rule by which tickets close by themselves.
type Closing struct {
	Rule ClosingRule
	Days int // since then; always positive
}

// ClosingRule says which tickets a Closing is about.
type ClosingRule string

// The rules.
const (
	CloseSolved ClosingRule = "solved" // solved, counted from when they last became so
	CloseIdle   ClosingRule = "idle"   // in any status but closed, counted from their last change
)

// Closings are the rules of a store by which tickets close; a rule that it has switched
// off is not among them.
func (m *MailSettings) Closings() []Closing {
	var list []Closing
	for _, c := range []Closing{
		{CloseSolved, cmp.Or(m.CloseSolvedDays, DefaultCloseSolvedDays)},
		{CloseIdle, cmp.Or(m.CloseIdleDays, DefaultCloseIdleDays)},
	} {
		if c.Days > 0 {
			list = append(list, c)
		}
	}
	return list
}

// Until is the latest moment that a ticket's time may be of for it to close now. A day
// is 24 hours.
func (c Closing) Until(now Instant) Instant {
	return now - Instant(c.Days)*Instant(24*time.Hour/time.Microsecond)
}

// Closes tells whether a ticket is to be closed now. One without the time that the rule
// counts from is not.
func (c Closing) Closes(t *Ticket, now Instant) bool {
	since := t.UpdatedAt
	switch {
	case t.Status == StatusClosed:
		return false
	case c.Rule == CloseSolved && t.Status != StatusSolved:
		return false
	case c.Rule == CloseSolved:
		since = t.SolvedAt
	}
	return since > 0 && since <= c.Until(now)
}

// Reason says why a ticket was closed, for its history.
func (c Closing) Reason() string {
	days := "1 day"
	if c.Days != 1 {
		days = fmt.Sprintf("%d days", c.Days)
	}
	if c.Rule == CloseSolved {
		return "closed by rule: solved for " + days
	}
	return "closed by rule: no activity for " + days
}
