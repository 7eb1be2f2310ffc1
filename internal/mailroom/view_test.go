package mailroom_test

import (
	"strings"
	"testing"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

const shown = "From: ann@example.com\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary=b\r\n\r\n" +
	"--b\r\nContent-Type: text/html\r\n\r\n<p onclick=evil()>Hello<script>evil()</script><img src=\"cid:lamp\"><img src=\"https://tracker.example/x.png\" width=200></p>" +
	"<blockquote type=cite>what we wrote</blockquote>\r\n" +
	"--b\r\nContent-Type: image/png; name=lamp.png\r\nContent-ID: <lamp>\r\nContent-Disposition: inline\r\n\r\npng\r\n--b--\r\n"

// TestViewHoldsNothingThatActs, loads nothing from elsewhere until it is asked to, and
// shows the images that came along.
func TestViewHoldsNothingThatActs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB) {
		s := newRoom(t, db)
		st := s.lamps
		id := s.receive(st, "1", shown)
		err := db.Write(t.Context(), func(tx *store.Tx) error {
			m, err := tx.LockMail(t.Context(), st, id)
			if err != nil {
				return err
			}
			m.TicketID, m.CommentID = 5, 6
			tx.SettleMail(st, m)
			a := &desk.Attachment{FileName: "lamp.png", Path: "attachments/k/lamp.png", TicketID: 5, CommentID: 6}
			return tx.InsertUpload(t.Context(), st, a)
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, remote := range []bool{false, true} {
			v, err := s.View(t.Context(), st, id, remote, func(path string) string { return "https://shop.example/media/" + path })
			if err != nil || v.HTML == nil {
				t.Fatalf("%+v, %v", v, err)
			}
			loads := strings.Contains(*v.HTML, ` src="https://tracker.example/x.png"`)
			if !v.Remote || loads != remote || strings.Contains(*v.HTML, "evil") ||
				!strings.Contains(*v.HTML, "https://shop.example/media/attachments/k/lamp.png") || !strings.Contains(*v.HTML, "<details") {
				t.Errorf("remote %v: %s", remote, *v.HTML)
			}
			if !strings.HasPrefix(v.New, "Hello") || !strings.Contains(v.Text, "what we wrote") {
				t.Errorf("text %q, new %q", v.Text, v.New)
			}
		}
	})
}
