package maildns_test

import (
	"context"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// zone is what a name server knows: lines of a name, a type and a value. The type FAIL
// has every question about the name fail.
type zone map[string][]string

// serve answers questions from a zone, as a name server on a socket does.
func serve(t *testing.T, z zone) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		packet := make([]byte, 4096)
		for {
			size, from, err := conn.ReadFrom(packet)
			if err != nil {
				return
			}
			var question dnsmessage.Message
			if question.Unpack(packet[:size]) != nil || len(question.Questions) != 1 {
				continue
			}
			if _, err := conn.WriteTo(z.reply(question), from); err != nil {
				return
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (z zone) reply(question dnsmessage.Message) []byte {
	asked := question.Questions[0]
	answer := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: question.ID, Response: true, RecursionAvailable: true},
		Questions: question.Questions,
	}
	name := strings.ToLower(strings.TrimSuffix(asked.Name.String(), "."))
	records, there := z[name]
	if !there {
		answer.RCode = dnsmessage.RCodeNameError
	}
	for _, line := range records {
		kind, value, _ := strings.Cut(line, " ")
		if kind == "FAIL" {
			answer.RCode = dnsmessage.RCodeServerFailure
		}
		if body := body(kind, value); body != nil && "Type"+kind == asked.Type.String() {
			answer.Answers = append(answer.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: asked.Name, Type: asked.Type, Class: asked.Class}, Body: body,
			})
		}
	}
	packed, err := answer.Pack()
	if err != nil {
		return nil // no answer is one as well: the resolver gives up
	}
	return packed
}

func body(kind, value string) dnsmessage.ResourceBody {
	switch kind {
	case "A":
		return &dnsmessage.AResource{A: netip.MustParseAddr(value).As4()}
	case "MX":
		preference, host, _ := strings.Cut(value, " ")
		n, _ := strconv.Atoi(preference)
		return &dnsmessage.MXResource{Pref: uint16(n), MX: dnsmessage.MustNewName(host)}
	case "PTR":
		return &dnsmessage.PTRResource{PTR: dnsmessage.MustNewName(value)}
	case "TXT": // in strings of 255 bytes at most, as servers keep long ones
		var parts []string
		for len(value) > 200 {
			parts, value = append(parts, value[:200]), value[200:]
		}
		return &dnsmessage.TXTResource{TXT: append(parts, value)}
	}
	return nil
}
