package blob

import (
	"crypto/rand"
	"fmt"
	"strings"
)

const (
	minKey = 16
	maxKey = 64
)

// NewKey returns a key that cannot be guessed (at least 128 random bits) and
// may stand unescaped in a URL, a file name and an object name: 26 or more
// lower-case letters and digits.
func NewKey() string { return strings.ToLower(rand.Text()) }

func checkKey(key string) error {
	if !validKey(key) {
		// Not quoted in full: it may be a megabyte from a request's path.
		return fmt.Errorf("%w: %.80q", ErrKey, key)
	}
	return nil
}

func validKey(key string) bool {
	if len(key) < minKey || len(key) > maxKey {
		return false
	}
	for _, c := range []byte(key) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
