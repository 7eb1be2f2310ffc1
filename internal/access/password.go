package access

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"sync"

	"golang.org/x/crypto/argon2"

	"storedesk/internal/desk"
)

// Hashing is what a password hash costs (argon2id, RFC 9106). The zero value is not
// usable; see DefaultHashing.
type Hashing struct {
	Memory uint32 // KiB
	Time   uint32
}

// DefaultHashing is OWASP's first choice: 19 MiB and two passes, some 40 ms.
var DefaultHashing = Hashing{Memory: 19 * 1024, Time: 2}

const (
	saltLength = 16
	keyLength  = 32
)

// hashing bounds how many passwords are hashed at once: each takes its memory, and
// strangers decide how many come in.
type hashing struct {
	cost  Hashing
	slots chan struct{}
	dummy func() string // a hash that no password has
}

func newHashing(cost Hashing) *hashing {
	h := &hashing{cost: cost, slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))}
	h.dummy = sync.OnceValue(func() string { return h.encode([]byte(rand.Text()), []byte(rand.Text())[:saltLength], cost) })
	return h
}

func (h *hashing) acquire(ctx context.Context) error {
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (h *hashing) release() { <-h.slots }

// hash makes the hash of a new password.
func (h *hashing) hash(ctx context.Context, password string) (string, error) {
	if err := h.acquire(ctx); err != nil {
		return "", err
	}
	defer h.release()
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails
	return h.encode([]byte(password), salt, h.cost), nil
}

func (h *hashing) encode(password, salt []byte, cost Hashing) string {
	key := argon2.IDKey(password, salt, cost.Time, cost.Memory, 1, keyLength)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, cost.Memory, cost.Time, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// verify compares a password with a hash. An empty hash costs the same and fits no
// password, so the time tells nothing about the account.
func (h *hashing) verify(ctx context.Context, password, encoded string) (bool, error) {
	if err := h.acquire(ctx); err != nil {
		return false, err
	}
	defer h.release()
	none := encoded == ""
	if none {
		encoded = h.dummy()
	}
	cost, salt, key, err := parseHash(encoded)
	if err != nil {
		return false, err
	}
	got := argon2.IDKey([]byte(password), salt, cost.Time, cost.Memory, 1, keyLength)
	return subtle.ConstantTimeCompare(got, key) == 1 && !none, nil
}

func parseHash(encoded string) (cost Hashing, salt, key []byte, err error) {
	parts := strings.Split(encoded, "$")
	if len(parts) != 6 || parts[1] != "argon2id" {
		return cost, nil, nil, fmt.Errorf("a password hash of unknown form")
	}
	if _, err = fmt.Sscanf(parts[3], "m=%d,t=%d,p=1", &cost.Memory, &cost.Time); err != nil {
		return cost, nil, nil, fmt.Errorf("a password hash of unknown cost: %w", err)
	}
	if salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return cost, nil, nil, err
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	if err == nil && len(key) != keyLength {
		err = fmt.Errorf("a password hash of %d bytes", len(key)) // an empty one would equal anything
	}
	return cost, salt, key, err
}

// Lengths of a password, in bytes.
const (
	minPassword = 10
	maxPassword = 1000
)

// CheckPassword says what is wrong with a new password, for the field "password". Only
// length counts, and that it is neither the address nor one letter again and again.
func CheckPassword(password, email string) error {
	message := ""
	switch {
	case len(password) < minPassword:
		message = "password.short"
	case len(password) > maxPassword:
		message = "password.long"
	case strings.EqualFold(password, email), strings.Count(password, password[:1]) == len(password):
		message = "password.guessable"
	default:
		return nil
	}
	return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"password": {message}}}
}

// newSecret is what cookies and links hold: 52 characters, some 260 random bits.
func newSecret() string { return rand.Text() + rand.Text() }

// digest is how secrets are kept. They are long and random, so a fast hash does.
func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
