package blob

import (
	"strings"
	"testing"
	"time"

	"github.com/minio/minio-go/v7"
)

// The server shares the process, so memory says nothing. What counts is how
// far the upload reads ahead of what the server has received.
func TestS3ReadsAheadBoundedly(t *testing.T) {
	const size = 32 << 20
	srv := newS3(t)
	s := srv.open(t)
	var read, ahead int64
	src := zeros(size)
	info, err := s.Put(t.Context(), NewKey(), readerFunc(func(p []byte) (int, error) {
		n, err := src.Read(p)
		read += int64(n)
		ahead = max(ahead, read-srv.received.Load())
		return n, err
	}))
	if err != nil || info.Size != size {
		t.Fatalf("%+v, %v", info, err)
	}
	if ahead > partSize+smallBlob {
		t.Errorf("held %d bytes, want at most %d", ahead, partSize+smallBlob)
	}
}

func TestS3CleansOldLeftoversOnly(t *testing.T) {
	srv := newS3(t)
	s := srv.open(t)
	begin := func(name string) {
		core := minio.Core{Client: s.client}
		if _, err := core.NewMultipartUpload(t.Context(), s.bucket, name, minio.PutObjectOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	old, young, foreign := s.name(NewKey()), s.name(NewKey()), s.name("backup.tar")
	srv.clock.Advance(-25 * time.Hour)
	begin(old)
	begin(foreign)
	srv.clock.Advance(25 * time.Hour)
	begin(young)

	s = srv.open(t)
	left := strings.Join(unfinished(t, s), " ")
	if strings.Contains(left, old) || !strings.Contains(left, young) || !strings.Contains(left, foreign) {
		t.Errorf("left %q, want all but %s", left, old)
	}
	if all := keys(t, s, future); len(all) > 0 {
		t.Errorf("leftovers are visible: %v", all)
	}
}

func TestS3PrefixKeepsApart(t *testing.T) {
	srv := newS3(t)
	one := srv.open(t)
	two := *one
	two.prefix = "other/"
	key := put(t, one, "mine")
	if _, err := two.Open(t.Context(), key); err == nil {
		t.Error("the blob is visible under another prefix")
	}
	put(t, &two, "theirs")
	if all := keys(t, one, future); len(all) != 1 || all[0] != key {
		t.Errorf("keys %v, want only %s", all, key)
	}
}
