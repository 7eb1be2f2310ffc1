package access_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"storedesk/internal/access"
	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// secretOf is what a link's path holds.
func secretOf(path string) string {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	return parts[len(parts)-1]
}

func (b *bench) saveGroup(ctx context.Context, st *desk.Store, who *desk.Staff, g desk.PermissionGroup, v access.Visit) error {
	_, err := b.SaveGroup(ctx, st, who, g, v)
	return err
}

func (b *bench) setupLink() string {
	b.t.Helper()
	path, err := b.SetupLink(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return path
}

func TestSetupWorksOnceAndOnlyBeforeAnyAdmin(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		first, second := secretOf(b.setupLink()), secretOf(b.setupLink())
		in := access.NewMember{Email: "ada@one.example", Name: "Ada", Password: goodPassword}
		var group sync.WaitGroup
		results := make([]error, 2)
		for i, secret := range []string{first, second} {
			group.Go(func() {
				in := in
				in.Email = []string{"ada@one.example", "eve@one.example"}[i]
				_, results[i] = b.Setup(t.Context(), b.st, secret, in, access.Visit{})
			})
		}
		group.Wait()
		if (results[0] == nil) == (results[1] == nil) {
			t.Fatalf("of two at once: %v, %v", results[0], results[1])
		}
		for _, secret := range []string{first, second, "", "x"} {
			if _, err := b.Link(t.Context(), b.st, desk.LinkSetup, secret); desk.CodeOf(err) != desk.NotFound {
				t.Errorf("link %q: %v", secret, err)
			}
			if _, err := b.Setup(t.Context(), b.st, secret, in, access.Visit{}); desk.CodeOf(err) != desk.NotFound {
				t.Errorf("link %q: %v", secret, err)
			}
		}
		if path := b.setupLink(); path != "" {
			t.Errorf("another link: %s", path)
		}
	})
}

// TestLinksLifeAndKind is the class "token life" for links: used, expired, of another
// kind, of another store, blank, changed.
func TestLinksLifeAndKind(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		two := b.store("two.example")
		ada := b.member(b.st, "ada@one.example", true)
		invite := func() string {
			path, err := b.Invite(t.Context(), b.st, nil, access.NewMember{Email: "new@one.example"}, access.Visit{})
			if err != nil {
				t.Fatal(err)
			}
			return secretOf(path)
		}
		reset := func() string {
			path, err := b.ResetLink(t.Context(), b.st, nil, ada.ID, access.Visit{})
			if err != nil {
				t.Fatal(err)
			}
			return secretOf(path)
		}
		accept := func(st *desk.Store, secret string) error {
			_, err := b.AcceptNew(t.Context(), st, secret, "New", goodPassword, access.Visit{})
			return err
		}
		setPassword := func(st *desk.Store, secret string) error {
			_, err := b.Reset(t.Context(), st, secret, goodPassword, access.Visit{})
			return err
		}
		old := invite()
		invitation, resetting := invite(), reset()
		for name, refuse := range map[string]func() error{
			"invitation replaced by a later one": func() error { return accept(b.st, old) },
			"invitation in another store":        func() error { return accept(two, invitation) },
			"reset as invitation":                func() error { return accept(b.st, resetting) },
			"invitation as reset":                func() error { return setPassword(b.st, invitation) },
			"reset in another store":             func() error { return setPassword(two, resetting) },
			"blank":                              func() error { return setPassword(b.st, "") },
			"space":                              func() error { return setPassword(b.st, "%20") },
			"cut":                                func() error { return setPassword(b.st, resetting[1:]) },
			"other case":                         func() error { return setPassword(b.st, strings.ToLower(resetting)) },
		} {
			if err := refuse(); desk.CodeOf(err) != desk.NotFound {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := accept(b.st, invitation); err != nil {
			t.Error(err)
		}
		if err := setPassword(b.st, resetting); err != nil {
			t.Error(err)
		}
		for name, again := range map[string]error{"invitation": accept(b.st, invitation), "reset": setPassword(b.st, resetting)} {
			if desk.CodeOf(again) != desk.NotFound {
				t.Errorf("%s used twice: %v", name, again)
			}
		}
		late := reset()
		b.later(24*time.Hour + time.Second)
		if err := setPassword(b.st, late); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("expired: %v", err)
		}
	})
}

func TestResetEndsSessionsAndKeepsSecondFactor(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		ada := b.member(b.st, "ada@one.example", true)
		o := b.signIn(b.st, "ada@one.example")
		b.enrol(o.Cookie)
		path, err := b.ResetLink(t.Context(), b.st, nil, ada.ID, access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		after, err := b.Reset(t.Context(), b.st, secretOf(path), "another lamp entirely", access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Session(t.Context(), b.st, o.Cookie); !errors.Is(err, access.ErrSignedOut) {
			t.Errorf("the old session: %v", err)
		}
		if _, err := b.Session(t.Context(), b.st, after.Cookie); !errors.Is(err, access.ErrSecondFactor) || !after.Pending {
			t.Errorf("the new session: %v", err)
		}
		if _, err := b.SignIn(t.Context(), b.st, "ada@one.example", goodPassword, access.Visit{}); !errors.Is(err, access.ErrWrongSignIn) {
			t.Errorf("the old password: %v", err)
		}
	})
}

