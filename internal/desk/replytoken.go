package desk

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
)

// ReplyToken names a ticket in an address or a subject so that nobody can make one up:
// the ticket's number, the agent's account whom the mail was sent to (0 for customers),
// and a signature made with the store's mail secret. It is of letters, digits and hyphens
// in lower case, since some mail servers fold addresses.
func ReplyToken(secret string, ticket, agent int64) string {
	text := "t" + strconv.FormatInt(ticket, 36)
	if agent != 0 {
		text += "-a" + strconv.FormatInt(agent, 36)
	}
	return text + "-" + tokenSignature(secret, text)
}

// ParseReplyToken reads a token in any case; ok is false unless the secret made it.
func ParseReplyToken(secret, token string) (ticket, agent int64, ok bool) {
	token = strings.ToLower(token)
	at := strings.LastIndexByte(token, '-')
	if at < 0 || secret == "" || !hmac.Equal([]byte(token[at+1:]), []byte(tokenSignature(secret, token[:at]))) {
		return 0, 0, false
	}
	first, second, _ := strings.Cut(token[:at], "-")
	ticket, err := strconv.ParseInt(strings.TrimPrefix(first, "t"), 36, 64)
	if err != nil {
		return 0, 0, false
	}
	if second != "" {
		if agent, err = strconv.ParseInt(strings.TrimPrefix(second, "a"), 36, 64); err != nil {
			return 0, 0, false
		}
	}
	return ticket, agent, true
}

// tokenSignature has 80 bits: guesses are counted, and each costs a mail.
func tokenSignature(secret, text string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("reply\x00" + text))
	return strings.ToLower(base32.StdEncoding.EncodeToString(mac.Sum(nil)[:10]))
}

// ReplyAddress is where answers to a mail about a ticket go: support+TOKEN@…, or the plain
// support address where the store's mail server does not know plus addresses.
func (st *Store) ReplyAddress(ticket, agent int64) string {
	local, domain, ok := strings.Cut(st.SupportEmail, "@")
	if !ok || st.Mail.PlusAddress == "no" {
		return st.SupportEmail
	}
	return local + "+" + ReplyToken(st.Mail.Secret, ticket, agent) + "@" + domain
}

// Tagged takes an address apart into the one before the plus sign and what stands between
// that and the @; tag is "" for a plain address.
func Tagged(address string) (plain, tag string) {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return address, ""
	}
	local, tag, _ := strings.Cut(address[:at], "+")
	return local + address[at:], tag
}

// Receives tells whether mail to an address, with or without a tag, is for the store.
func (st *Store) Receives(address string) bool {
	plain, _ := Tagged(Fold(address))
	if st.SupportEmail == "" {
		return false
	}
	if plain == Fold(st.SupportEmail) {
		return true
	}
	for _, alias := range st.Mail.Aliases {
		if plain == Fold(alias) {
			return true
		}
	}
	return false
}
