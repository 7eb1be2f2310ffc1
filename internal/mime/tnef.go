package mime

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// Limits of a winmail.dat. Beyond them it is kept as it is, as well as what
// was found so far.
const (
	maxTNEFFiles = 200
	maxTNEFValue = 4 << 20 // bytes of an attribute that is read into memory
	// Each file is read by decoding winmail.dat from its start. All that is
	// decoded in vain for all of them may be so many times the whole, or so
	// many bytes where that is more.
	maxTNEFRereads = 16
	maxTNEFSkipped = 32 << 20
)

// tnef is what was found in a winmail.dat, the format in which Outlook wraps a
// message with its attachments (MS-OXTNEF).
type tnef struct {
	files      []tnefFile
	text, html string
	whole      bool // nothing is left that would need the file itself

	r        *bufio.Reader
	at       int64
	codepage int
}

type tnefFile struct {
	name, kind, contentID string
	offset, size          int64 // in winmail.dat
	data                  []byte
}

// Attributes of MS-OXTNEF section 2.1.3.
const (
	tnefSignature  = 0x223E9F78
	attBody        = 0x0002800C
	attMsgProps    = 0x00069003
	attCodepage    = 0x00069007
	attTitle       = 0x00018010
	attData        = 0x0006800F
	attRendering   = 0x00069002
	attAttachProps = 0x00069005
)

// readTNEF reads as far as the bytes make sense. The errors are those of r.
func readTNEF(r io.Reader) (*tnef, error) {
	t := &tnef{r: bufio.NewReader(r), whole: true, codepage: 1252}
	head := make([]byte, 6)
	if err := t.full(head); err != nil || binary.LittleEndian.Uint32(head) != tnefSignature {
		t.whole = false
		return t, ignoreEnd(err)
	}
	for {
		err := t.attribute()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.whole = false
			if err = ignoreEnd(err); err != nil {
				return t, err
			}
			break
		}
	}
	t.check()
	return t, nil
}

// check gives up files that came without content or too many to be read.
func (t *tnef) check() {
	var skipped int64
	most := max(maxTNEFSkipped, maxTNEFRereads*t.at)
	kept := t.files[:0]
	for _, f := range t.files {
		if f.data == nil {
			skipped += f.offset
		}
		if f.offset == 0 && f.data == nil || skipped > most {
			t.whole = false
			continue
		}
		kept = append(kept, f)
	}
	t.files = kept
}

// ignoreEnd turns the end of the data into no error.
func ignoreEnd(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

func (t *tnef) full(p []byte) error {
	n, err := io.ReadFull(t.r, p)
	t.at += int64(n)
	return err
}

func (t *tnef) skip(n int64) error {
	got, err := io.CopyN(io.Discard, t.r, n)
	t.at += got
	if err == io.EOF && got < n {
		return io.ErrUnexpectedEOF
	}
	return err
}

// attribute reads one: level, id, length, value, checksum. io.EOF is the end.
func (t *tnef) attribute() error {
	head := make([]byte, 9)
	if err := t.full(head); err != nil {
		return err
	}
	id, size := binary.LittleEndian.Uint32(head[1:]), int64(binary.LittleEndian.Uint32(head[5:]))
	if head[0] != 1 && head[0] != 2 {
		return io.ErrUnexpectedEOF
	}
	if id == attData {
		return t.file(size)
	}
	if size > maxTNEFValue {
		t.whole = false
		return t.skip(size + 2)
	}
	value, err := io.ReadAll(io.LimitReader(t.r, size))
	t.at += int64(len(value))
	if err != nil {
		return fmt.Errorf("read winmail.dat: %w", err)
	}
	if int64(len(value)) < size {
		return io.ErrUnexpectedEOF
	}
	t.value(id, value)
	return t.skip(2)
}

func (t *tnef) value(id uint32, value []byte) {
	switch id {
	case attCodepage:
		if len(value) >= 4 {
			t.codepage = int(binary.LittleEndian.Uint32(value))
		}
	case attBody:
		t.text = decodePage(value, t.codepage)
	case attMsgProps:
		t.messageProps(value)
	case attRendering: // begins an attachment
		if len(t.files) == maxTNEFFiles {
			t.whole = false
			break
		}
		t.files = append(t.files, tnefFile{})
	case attTitle:
		if f := t.last(); f != nil && f.name == "" {
			f.name = decodePage(value, t.codepage)
		}
	case attAttachProps:
		t.attachProps(value)
	}
}

// last is the file being read.
func (t *tnef) last() *tnefFile {
	if len(t.files) == 0 {
		return nil
	}
	return &t.files[len(t.files)-1]
}

// file remembers where the content of a file stands.
func (t *tnef) file(size int64) error {
	f := t.last()
	if f == nil || f.offset != 0 {
		t.whole = false
		return t.skip(size + 2)
	}
	f.offset, f.size = t.at, size
	return t.skip(size + 2)
}
