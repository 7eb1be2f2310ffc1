package tickets

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/store"
	"storedesk/internal/wire"
)

// Upload records files whose bytes are stored already; they wait a day for a comment
// to claim them. Errors: Conflict when w.Once was used meanwhile.
func (s *Service) Upload(ctx context.Context, st *desk.Store, files []desk.Upload, w desk.Write) ([]desk.Attachment, error) {
	var list []desk.Attachment
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		list = nil
		now := desk.At(s.Now())
		for _, f := range files {
			a := desk.Attachment{FileName: f.FileName, BlobKey: f.BlobKey, Size: f.Size, CreatedAt: now, Path: desk.MediaPath(f)}
			if err := tx.InsertUpload(ctx, st, &a); err != nil {
				return err
			}
			list = append(list, a)
		}
		tx.Remember(st, w.Once, wire.Attachments(nil, list), now)
		return nil
	})
	return list, err
}

// Attachment returns what the link with this path (behind /media/) shows, or
// desk.ErrNotFound.
func (s *Service) Attachment(ctx context.Context, st *desk.Store, path string) (*desk.Attachment, error) {
	return s.DB.AttachmentByPath(ctx, st, path)
}

// Types walks one page of ticket types, newest first; name "" is any.
func (s *Service) Types(ctx context.Context, st *desk.Store, name string, p desk.Page) ([]desk.TicketType, bool, error) {
	return s.DB.TicketTypes(ctx, st, name, p)
}

// Type returns a ticket type, or desk.ErrNotFound.
func (s *Service) Type(ctx context.Context, st *desk.Store, id int64) (*desk.TicketType, error) {
	return s.DB.TicketType(ctx, st, id)
}