// TestNobodyGivesWhatTheyDoNotHave is the class "object-level authorisation" for staff:
// who may change whom, and give what.
func TestNobodyGivesWhatTheyDoNotHave(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		two := b.store("two.example")
		admin := b.member(b.st, "ada@one.example", true)
		agent := b.member(b.st, "bob@one.example", false)
		foreign := b.member(two, "eve@two.example", true)
		both := b.member(b.st, "both@one.example", false)
		if _, err := b.Create(t.Context(), two, access.NewMember{Email: "both@one.example"}); err != nil {
			t.Fatal(err)
		}
		ada := b.staff(b.st, b.signIn(b.st, "ada@one.example").Cookie)
		eve := b.staff(two, b.signIn(two, "eve@two.example").Cookie)
		group := func(st *desk.Store, who *desk.Staff, name string, permissions ...desk.Permission) int64 {
			if _, err := b.SaveGroup(t.Context(), st, who, desk.PermissionGroup{Name: name, Permissions: permissions}, access.Visit{}); err != nil {
				t.Fatal(err)
			}
			list, err := b.Groups(t.Context(), st, who)
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range list {
				if g.Name == name {
					return g.ID
				}
			}
			t.Fatal("the group is not there")
			return 0
		}
		leads := group(b.st, ada, "Leads", desk.PermissionUsers, desk.PermissionTickets)
		keys := group(b.st, ada, "Keys", desk.PermissionAPIAccess)
		theirs := group(two, eve, "Theirs", desk.PermissionTickets)
		lead := b.member(b.st, "lee@one.example", false)
		if err := b.Change(t.Context(), b.st, ada, lead.ID, false, []int64{leads}, access.Visit{}); err != nil {
			t.Fatal(err)
		}
		lee := b.staff(b.st, b.signIn(b.st, "lee@one.example").Cookie)
		bob := b.staff(b.st, b.signIn(b.st, "bob@one.example").Cookie)
		ctx, none := t.Context(), access.Visit{}
		invite := func(who *desk.Staff, in access.NewMember) error {
			in.Email = "new@one.example"
			_, err := b.Invite(ctx, b.st, who, in, none)
			return err
		}
		resetLink := func(who *desk.Staff, id int64) error {
			_, err := b.ResetLink(ctx, b.st, who, id, none)
			return err
		}
		for name, c := range map[string]struct {
			err  error
			want desk.Code
		}{
			"agent invites":                       {invite(bob, access.NewMember{}), desk.Forbidden},
			"lead invites an admin":               {invite(lee, access.NewMember{Admin: true}), desk.Forbidden},
			"lead gives what is not theirs":       {invite(lee, access.NewMember{GroupIDs: []int64{keys}}), desk.Forbidden},
			"lead gives what is theirs":           {invite(lee, access.NewMember{GroupIDs: []int64{leads}}), ""},
			"group of another store":              {invite(ada, access.NewMember{GroupIDs: []int64{theirs}}), desk.Invalid},
			"lead makes an admin":                 {b.Change(ctx, b.st, lee, agent.ID, true, nil, none), desk.Forbidden},
			"lead makes themselves admin":         {b.Change(ctx, b.st, lee, lead.ID, true, nil, none), desk.Forbidden},
			"lead changes an admin":               {b.Change(ctx, b.st, lee, admin.ID, false, nil, none), desk.Forbidden},
			"lead resets an admin":                {resetLink(lee, admin.ID), desk.Forbidden},
			"lead removes an admin":               {b.Remove(ctx, b.st, lee, admin.ID, none), desk.Forbidden},
			"lead resets an agent":                {resetLink(lee, agent.ID), ""},
			"agent resets an agent":               {resetLink(bob, agent.ID), desk.Forbidden},
			"admin resets a foreigner":            {resetLink(ada, foreign.ID), desk.NotFound},
			"admin resets who is elsewhere too":   {resetLink(ada, both.ID), desk.Forbidden},
			"admin changes a foreigner":           {b.Change(ctx, b.st, ada, foreign.ID, false, nil, none), desk.NotFound},
			"admin removes a foreigner":           {b.Remove(ctx, b.st, ada, foreign.ID, none), desk.NotFound},
			"the last admin steps down":           {b.Change(ctx, b.st, ada, admin.ID, false, nil, none), desk.Conflict},
			"the last admin leaves":               {b.Remove(ctx, b.st, ada, admin.ID, none), desk.Conflict},
			"lead adds to a group":                {b.saveGroup(ctx, b.st, lee, desk.PermissionGroup{ID: keys, Name: "K"}, none), desk.Forbidden},
			"lead makes a group of what is not":   {b.saveGroup(ctx, b.st, lee, desk.PermissionGroup{Name: "K", Permissions: []desk.Permission{desk.PermissionAPIAccess}}, none), desk.Forbidden},
			"an unknown permission":               {b.saveGroup(ctx, b.st, ada, desk.PermissionGroup{Name: "K", Permissions: []desk.Permission{"root"}}, none), desk.Invalid},
			"a group of another store is changed": {b.saveGroup(ctx, b.st, ada, desk.PermissionGroup{ID: theirs, Name: "K"}, none), desk.NotFound},
			"a group of another store is deleted": {b.DeleteGroup(ctx, b.st, ada, theirs, none), desk.NotFound},
			"lead fills a group of what is not":   {b.SetGroupMembers(ctx, b.st, lee, keys, []int64{agent.ID}, none), desk.Forbidden},
			"lead takes an admin into a group":    {b.SetGroupMembers(ctx, b.st, lee, leads, []int64{lead.ID, admin.ID}, none), desk.Forbidden},
			"lead takes an agent into a group":    {b.SetGroupMembers(ctx, b.st, lee, leads, []int64{lead.ID, agent.ID}, none), ""},
			"a foreigner gets into a group":       {b.SetGroupMembers(ctx, b.st, ada, leads, []int64{foreign.ID}, none), desk.Invalid},
			"a group of another store is filled":  {b.SetGroupMembers(ctx, b.st, ada, theirs, []int64{agent.ID}, none), desk.NotFound},
			"agent reads the audit log":           {auditError(b, bob), desk.Forbidden},
			"lead reads the audit log":            {auditError(b, lee), ""},
		} {
			if got := desk.Code(""); c.err != nil {
				if got = desk.CodeOf(c.err); got != c.want {
					t.Errorf("%s: %v, want %q", name, c.err, c.want)
				}
			} else if c.want != "" {
				t.Errorf("%s: done, want %s", name, c.want)
			}
		}
	})
}

