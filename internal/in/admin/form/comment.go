package form

import "storedesk/internal/desk"

// Comment reads the fields of a comment that is posted by itself. The input is nil
// when the body as a whole is wrong; else it holds every field that is right. A form
// without is_public makes an internal note, unless partial.
func Comment(b *Body, partial bool) (*desk.CommentInput, desk.Fields) {
	r, ok := b.record(partial)
	if !ok {
		return nil, r.fields
	}
	return r.comment(), r.fields
}

func (r *record) comment() *desk.CommentInput {
	in := &desk.CommentInput{Public: true}
	if author := r.id("author"); author != nil {
		in.AuthorID = *author
	}
	if body := r.text("body", rule{null: true, blank: true}); body != nil {
		in.Body = body.Value
	}
	if public := r.boolean("is_public"); public != nil {
		in.Public = *public
	}
	if email := r.email("from_email", rule{null: true, blank: true}); email != nil {
		in.FromEmail = email.Value
	}
	if attachments := r.ids("attachments"); attachments != nil {
		in.Attachments = *attachments
	}
	return in
}
