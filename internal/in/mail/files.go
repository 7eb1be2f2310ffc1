package mail

import (
	"context"
	"fmt"
	"io"
	"strings"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// maxFiles is how many files of a message become attachments of their own. Of a message
// with more, the message itself is attached instead of the rest.
const maxFiles = 200

// originalFile is the name of that attachment.
const originalFile = "message.eml"

// files stores what is to be attached to the comment that a message becomes. After an
// error nothing is left behind; otherwise the caller drops what no row names in the end.
func (h *Handler) files(ctx context.Context, f *facts, rest string) (list []desk.Upload, err error) {
	defer func() {
		if err != nil {
			h.drop(ctx, list)
			list = nil
		}
	}()
	put := func(name string, r io.Reader) error {
		key := blob.NewKey()
		info, err := h.Blobs.Put(ctx, key, r)
		if err != nil {
			return fmt.Errorf("storing %q: %w", name, err)
		}
		list = append(list, desk.Upload{FileName: clean(name), BlobKey: key, Size: info.Size})
		return nil
	}
	for i, p := range f.letter.msg.Parts {
		if i == maxFiles {
			return list, put(originalFile, f.raw.all())
		}
		if err := put(p.FileName, p.Open()); err != nil {
			return list, err
		}
	}
	if rest != "" {
		return list, put(textFile, strings.NewReader(rest))
	}
	return list, nil
}

// drop deletes blobs that no row names, as well as that goes: the sweep finds the others.
func (h *Handler) drop(ctx context.Context, list []desk.Upload) {
	for _, u := range list {
		_ = h.Blobs.Delete(context.WithoutCancel(ctx), u.BlobKey)
	}
}

// upload writes the rows of files, for a comment of the same transaction to claim.
func upload(ctx context.Context, tx *store.Tx, st *desk.Store, files []desk.Upload, now desk.Instant) (ids []int64, err error) {
	for _, f := range files {
		a := desk.Attachment{FileName: f.FileName, BlobKey: f.BlobKey, Size: f.Size, CreatedAt: now, Path: desk.MediaPath(f)}
		if err := tx.InsertUpload(ctx, st, &a); err != nil {
			return nil, err
		}
		ids = append(ids, a.ID)
	}
	return ids, tx.Flush(ctx)
}
