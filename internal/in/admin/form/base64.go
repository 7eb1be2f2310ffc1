package form

import "strings"

const base64Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"

// decodeBase64 reads base64 as Python does without validation: what is outside the
// alphabet is skipped, the first complete padding ends the text, and a text that
// stops short of its padding is an error.
func decodeBase64(text string) ([]byte, bool) {
	out := make([]byte, 0, len(text)*3/4)
	place, pads := 0, 0 // place in the group of four; equals signs since the last character
	var left byte
	for i := range len(text) {
		if text[i] == '=' {
			if place >= 2 {
				if pads++; place+pads >= 4 {
					return out, true
				}
			}
			continue
		}
		at := strings.IndexByte(base64Alphabet, text[i])
		if at < 0 {
			continue
		}
		bits := byte(at)
		pads = 0
		switch place {
		case 0:
			left = bits
		case 1:
			out, left = append(out, left<<2|bits>>4), bits&0x0F
		case 2:
			out, left = append(out, left<<4|bits>>2), bits&0x03
		case 3:
			out = append(out, left<<6|bits)
		}
		place = (place + 1) % 4
	}
	return out, place == 0
}
