package settings_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func TestMailSettings(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := &settings.Stores{DB: db, Now: time.Now}
		st, err := s.Create(t.Context(), "Lamps", []string{"lamps.example"})
		if err != nil {
			t.Fatal(err)
		}
		secret := st.Mail.Secret
		values := map[string]string{
			"support_email": "help@lamps.example", "mail_aliases": "info@lamps.example, Hallo@lamps.example", "mail_from_name": "Lämpchen",
			"mail_admin_address": "boss@lamps.example", "mail_colour": "#AABBCC", "mail_logo_url": "https://lamps.example/logo.png",
			"mail_footer": "Lamp Street 1\nBerlin", "mail_plus_address": "no", "close_solved_days": "7", "close_idle_days": "-1", "held_days": "14",
		}
		if err := s.Set(t.Context(), st, values); err != nil {
			t.Fatal(err)
		}
		if st, err = s.Named(t.Context(), "lamps.example"); err != nil {
			t.Fatal(err)
		}
		want := desk.MailSettings{
			Secret: secret, Aliases: []string{"info@lamps.example", "Hallo@lamps.example"}, FromName: "Lämpchen", AdminAddress: "boss@lamps.example",
			Colour: "#aabbcc", LogoURL: "https://lamps.example/logo.png", Footer: "Lamp Street 1\nBerlin", PlusAddress: "no",
			CloseSolvedDays: 7, CloseIdleDays: -1, HeldDays: 14,
		}
		if diff := cmp.Diff(want, st.Mail); diff != "" {
			t.Error(diff)
		}
		empty := map[string]string{"mail_aliases": "", "mail_colour": "", "mail_logo_url": "", "mail_footer": "", "mail_from_name": "", "mail_admin_address": "", "mail_plus_address": "yes"}
		if err := s.Set(t.Context(), st, empty); err != nil {
			t.Fatal(err)
		}
		want = desk.MailSettings{Secret: secret, CloseSolvedDays: 7, CloseIdleDays: -1, HeldDays: 14}
		if diff := cmp.Diff(want, st.Mail); diff != "" {
			t.Error(diff)
		}
	})
}

func TestMailSettingsAreChecked(t *testing.T) {
	t.Parallel()
	db := storetest.Open(t, storetest.SQLite(t))
	s := &settings.Stores{DB: db, Now: time.Now}
	st, err := s.Create(t.Context(), "Lamps", []string{"lamps.example"})
	if err != nil {
		t.Fatal(err)
	}
	before := st.Mail
	for _, c := range [][2]string{
		{"mail_aliases", "info@lamps.example,nonsense"},
		{"mail_aliases", strings.Repeat("info@lamps.example,", 21)},
		{"mail_from_name", "Lamps\r\nBcc: eve@evil.example"},
		{"mail_from_name", strings.Repeat("ü", 101)},
		{"mail_admin_address", "Boss <boss@lamps.example>"},
		{"mail_colour", "red"},
		{"mail_colour", "#12345"},
		{"mail_logo_url", "http://lamps.example/logo.png"},
		{"mail_logo_url", "javascript:alert(1)"},
		{"mail_footer", "a\x00b"},
		{"mail_footer", strings.Repeat("x", 2001)},
		{"mail_plus_address", "perhaps"},
		{"close_solved_days", "0"},
		{"close_solved_days", "-2"},
		{"close_idle_days", "soon"},
		{"close_idle_days", "3651"},
		{"held_days", "-1"},
		{"mail_secret", "known"},
		{"mail_dkim_key", "known"},
	} {
		if err := s.Set(t.Context(), st, map[string]string{c[0]: c[1]}); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("%s=%q: %v", c[0], c[1], err)
		}
	}
	if diff := cmp.Diff(before, st.Mail); diff != "" {
		t.Error(diff)
	}
}

// TestAddressesLeadToOneStore refuses what would leave a mail with two stores.
func TestAddressesLeadToOneStore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := &settings.Stores{DB: db, Now: time.Now}
		var list []*desk.Store
		for _, name := range []string{"lamps", "chairs"} {
			st, err := s.Create(t.Context(), name, []string{name + ".example"})
			if err != nil {
				t.Fatal(err)
			}
			list = append(list, st)
		}
		if err := s.Set(t.Context(), list[0], map[string]string{"support_email": "help@lamps.example", "mail_aliases": "info@lamps.example"}); err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{"support_email": "INFO@lamps.example", "mail_aliases": "x@chairs.example,help@lamps.example"} {
			err := s.Set(t.Context(), list[1], map[string]string{"support_email": "help@chairs.example", name: value})
			if desk.CodeOf(err) != desk.Conflict || !strings.Contains(err.Error(), `the store "lamps"`) {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
		if err := s.Set(t.Context(), list[0], map[string]string{"mail_aliases": "info@lamps.example,new@lamps.example"}); err != nil {
			t.Errorf("a store keeps its own: %v", err)
		}
	})
}

func TestDKIMKeys(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := &settings.Stores{DB: db, Now: time.Now}
		st, err := s.Create(t.Context(), "Lamps", []string{"lamps.example"})
		if err != nil {
			t.Fatal(err)
		}
		for selector, key := range map[string]string{"": "pem", "sd1": "", "a.b": "pem", "-a": "pem", "a b": "pem", strings.Repeat("a", 64): "pem"} {
			if err := s.SetDKIM(t.Context(), st, selector, key); desk.CodeOf(err) != desk.Invalid {
				t.Errorf("%q: %v", selector, err)
			}
		}
		for _, want := range [][2]string{{"sd20260301", "pem"}, {"", ""}} {
			if err := s.SetDKIM(t.Context(), st, want[0], want[1]); err != nil {
				t.Fatal(err)
			}
			now, err := s.ByID(t.Context(), st.ID)
			if err != nil || now.Mail.DKIMSelector != want[0] || now.Mail.DKIMKey != want[1] || st.Mail.DKIMSelector != want[0] {
				t.Errorf("%+v, %v", now.Mail, err)
			}
		}
		if got := settings.DKIMSelector(time.Date(2026, 3, 1, 23, 0, 0, 0, time.UTC)); got != "sd20260301" {
			t.Error(got)
		}
	})
}
