package mailroom

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/mailtext"
	"storedesk/internal/mime"
)

// View reads a message of the ledger for a person: its words, and its HTML as it may be
// shown. remote also fetches images from elsewhere, which tells their senders that the mail
// was read. link makes the URL of an attachment from its path.
func (s *Service) View(ctx context.Context, st *desk.Store, id int64, remote bool, link func(path string) string) (*desk.MailView, error) {
	m, err := s.Get(ctx, st, id)
	if err != nil {
		return nil, err
	}
	raw, err := s.Raw(ctx, st, m)
	if err != nil {
		return nil, err
	}
	defer raw.Close()
	msg, err := mime.Read(raw, raw.Size())
	if err != nil {
		return nil, err
	}
	files, err := s.DB.CommentAttachments(ctx, st, m.TicketID, m.CommentID)
	if err != nil {
		return nil, err
	}
	v := &desk.MailView{Text: msg.Text}
	if v.Text == "" {
		v.Text = mailtext.Text(msg.HTML)
	}
	v.New = mailtext.Fold(v.Text, mailtext.FoldOptions{}).Visible()
	if msg.HTML == "" {
		return v, nil
	}
	safe := mailtext.Sanitize(msg.HTML, mailtext.SanitizeOptions{Remote: remote, Inline: inline(msg, files, link)})
	if !safe.TooBig {
		html := mailtext.FoldHTML(safe.HTML)
		v.HTML, v.Remote = &html, safe.HasRemote
	}
	return v, nil
}

// inline finds the attachment that HTML refers to. Attachments have the names of their
// parts and stand in the same order.
func inline(msg *mime.Message, files []desk.Attachment, link func(path string) string) func(ref string) (string, bool) {
	return func(ref string) (string, bool) {
		part := msg.Inline(ref)
		if part == nil {
			return "", false
		}
		same := 0 // parts of that name before it
		for _, p := range msg.Parts {
			if p == part {
				break
			}
			if p.FileName == part.FileName {
				same++
			}
		}
		for _, f := range files {
			if f.FileName != part.FileName {
				continue
			}
			if same == 0 {
				return link(f.Path), true
			}
			same--
		}
		return "", false
	}
}
