package tickets

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Draft returns what an agent is writing and the files that it keeps. Errors: ErrNotFound.
func (s *Service) Draft(ctx context.Context, st *desk.Store, ticket, user int64, kind desk.DraftKind) (*desk.Draft, []desk.Attachment, error) {
	d, err := s.DB.Draft(ctx, st, ticket, user, kind)
	if err != nil {
		return nil, nil, err
	}
	files, err := s.DB.Uploads(ctx, st, user, d.Data.Attachments)
	return d, files, err
}

// Drafts lists what agents are writing on a ticket. Errors: ErrNotFound.
func (s *Service) Drafts(ctx context.Context, st *desk.Store, ticket int64) ([]*desk.Draft, error) {
	if _, err := s.DB.TicketVersion(ctx, st, ticket); err != nil {
		return nil, err
	}
	return s.DB.DraftsOfTicket(ctx, st, ticket)
}

// DraftsOf lists what an agent is writing, latest first.
func (s *Service) DraftsOf(ctx context.Context, st *desk.Store, user int64) ([]*desk.Draft, error) {
	return s.DB.DraftsOfUser(ctx, st, user)
}

var errOnItsWay = desk.Errorf(desk.Conflict, "This is on its way already. Undo it first.")

// SaveDraft keeps what an agent is writing; nothing in it: the draft is gone. Errors:
// ErrNotFound for the ticket, Invalid with fields, Conflict while it is on its way out.
func (s *Service) SaveDraft(ctx context.Context, st *desk.Store, d *desk.Draft) error {
	if err := d.CheckDraft(); err != nil {
		return err
	}
	if err := s.checkDraft(ctx, st, d); err != nil {
		return err
	}
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		old, err := tx.LockDraft(ctx, st, d.TicketID, d.UserID, d.Kind)
		switch {
		case desk.CodeOf(err) == desk.NotFound:
			n, err := tx.CountDrafts(ctx, st, d.UserID)
			if err != nil {
				return err
			}
			if n >= desk.MaxDraftsOfUser {
				return desk.Errorf(desk.Invalid, "You have %d drafts already. Discard some first.", n)
			}
		case err != nil:
			return err
		case old.SendAt != 0:
			return errOnItsWay
		case old.BaseSeq >= d.BaseSeq:
			d.Held = old.Held // they have not seen yet why
		}
		d.UpdatedAt = desk.At(s.Now())
		if d.Empty() {
			tx.DeleteDraft(st, d)
		} else {
			tx.SaveDraft(st, d)
		}
		return nil
	})
}

// checkDraft finds out whether what a draft names is there.
func (s *Service) checkDraft(ctx context.Context, st *desk.Store, d *desk.Draft) error {
	if d.TicketID != 0 {
		seq, err := s.DB.TicketVersion(ctx, st, d.TicketID)
		if err != nil {
			return err
		}
		if d.BaseSeq < 0 || d.BaseSeq > seq {
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"base_seq": {"The ticket has no such version."}}}
		}
	}
	return s.checkUploads(ctx, st, d.UserID, d.Data.Attachments)
}

// checkUploads refuses files that are not an agent's own, or that a comment has already.
func (s *Service) checkUploads(ctx context.Context, st *desk.Store, user int64, ids []int64) error {
	files, err := s.DB.Uploads(ctx, st, user, ids)
	if err == nil && len(files) < len(ids) {
		err = &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"attachments": {"A file is not there any more. Attach it again."}}}
	}
	return err
}

// DropDraft forgets what an agent was writing; nothing there is no error. Errors: Conflict
// while it is on its way out.
func (s *Service) DropDraft(ctx context.Context, st *desk.Store, ticket, user int64, kind desk.DraftKind) error {
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		d, err := tx.LockDraft(ctx, st, ticket, user, kind)
		switch {
		case desk.CodeOf(err) == desk.NotFound:
			return nil
		case err != nil:
			return err
		case d.SendAt != 0:
			return errOnItsWay
		}
		tx.DeleteDraft(st, d)
		return nil
	})
}

// StaffUpload is Upload by an agent: only they may put the files into a comment.
func (s *Service) StaffUpload(ctx context.Context, st *desk.Store, user int64, files []desk.Upload) (list []desk.Attachment, err error) {
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		list = nil
		for _, f := range files {
			a := desk.Attachment{FileName: f.FileName, BlobKey: f.BlobKey, Size: f.Size, CreatedAt: desk.At(s.Now()), Path: desk.MediaPath(f)}
			if err := tx.InsertUpload(ctx, st, &a); err != nil {
				return err
			}
			tx.OwnUpload(st, user, a.ID)
			list = append(list, a)
		}
		return nil
	})
	return list, err
}
