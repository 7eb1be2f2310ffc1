package desk_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
)

func TestClosings(t *testing.T) {
	t.Parallel()
	solved, idle := desk.Closing{Rule: desk.CloseSolved, Days: 4}, desk.Closing{Rule: desk.CloseIdle, Days: 183}
	for name, c := range map[string]struct {
		set  desk.MailSettings
		want []desk.Closing
	}{
		"as the program brings them": {desk.MailSettings{}, []desk.Closing{solved, idle}},
		"changed":                    {desk.MailSettings{CloseSolvedDays: 1, CloseIdleDays: 30}, []desk.Closing{{desk.CloseSolved, 1}, {desk.CloseIdle, 30}}},
		"one switched off":           {desk.MailSettings{CloseSolvedDays: -1}, []desk.Closing{idle}},
		"both switched off":          {desk.MailSettings{CloseSolvedDays: -1, CloseIdleDays: -1}, nil},
	} {
		if diff := cmp.Diff(c.want, c.set.Closings()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestTicketsCloseByTheirTimes(t *testing.T) {
	t.Parallel()
	now := desk.At(time.Date(2026, 3, 10, 12, 0, 0, 0, time.UTC))
	ago := func(d time.Duration) desk.Instant { return now - desk.Instant(d/time.Microsecond) }
	const day = 24 * time.Hour
	solved, idle := desk.Closing{Rule: desk.CloseSolved, Days: 4}, desk.Closing{Rule: desk.CloseIdle, Days: 183}
	for name, c := range map[string]struct {
		rule desk.Closing
		t    desk.Ticket
		want bool
	}{
		"solved for four days":                {solved, desk.Ticket{Status: desk.StatusSolved, SolvedAt: ago(4 * day)}, true},
		"solved for less":                     {solved, desk.Ticket{Status: desk.StatusSolved, SolvedAt: ago(4*day) + 1}, false},
		"commented on since":                  {solved, desk.Ticket{Status: desk.StatusSolved, SolvedAt: ago(5 * day), UpdatedAt: ago(day)}, true},
		"taken up again":                      {solved, desk.Ticket{Status: desk.StatusOpen, SolvedAt: ago(9 * day)}, false},
		"closed already":                      {solved, desk.Ticket{Status: desk.StatusClosed, SolvedAt: ago(9 * day)}, false},
		"nobody knows when it was solved":     {solved, desk.Ticket{Status: desk.StatusSolved, UpdatedAt: ago(9 * day)}, false},
		"idle for long":                       {idle, desk.Ticket{Status: desk.StatusOpen, UpdatedAt: ago(183 * day)}, true},
		"idle for less":                       {idle, desk.Ticket{Status: desk.StatusNew, UpdatedAt: ago(182 * day)}, false},
		"solved and idle, where solved stays": {idle, desk.Ticket{Status: desk.StatusSolved, UpdatedAt: ago(200 * day)}, true},
		"closed and idle":                     {idle, desk.Ticket{Status: desk.StatusClosed, UpdatedAt: ago(200 * day)}, false},
	} {
		if got := c.rule.Closes(&c.t, now); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestClosingSaysWhy(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]desk.Closing{
		"closed by rule: solved for 4 days":        {Rule: desk.CloseSolved, Days: 4},
		"closed by rule: solved for 1 day":         {Rule: desk.CloseSolved, Days: 1},
		"closed by rule: no activity for 183 days": {Rule: desk.CloseIdle, Days: 183},
	} {
		if got := c.Reason(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
