package admin

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"

	"storedesk/internal/blob"
	"storedesk/internal/desk"
)

// upload takes a multipart body apart.
type upload struct {
	api      *API
	c        *call
	in       *bodyReader
	parts    *multipart.Reader
	pending  *part  // read, but not yet dealt with
	token    string // the text part access_token; hasToken tells "" from absent
	hasToken bool

	files  []desk.Upload
	sizes  []int64 // of every file named "files", stored or not
	texts  int     // text parts named "files"
	others int     // parts that are ignored
	bad    bool    // the answer will be an error: nothing more is stored
	digest []byte  // what tells this upload from another, whatever its boundary
}

// part is one part of the form: a file when it has a file name, else a text.
type part struct {
	*multipart.Part
	name, fileName string
}

// uploading returns the call's upload. A body of another type has been refused by
// now; an empty one is an upload of nothing.
func (c *call) uploading(a *API) *upload {
	if c.upload == nil {
		c.upload = &upload{api: a, c: c}
		if boundary, err := c.boundary(); err == nil && c.r.ContentLength != 0 {
			c.upload.in = a.bodyReader(c, maxBody, errTooLarge)
			c.upload.parts = multipart.NewReader(c.upload.in, boundary)
		}
	}
	return c.upload
}

// next returns the next part, or nil after the last.
func (u *upload) next() (*part, error) {
	if p := u.pending; p != nil || u.parts == nil {
		u.pending = nil
		return p, nil
	}
	for {
		raw, err := u.parts.NextRawPart()
		if u.in.err != nil && u.in.err != io.EOF {
			return nil, u.in.err
		}
		if errors.Is(err, io.EOF) { // the last boundary may be missing, as in the original
			return nil, nil
		}
		if err != nil {
			return nil, malformed("a part's header could not be read")
		}
		_, params, err := mime.ParseMediaType(raw.Header.Get("Content-Disposition"))
		if err == nil && params["name"] != "" { // without a name nobody can mean it
			return &part{raw, params["name"], params["filename"]}, nil
		}
	}
}

// prologue reads the texts before the first file, among which the token may be.
// Nothing is stored before the token is known to be good.
func (u *upload) prologue() error {
	for {
		p, err := u.next()
		if err != nil || p == nil {
			return err
		}
		if p.fileName != "" {
			u.pending = p
			return nil
		}
		if err := u.text(p); err != nil {
			return err
		}
	}
}

// receive reads all parts.
func (u *upload) receive() error {
	for {
		p, err := u.next()
		if err != nil {
			return err
		}
		if p == nil {
			return u.drain()
		}
		if err := u.take(p); err != nil {
			if u.in.err != nil && u.in.err != io.EOF {
				return u.in.err
			}
			return err
		}
	}
}

// drain reads what follows the last part, so that the whole body counts.
func (u *upload) drain() error {
	if u.in == nil {
		return nil
	}
	defer u.in.done()
	_, err := io.Copy(io.Discard, u.in)
	return err
}

func (u *upload) take(p *part) error {
	if p.fileName == "" {
		return u.text(p)
	}
	if name := fileName(p.fileName); p.name == "files" && name != "" {
		return u.file(p, name)
	}
	return u.ignore()
}

func (u *upload) text(p *part) error {
	switch p.name {
	case "files":
		u.texts++
		u.bad = true
	case "access_token":
		value, err := io.ReadAll(io.LimitReader(p, maxToken+1))
		if err != nil {
			return cutShort(err)
		}
		u.token, u.hasToken = string(value), true
	}
	return u.ignore()
}

func (u *upload) ignore() error {
	if u.others++; u.others > maxOthers {
		return malformed("too many parts")
	}
	return nil
}

// file stores one file, or only measures it when the answer will be an error.
func (u *upload) file(part io.Reader, name string) error {
	if len(u.sizes) == maxFiles {
		return malformed("more than 100 files")
	}
	if u.bad {
		size, err := io.Copy(io.Discard, part)
		u.sizes = append(u.sizes, size)
		return cutShort(err)
	}
	file := desk.Upload{FileName: name, BlobKey: blob.NewKey()}
	source := &watched{r: part}
	info, err := u.api.blobs.Put(u.c.ctx(), file.BlobKey, source)
	if source.err != nil && source.err != io.EOF {
		return cutShort(source.err)
	}
	if err != nil {
		return err
	}
	file.Size = info.Size
	u.files = append(u.files, file)
	u.sizes = append(u.sizes, info.Size)
	u.bad = info.Size == 0
	u.digest = append(u.digest, name+"\x00"+info.SHA256+"\n"...)
	return nil
}

// watched remembers the error of a reader, to tell it from the blob store's.
type watched struct {
	r   io.Reader
	err error
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if err != nil {
		w.err = err
	}
	return n, err
}

func cutShort(err error) error {
	if err == nil {
		return nil
	}
	return malformed("a part ends without a boundary")
}
