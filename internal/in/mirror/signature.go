package mirror

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"storedesk/internal/pyjson"
)

// SignatureHeader holds the lower-case hex HMAC-SHA256 of the body.
const SignatureHeader = "X-29Next-Signature"

// mac reads the header's value; nil for what cannot be a signature.
func mac(header string) []byte {
	sum, err := hex.DecodeString(header)
	if err != nil || len(sum) != sha256.Size {
		return nil
	}
	return sum
}

// signed tells whether sum is the HMAC of the body: of its bytes, or of those that
// Python's json.dumps makes of it, which is what the original signs. Both are compared
// in constant time.
func signed(secret string, sum, body []byte) bool {
	if hmac.Equal(sum, hashed(secret, body)) {
		return true
	}
	dumped, err := pyjson.Append(make([]byte, 0, len(body)+len(body)/8), body)
	return err == nil && hmac.Equal(sum, hashed(secret, dumped))
}

func hashed(secret string, body []byte) []byte {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write(body)
	return h.Sum(nil)
}
