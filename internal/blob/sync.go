package blob

import (
	"errors"
	"path"
)

// maxDurable bounds the memory of disk.durable, to about 5 MB. Forgetting a
// shard only costs two syncs.
const maxDurable = 1 << 16

// syncShard makes a file's name in a shard durable, and the names of the
// shard's folders. The latter are synced once per process even if this
// process did not create them: whoever did may have died in between.
func (d *disk) syncShard(dir string) error {
	if err := d.syncDir(dir); err != nil {
		return err
	}
	d.mu.Lock()
	_, known := d.durable[dir]
	d.mu.Unlock()
	if known {
		return nil
	}
	if err := errors.Join(d.syncDir(path.Dir(dir)), d.syncDir(".")); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.durable) >= maxDurable {
		clear(d.durable)
	}
	d.durable[dir] = struct{}{}
	return nil
}

func (d *disk) syncDir(name string) error {
	f, err := d.root.Open(name)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
