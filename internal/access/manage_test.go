package access_test

import (
	"errors"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// TestChangesOfOthersAskForProof: making admins and links that open an account needs a
// proof of who one is that is not older than ten minutes; other changes do not.
func TestChangesOfOthersAskForProof(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		bob := b.member(b.st, "bob@one.example", false)
		ada := b.staff(b.st, b.signIn(b.st, "ada@one.example").Cookie)
		b.later(11 * time.Minute)
		ctx, none := t.Context(), access.Visit{}
		for name, c := range map[string]struct {
			do    func(who *desk.Staff) error
			asked bool
		}{
			"inviting an admin": {func(who *desk.Staff) error {
				_, err := b.Invite(ctx, b.st, who, access.NewMember{Email: "new@one.example", Admin: true}, none)
				return err
			}, true},
			"making an admin": {func(who *desk.Staff) error { return b.Change(ctx, b.st, who, bob.ID, true, nil, none) }, true},
			"a reset link": {func(who *desk.Staff) error {
				_, err := b.ResetLink(ctx, b.st, who, bob.ID, none)
				return err
			}, true},
			"inviting an agent": {func(who *desk.Staff) error {
				_, err := b.Invite(ctx, b.st, who, access.NewMember{Email: "agent@one.example"}, none)
				return err
			}, false},
			"what is delicate at this door": {b.Fresh, true},
		} {
			if err := c.do(ada); errors.Is(err, access.ErrConfirm) != c.asked {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.Confirm(ctx, b.st, ada, goodPassword, none); err != nil {
			t.Fatal(err)
		}
		again := b.staff(b.st, b.signIn(b.st, "ada@one.example").Cookie)
		if err := errors.Join(b.Fresh(again), b.Change(ctx, b.st, again, bob.ID, true, nil, none)); err != nil {
			t.Error(err)
		}
	})
}

// TestMembersAreSeenInTheirStore: the time is that of the store asked, and outlives the
// session.
func TestMembersAreSeenInTheirStore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		two := b.store("two.example")
		b.member(b.st, "ada@one.example", true)
		if _, err := b.Create(t.Context(), two, access.NewMember{Email: "ada@one.example", Admin: true}); err != nil {
			t.Fatal(err)
		}
		o := b.signIn(b.st, "ada@one.example")
		ada := b.staff(b.st, o.Cookie)
		b.later(5 * time.Minute)
		b.staff(b.st, o.Cookie)
		seen := b.now
		if err := b.SignOut(t.Context(), b.st, ada, access.Visit{}); err != nil {
			t.Fatal(err)
		}
		for st, want := range map[*desk.Store]desk.Instant{b.st: desk.At(seen), two: 0} {
			list, err := db.Members(t.Context(), st)
			if err != nil || len(list) != 1 || list[0].LastSeenAt != want {
				t.Errorf("%s: %+v %v", st.Name, list, err)
			}
		}
	})
}

func TestAuditLogIsFiltered(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		b.member(b.st, "ada@one.example", true)
		ada := b.staff(b.st, b.signIn(b.st, "ada@one.example").Cookie)
		middle := desk.At(b.now.Add(time.Minute))
		b.later(time.Hour)
		b.signIn(b.st, "ada@one.example")
		group := desk.PermissionGroup{Name: "Leads", Permissions: []desk.Permission{desk.PermissionTickets}}
		id, err := b.SaveGroup(t.Context(), b.st, ada, group, access.Visit{})
		if err == nil {
			err = b.SetGroupMembers(t.Context(), b.st, ada, id, []int64{ada.AccountID}, access.Visit{})
		}
		if err != nil || id == 0 {
			t.Fatal(id, err)
		}
		for name, c := range map[string]struct {
			filter desk.AuditFilter
			want   []string
		}{
			"all":          {desk.AuditFilter{}, []string{"group.member_added", "group.made", "signin.password", "signin.password", "member.added"}},
			"by action":    {desk.AuditFilter{Action: "group.made"}, []string{"group.made"}},
			"by its begin": {desk.AuditFilter{Action: "group."}, []string{"group.member_added", "group.made"}},
			"by who":       {desk.AuditFilter{AccountID: ada.AccountID, Action: "signin."}, []string{"signin.password", "signin.password"}},
			"nobody":       {desk.AuditFilter{AccountID: 99}, nil},
			"before":       {desk.AuditFilter{Span: desk.Span{To: middle}}, []string{"signin.password", "member.added"}},
			"after":        {desk.AuditFilter{Span: desk.Span{From: middle}, Action: "signin."}, []string{"signin.password"}},
		} {
			list, err := b.AuditLog(t.Context(), b.st, ada, c.filter, 0, 10)
			var got []string
			for _, e := range list {
				got = append(got, e.Action)
			}
			if err != nil || len(got) != len(c.want) {
				t.Errorf("%s: %v %v", name, got, err)
				continue
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%s: %v", name, got)
				}
			}
		}
	})
}
