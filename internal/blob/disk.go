package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"os"
	"path"
	"sync"
	"time"
)

// tmpDir holds uploads in progress. No key reaches it: the folders of blobs
// have names of two characters.
const tmpDir = "tmp"

// disk keeps the blob abcdef… in the file ab/cd/abcdef… below its root.
type disk struct {
	root *os.Root // no key or symbolic link leads out of it

	mu      sync.Mutex
	durable map[string]struct{} // shards whose own directory entries are synced
}

func openDisk(dir string) (*disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("creating the blob folder: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the blob folder: %w", err)
	}
	d := &disk{root: root, durable: make(map[string]struct{})}
	if err := root.MkdirAll(tmpDir, 0o700); err != nil {
		return nil, errors.Join(fmt.Errorf("creating the folder of uploads: %w", err), root.Close())
	}
	if err := d.sweep(time.Now().Add(-abandonedAfter)); err != nil {
		slog.Warn("blob: cleaning unfinished uploads", slog.String("dir", dir), slog.Any("error", err))
	}
	return d, nil
}

func (d *disk) Put(ctx context.Context, key string, r io.Reader) (Info, error) {
	if err := checkKey(key); err != nil {
		return Info{}, err
	}
	switch _, err := d.root.Lstat(file(key)); {
	case err == nil:
		return Info{}, fmt.Errorf("%w: %s", ErrExists, key)
	case !errors.Is(err, fs.ErrNotExist):
		return Info{}, fmt.Errorf("looking for blob %s: %w", key, err)
	}
	tmp := path.Join(tmpDir, NewKey())
	// Also after a panic of r; once published there is nothing to remove.
	defer func() { _ = d.root.Remove(tmp) }()
	info, err := d.write(tmp, newSource(ctx, r))
	if err == nil {
		err = d.publish(tmp, key)
	}
	if err != nil {
		return Info{}, fmt.Errorf("storing blob %s: %w", key, err)
	}
	return info, nil
}

// write copies src into a new, synced file.
func (d *disk) write(name string, src *source) (_ Info, err error) {
	f, err := d.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return Info{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := io.Copy(f, src); err != nil {
		return Info{}, err
	}
	return src.info(), f.Sync()
}

// publish gives a finished file its final name, durably or not at all.
func (d *disk) publish(tmp, key string) error {
	dir := shard(key)
	if err := d.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := d.root.Rename(tmp, file(key)); err != nil {
		return err
	}
	if err := d.syncShard(dir); err != nil {
		return errors.Join(err, d.root.Remove(file(key)))
	}
	return nil
}

func (d *disk) Open(_ context.Context, key string) (Reader, error) {
	if err := checkKey(key); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrNotFound, err)
	}
	f, err := d.root.Open(file(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w: %s", ErrNotFound, key)
	}
	if err != nil {
		return nil, fmt.Errorf("opening blob %s: %w", key, err)
	}
	st, err := f.Stat()
	if err == nil && !st.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("opening blob %s: %w", key, err), f.Close())
	}
	return &sized{f, st.Size()}, nil
}

func (d *disk) Delete(_ context.Context, key string) error {
	if err := checkKey(key); err != nil {
		return err
	}
	err := d.root.Remove(file(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = d.syncDir(shard(key))
	}
	if err != nil {
		return fmt.Errorf("deleting blob %s: %w", key, err)
	}
	return nil
}

func (d *disk) Keys(ctx context.Context, before time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		err := fs.WalkDir(d.root.FS(), ".", func(name string, e fs.DirEntry, err error) error {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return err
			}
			if name == tmpDir {
				return fs.SkipDir
			}
			if !isBlob(name, e) || !olderThan(e, before) {
				return nil
			}
			if !yield(e.Name(), nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield("", fmt.Errorf("listing blobs: %w", err))
		}
	}
}

// sweep removes uploads that have not been written to since before.
func (d *disk) sweep(before time.Time) error {
	entries, err := fs.ReadDir(d.root.FS(), tmpDir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if olderThan(e, before) {
			err = errors.Join(err, d.root.Remove(path.Join(tmpDir, e.Name())))
		}
	}
	return err
}

func isBlob(name string, e fs.DirEntry) bool {
	return e.Type().IsRegular() && validKey(e.Name()) && name == file(e.Name())
}

// olderThan is false for an entry that vanished in the meantime.
func olderThan(e fs.DirEntry, t time.Time) bool {
	st, err := e.Info()
	return err == nil && st.ModTime().Before(t)
}

func shard(key string) string { return path.Join(key[:2], key[2:4]) }
func file(key string) string  { return path.Join(shard(key), key) }

// sized adds to a file or object the size that was read when it was opened.
type sized struct {
	io.ReadSeekCloser
	size int64
}

func (s *sized) Size() int64 { return s.size }
