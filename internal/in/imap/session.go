package imap

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"storedesk/internal/desk"
)

// session is a folder opened for reading alone.
type session struct {
	client   *imapclient.Client
	validity uint32
	exists   uint32 // messages in the folder
	next     uint32 // the UID that the next message gets; 0 = not said
	stop     func() bool
}

// connect signs in and opens the mailbox's folder. The session ends with ctx.
func (p *Poller) connect(ctx context.Context, b *desk.Mailbox) (*session, error) {
	client, err := p.dial(ctx, b)
	if err != nil {
		return nil, err
	}
	s := &session{client: client}
	s.stop = context.AfterFunc(ctx, func() { client.Close() })
	if err := p.login(ctx, client, b); err != nil {
		s.close()
		return nil, err
	}
	folder, err := client.Select(b.Folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		s.close()
		return nil, fmt.Errorf("open the folder %s: %w", b.Folder, err)
	}
	s.validity, s.exists, s.next = folder.UIDValidity, folder.NumMessages, uint32(folder.UIDNext)
	if s.validity == 0 {
		s.close()
		return nil, fmt.Errorf("the folder %s has no UIDVALIDITY, so its messages cannot be told apart", b.Folder)
	}
	return s, nil
}

func (s *session) close() {
	if s.client.State() != imap.ConnStateLogout {
		_ = s.client.Logout().Wait() // good manners; the connection ends anyway
	}
	s.stop()
	s.client.Close()
}

// search lists the UIDs from first on, in order.
func (s *session) search(first uint32) ([]uint32, error) {
	if s.exists == 0 {
		return nil, nil
	}
	var from imap.UIDSet
	from.AddRange(imap.UID(first), 0)
	uids, err := s.uids(&imap.SearchCriteria{UID: []imap.UIDSet{from}})
	if err != nil {
		return nil, err
	}
	// "7:*" names the last message even if its UID is below 7 (RFC 9051 section 9, seq-range).
	for len(uids) > 0 && uids[0] < first {
		uids = uids[1:]
	}
	return uids, nil
}

// searchBefore lists the UIDs of messages that came before a day.
func (s *session) searchBefore(day time.Time) ([]uint32, error) {
	if s.exists == 0 {
		return nil, nil
	}
	return s.uids(&imap.SearchCriteria{Before: day})
}

func (s *session) uids(criteria *imap.SearchCriteria) ([]uint32, error) {
	found, err := s.client.UIDSearch(criteria, nil).Wait()
	if err != nil {
		return nil, fmt.Errorf("search the folder: %w", err)
	}
	set, _ := found.All.(imap.UIDSet)
	// A few bytes can name four billion; some messages may have come since EXAMINE.
	return expand(set, int(s.exists)+10_000)
}

// expand lists the UIDs of a set in order, each once; at most limit.
func expand(set imap.UIDSet, limit int) ([]uint32, error) {
	total := uint64(0)
	for _, span := range set {
		if span.Start == 0 || span.Stop == 0 || span.Stop < span.Start {
			return nil, errors.New("search the folder: the server names no UIDs")
		}
		total += uint64(span.Stop) - uint64(span.Start) + 1
	}
	if total > uint64(limit) {
		return nil, fmt.Errorf("search the folder: the server names %d messages, but has not as many", total)
	}
	return inOrder(set, int(total)), nil
}

// maxNamed is how many messages one command names: servers take lines of 8,000 bytes
// (RFC 7162 section 4).
const maxNamed = 500

// sizes are the sizes of messages in bytes. Those that are gone are not among them.
func (s *session) sizes(uids []uint32) (map[uint32]int64, error) {
	sizes := make(map[uint32]int64, len(uids))
	for some := range slices.Chunk(uids, maxNamed) {
		var set imap.UIDSet
		for _, uid := range some {
			set.AddNum(imap.UID(uid))
		}
		list, err := s.client.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true}).Collect()
		if err != nil {
			return nil, fmt.Errorf("ask for sizes: %w", err)
		}
		for _, m := range list {
			sizes[uint32(m.UID)] = m.RFC822Size
		}
	}
	return sizes, nil
}

// Why a message could not be had.
var (
	errGone = errors.New("the message is not in the folder any more")
	errCut  = errors.New("the connection ended")
)

// fetch has read read a message, or its header alone; size is its number of bytes. It
// changes no flag.
func (s *session) fetch(uid uint32, header bool, read func(body io.Reader, size int64) error) error {
	section := &imap.FetchItemBodySection{Peek: true}
	if header {
		section.Specifier = imap.PartSpecifierHeader
	}
	command := s.client.Fetch(imap.UIDSetNum(imap.UID(uid)), &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{section}})
	result := errGone
	for data := command.Next(); data != nil; data = command.Next() {
		for item := data.Next(); item != nil; item = data.Next() {
			section, ok := item.(imapclient.FetchItemDataBodySection)
			if !ok || section.Literal == nil || !errors.Is(result, errGone) {
				continue
			}
			body := &whole{r: section.Literal, left: section.Literal.Size()}
			result = read(body, body.left)
			if body.broken() {
				// The library reads on by itself then: its command must be left alone, too.
				s.client.Close()
				return fmt.Errorf("%w: %w", errCut, body.err)
			}
		}
	}
	// Close first: it tells what became of the connection, of which result may be a consequence.
	err := command.Close()
	var refused *imap.Error
	switch {
	case err == nil:
		return result
	case errors.As(err, &refused):
		return fmt.Errorf("fetch: %w", err)
	}
	return fmt.Errorf("%w: %w", errCut, err)
}

// whole is a body that must not end before its size: to the library, the end of the
// connection is the end of the message. After an error the library's reader belongs to
// the library again, so it is not asked twice.
type whole struct {
	r    io.Reader
	left int64
	err  error
}

func (w *whole) Read(p []byte) (int, error) {
	if w.err != nil {
		return 0, w.err
	}
	n, err := w.r.Read(p)
	w.left -= int64(n)
	if err == io.EOF && w.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	w.err = err
	return n, err
}

func (w *whole) broken() bool { return w.err != nil && w.err != io.EOF }
