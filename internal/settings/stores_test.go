package settings_test

import (
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func TestHostsChooseTheStore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := &settings.Stores{DB: db, Now: time.Now}
		ctx := t.Context()
		if err := s.EnsureDefault(ctx); err != nil {
			t.Fatal(err)
		}
		only, err := s.ByHost(ctx, "any.example:8080")
		if err != nil {
			t.Fatalf("a single store answers on every host: %v", err)
		}
		lamps, err := s.Create(ctx, "Lamps", []string{"Lamps.example", "www.lamps.example"})
		if err != nil {
			t.Fatal(err)
		}
		for host, want := range map[string]int64{
			"lamps.example": lamps.ID, "LAMPS.example:443": lamps.ID, "www.lamps.example.": lamps.ID, "localhost:8080": only.ID,
			"any.example": 0, "": 0, "evil-lamps.example": 0,
		} {
			st, err := s.ByHost(ctx, host)
			if want == 0 {
				if desk.CodeOf(err) != desk.NotFound {
					t.Errorf("%q: %v, %v", host, st, err)
				}
			} else if err != nil || st.ID != want {
				t.Errorf("%q: %v, %v", host, st, err)
			}
		}
		if _, err := s.Create(ctx, "Thief", []string{"lamps.example"}); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("a host was given to two stores: %v", err)
		}
		if err := s.Set(ctx, only, map[string]string{"hosts": "localhost,lamps.example"}); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("a host was taken from another store: %v", err)
		}
	})
}

func TestSettingsAreChecked(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := &settings.Stores{DB: db, Now: time.Now}
		ctx := t.Context()
		if err := s.EnsureDefault(ctx); err != nil {
			t.Fatal(err)
		}
		st, err := s.Named(ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{
			"timezone": "Mars/Olympus", "media_ttl": "soon", "hosts": "", "colour": "red",
		} {
			if err := s.Set(ctx, st, map[string]string{name: value}); desk.CodeOf(err) != desk.Invalid {
				t.Errorf("%s=%s: %v", name, value, err)
			}
		}
		if err := s.Set(ctx, st, map[string]string{"timezone": "Europe/Berlin", "name": "Lampen", "media_ttl": "720h"}); err != nil {
			t.Fatal(err)
		}
		st, err = s.Named(ctx, "")
		if err != nil || st.Zone.String() != "Europe/Berlin" || st.Name != "Lampen" || st.MediaTTL != 720*time.Hour {
			t.Errorf("%+v, %v", st, err)
		}
	})
}
