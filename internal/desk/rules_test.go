package desk

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func ptr[T any](v T) *T { return &v }

func TestNewTicketHasTheContractsDefaults(t *testing.T) {
	t.Parallel()
	got := Open(&TicketInput{}, Known{}, ChannelAPI, 1000)
	want := &Ticket{Priority: PriorityMedium, Status: StatusNew, Channel: ChannelAPI, CreatedAt: 1000, UpdatedAt: 1000}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestApplySaysWhatChanged(t *testing.T) {
	t.Parallel()
	known := Known{Tags: map[string]int64{"late": 7, "vip": 2}}
	for name, c := range map[string]struct {
		before Ticket
		in     TicketInput
		want   []Change
	}{
		"nothing asked": {Ticket{Subject: "a"}, TicketInput{}, nil},
		"same values": {
			Ticket{Subject: "a", Products: []int64{1, 2}, Tags: []Tag{{2, "vip"}}, Status: StatusOpen},
			TicketInput{Subject: ptr("a"), Products: ptr([]int64{2, 1, 2}), Tags: ptr([]string{"vip", "vip"}), Status: ptr(StatusOpen)},
			nil,
		},
		"texts and references": {
			Ticket{Subject: "a", RequesterID: 3, Order: "100"},
			TicketInput{Subject: ptr("b"), RequesterID: ptr(int64(0)), AssigneeID: ptr(int64(5)), Order: ptr("")},
			[]Change{{"subject", "a", "b"}, {"requester", int64(3), nil}, {"assignee", nil, int64(5)}, {"order", "100", nil}},
		},
		"tags stand by id": {
			Ticket{},
			TicketInput{Tags: ptr([]string{"late", "vip"})},
			[]Change{{"tags", []string{}, []string{"vip", "late"}}},
		},
		"null and empty differ": {
			Ticket{FromEmail: nil},
			TicketInput{FromEmail: &Text{ptr("")}},
			[]Change{{"from_email", (*string)(nil), ptr("")}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ticket := c.before
			if diff := cmp.Diff(c.want, ticket.Apply(&c.in, known, 50)); diff != "" {
				t.Error(diff)
			}
			if ticket.UpdatedAt != 50 {
				t.Error("every write moves updated_at")
			}
		})
	}
}

func TestSolvedAndClosedAreTheMomentsItBecameSo(t *testing.T) {
	t.Parallel()
	ticket := &Ticket{Status: StatusNew}
	for _, step := range []struct {
		at             Instant
		to             Status
		solved, closed Instant
	}{
		{10, StatusOpen, 0, 0},
		{20, StatusSolved, 20, 0},
		{30, StatusSolved, 20, 0},
		{40, StatusClosed, 20, 40},
		{50, StatusClosed, 20, 40},
		{60, StatusSolved, 20, 0},
		{70, StatusPending, 0, 0},
		{80, StatusClosed, 80, 80},
		{90, StatusNew, 0, 0},
	} {
		ticket.Apply(&TicketInput{Status: &step.to}, Known{}, step.at)
		if ticket.SolvedAt != step.solved || ticket.ClosedAt != step.closed {
			t.Errorf("%s at %d: solved %d, closed %d; want %d, %d", step.to, step.at, ticket.SolvedAt, ticket.ClosedAt, step.solved, step.closed)
		}
	}
}

func TestOnlyPublicCommentsOfAgentsAreTouches(t *testing.T) {
	t.Parallel()
	ticket := &Ticket{}
	for _, step := range []struct {
		at              Instant
		public, byAgent bool
		first           Instant
		touches         int64
	}{
		{1, true, false, 0, 0},  // the customer
		{2, false, true, 0, 0},  // an internal note
		{3, true, true, 3, 1},   // the first reply
		{4, true, true, 3, 2},   // another
		{5, false, false, 3, 2}, // a program's note
	} {
		ticket.Touched(&Comment{CreatedAt: step.at, Public: step.public}, step.byAgent)
		if ticket.FirstReplyAt != step.first || ticket.AgentTouches != step.touches || ticket.UpdatedAt != step.at {
			t.Errorf("after %+v: %+v", step, ticket)
		}
	}
}

func TestCustomerReply(t *testing.T) {
	t.Parallel()
	want := map[Status]CustomerReply{
		StatusNew: ReplyAdds, StatusOpen: ReplyAdds, StatusPending: ReplyReopens, StatusSolved: ReplyReopens, StatusClosed: ReplyFollows,
	}
	for _, s := range Statuses {
		if got := OnCustomerReply(s); got != want[s] {
			t.Errorf("%s: %d, want %d", s, got, want[s])
		}
	}
}

func TestMissingNamesEachReferenceOnce(t *testing.T) {
	t.Parallel()
	in := &TicketInput{
		TypeID: ptr(int64(9)), RequesterID: ptr(int64(1)), AssigneeID: ptr(int64(0)), Order: ptr("x"), Products: ptr([]int64{1, 8, 9}),
		Comment: &CommentInput{AuthorID: 5, Attachments: []int64{3, 4}},
	}
	got := in.Missing(Known{
		Users: map[int64]Person{1: {}}, Products: map[int64]bool{1: true}, Attachments: map[int64]Attachment{3: {}},
	})
	want := Fields{
		"ticket_type":         {`Invalid pk "9" - object does not exist.`},
		"order":               {"Object with number=x does not exist."},
		"products":            {`Invalid pk "8" - object does not exist.`},
		"comment.author":      {`Invalid pk "5" - object does not exist.`},
		"comment.attachments": {`Invalid pk "4" - object does not exist.`},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
