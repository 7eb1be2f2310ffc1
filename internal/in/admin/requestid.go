package admin

import (
	"encoding/hex"
	"math/rand/v2"
)

const maxRequestID = 128

// requestID takes over the id a client or proxy gave the request, if it is fit for
// a log line, and makes one otherwise. It need not be unguessable, only distinct.
func requestID(header []string) string {
	if len(header) == 1 && saneID(header[0]) {
		return header[0]
	}
	var raw [12]byte
	high, low := rand.Uint64(), rand.Uint32()
	for i := range 8 {
		raw[i] = byte(high >> (8 * i))
	}
	for i := range 4 {
		raw[8+i] = byte(low >> (8 * i))
	}
	var text [24]byte
	hex.Encode(text[:], raw[:])
	return string(text[:])
}

func saneID(id string) bool {
	if id == "" || len(id) > maxRequestID {
		return false
	}
	for i := range len(id) {
		switch b := id[i]; {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b >= '0' && b <= '9':
		case b == '-', b == '_', b == '.', b == ':', b == '/', b == '+', b == '=', b == '@':
		default:
			return false
		}
	}
	return true
}
