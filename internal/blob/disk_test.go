package blob

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestDiskMemoryIsBounded(t *testing.T) {
	const size = 64 << 20
	d := newDisk(t)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	info, err := d.Put(t.Context(), NewKey(), zeros(size))
	runtime.ReadMemStats(&after)
	if err != nil || info.Size != size {
		t.Fatalf("%+v, %v", info, err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("allocated %d bytes for a blob of %d", used, size)
	}
}

func TestDiskLayoutAndModes(t *testing.T) {
	d := newDisk(t)
	key := put(t, d, "private")
	name := filepath.Join(d.root.Name(), key[:2], key[2:4], key)
	for p, want := range map[string]os.FileMode{name: 0o600, filepath.Dir(name): 0o700, d.root.Name(): 0o700} {
		st, err := os.Stat(p)
		if err != nil {
			t.Fatal(err)
		}
		if got := st.Mode().Perm(); got != want {
			t.Errorf("mode of %s is %o, want %o", p, got, want)
		}
	}
}

func TestDiskSurvivesReopening(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(t.Context(), "", dir)
	if err != nil {
		t.Fatal(err)
	}
	key := put(t, first, "kept")
	second, err := Open(t.Context(), "file://"+dir+"/blobs", "")
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, second, key); got != "kept" {
		t.Errorf("read %q", got)
	}
}

func TestDiskCleansOldLeftoversOnly(t *testing.T) {
	dir := t.TempDir()
	if _, err := openDisk(dir); err != nil {
		t.Fatal(err)
	}
	old, young := NewKey(), NewKey()
	for _, key := range []string{old, young} {
		mustWrite(t, filepath.Join(dir, tmpDir, key), "half")
	}
	age := time.Now().Add(-25 * time.Hour)
	if err := os.Chtimes(filepath.Join(dir, tmpDir, old), age, age); err != nil {
		t.Fatal(err)
	}
	d, err := openDisk(dir)
	if err != nil {
		t.Fatal(err)
	}
	if left := unfinished(t, d); len(left) != 1 || left[0] != young {
		t.Errorf("left %v, want %s", left, young)
	}
	if all := keys(t, d, time.Now().Add(time.Hour)); len(all) > 0 {
		t.Errorf("leftovers are visible: %v", all)
	}
}

func TestDiskLeavesNothingAfterPanic(t *testing.T) {
	d := newDisk(t)
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_, _ = d.Put(t.Context(), NewKey(), readerFunc(func([]byte) (int, error) { panic("reader") }))
	}()
	if left := unfinished(t, d); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestDiskLinksDoNotLeadOut(t *testing.T) {
	key := "abcd" + strings.Repeat("x", 20)
	links := map[string]func(root, outside string) error{
		"first folder": func(root, outside string) error {
			return os.Symlink(outside, filepath.Join(root, "ab"))
		},
		"second folder": func(root, outside string) error {
			return os.Symlink(filepath.Join(outside, "cd"), filepath.Join(mkdir(t, root, "ab"), "cd"))
		},
		"file": func(root, outside string) error {
			return os.Symlink(filepath.Join(outside, "cd", key), filepath.Join(mkdir(t, root, "ab", "cd"), key))
		},
	}
	for name, link := range links {
		t.Run(name, func(t *testing.T) {
			d, outside := newDisk(t), t.TempDir()
			secret := filepath.Join(mkdir(t, outside, "cd"), key)
			mustWrite(t, secret, "secret")
			if err := link(d.root.Name(), outside); err != nil {
				t.Fatal(err)
			}
			if _, err := d.Open(t.Context(), key); err == nil {
				t.Error("opened a file outside")
			}
			if _, err := d.Put(t.Context(), key, strings.NewReader("x")); err == nil {
				t.Error("Put was no error")
			}
			if name != "file" { // removing the link itself is fine
				if err := d.Delete(t.Context(), key); err == nil {
					t.Error("Delete was no error")
				}
			}
			if got, err := os.ReadFile(secret); err != nil || string(got) != "secret" {
				t.Errorf("the file outside: %q, %v", got, err)
			}
		})
	}
}

func TestDiskRefusesAFolderInPlaceOfABlob(t *testing.T) {
	d, key := newDisk(t), NewKey()
	mkdir(t, d.root.Name(), file(key))
	if r, err := d.Open(t.Context(), key); err == nil {
		t.Errorf("opened a folder of %d bytes", r.Size())
	}
}

func TestDiskSyncsAgainWhenItForgets(t *testing.T) {
	d := newDisk(t)
	for range maxDurable {
		d.durable[NewKey()] = struct{}{}
	}
	put(t, d, "one more")
	if len(d.durable) != 1 {
		t.Errorf("%d shards remembered, want 1", len(d.durable))
	}
}

func mkdir(t *testing.T, elem ...string) string {
	t.Helper()
	dir := filepath.Join(elem...)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}