func auditError(b *bench, who *desk.Staff) error {
	_, err := b.AuditLog(b.t.Context(), b.st, who, desk.AuditFilter{}, 0, 10)
	return err
}

// TestInvitationDoesNotOpenAnAccount: the account that an address has stays its
// owner's, whoever invites it where.
func TestInvitationDoesNotOpenAnAccount(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		two := b.store("two.example")
		b.member(b.st, "ada@one.example", true)
		path, err := b.Invite(t.Context(), two, nil, access.NewMember{Email: "Ada@one.example", Admin: true}, access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		secret := secretOf(path)
		if _, err := b.AcceptNew(t.Context(), two, secret, "Eve", "a password of Eve's", access.Visit{}); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("as a new account: %v", err)
		}
		if _, err := b.AcceptKnown(t.Context(), two, secret, "a password of Eve's", access.Visit{}); !errors.Is(err, access.ErrWrongSignIn) {
			t.Errorf("with a wrong password: %v", err)
		}
		o, err := b.AcceptKnown(t.Context(), two, secret, goodPassword, access.Visit{})
		if err != nil {
			t.Fatal(err)
		}
		if who := b.staff(two, o.Cookie); !who.Admin {
			t.Errorf("%+v", who)
		}
	})
}

// letters collects what would be mailed.
type letters chan [2]string

func (l letters) SendLink(_ context.Context, _ *desk.Store, _ desk.LinkKind, to, url string) {
	l <- [2]string{to, url}
}

func TestRequestedResetGoesToTheAddressOnRecord(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		b := newBench(t, db)
		post := make(letters, 10)
		b.Post = post
		two := b.store("two.example")
		b.member(b.st, "Ada@one.example", true)
		for name, c := range map[string]struct {
			st    *desk.Store
			email string
		}{
			"unknown": {b.st, "nobody@one.example"}, "foreign store": {two, "ada@one.example"}, "look-alike": {b.st, "ada@one.example\x00"},
			"dotless": {b.st, "ada@one.examplе"}, "not an address": {b.st, "ada"}, "two": {b.st, "ada@one.example,eve@evil.example"},
		} {
			if err := b.RequestReset(t.Context(), c.st, c.email, "https://one.example", access.Visit{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := b.RequestReset(t.Context(), b.st, "ADA@one.example", "https://one.example", access.Visit{}); err != nil {
			t.Fatal(err)
		}
		got := <-post
		if got[0] != "Ada@one.example" || !strings.HasPrefix(got[1], "https://one.example/dashboard/reset/") {
			t.Errorf("%v", got)
		}
		if len(post) > 0 {
			t.Errorf("mailed besides: %v", <-post)
		}
	})
}
