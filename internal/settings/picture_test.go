package settings_test

import (
	"fmt"
	"testing"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

func TestPicturesAreOfAStore(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s, ctx := &settings.Stores{DB: db, Now: time.Now}, t.Context()
		lamps, err := s.Create(ctx, "Lamps", []string{"lamps.example"})
		if err != nil {
			t.Fatal(err)
		}
		chairs, err := s.Create(ctx, "Chairs", []string{"chairs.example"})
		if err != nil {
			t.Fatal(err)
		}
		var last desk.Picture
		for i := range 50 {
			last = desk.Picture{BlobKey: fmt.Sprint("b", i), Type: "image/png", Size: 7}
			if err := s.AddPicture(ctx, lamps, &last); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.AddPicture(ctx, lamps, &desk.Picture{}); desk.CodeOf(err) != desk.Conflict {
			t.Errorf("one too many: %v", err)
		}
		if got, err := s.Picture(ctx, lamps, last.Key); err != nil || *got != last {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := s.Picture(ctx, chairs, last.Key); desk.CodeOf(err) != desk.NotFound {
			t.Errorf("another store shows it: %v", err)
		}
		if _, _, err := s.Change(ctx, lamps.ID, map[string]string{"mail_logo_url": "/pictures/" + last.Key}); err != nil {
			t.Error(err)
		}
	})
}

func TestSettingsAreTriedOut(t *testing.T) {
	t.Parallel()
	st := &desk.Store{Name: "Lamps", Mail: desk.MailSettings{Colour: "#000000"}}
	other, err := settings.Preview(st, map[string]string{"mail_colour": "#FFFFFF", "mail_footer": "Lamps Ltd"})
	if err != nil || other.Mail.Colour != "#ffffff" || other.Mail.Footer != "Lamps Ltd" || st.Mail.Colour != "#000000" || st.Mail.Footer != "" {
		t.Errorf("%+v of %+v, %v", other, st, err)
	}
	if _, err := settings.Preview(st, map[string]string{"mail_colour": "red"}); desk.CodeOf(err) != desk.Invalid {
		t.Errorf("%v", err)
	}
}
