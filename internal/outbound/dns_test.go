package outbound_test

import (
	"context"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// nameServer answers every name with what answers says; n counts the questions for IPv4
// addresses from one. Any other question has an empty answer.
func nameServer(t *testing.T, answers func(n int) []string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	var asked atomic.Int32
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
			var addresses []string
			if question.Questions[0].Type == dnsmessage.TypeA {
				addresses = answers(int(asked.Add(1)))
			}
			if _, err := conn.WriteTo(reply(question, addresses), from); err != nil {
				return
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func reply(question dnsmessage.Message, addresses []string) []byte {
	name := question.Questions[0]
	answer := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: question.ID, Response: true, RecursionAvailable: true},
		Questions: question.Questions,
	}
	for _, address := range addresses {
		answer.Answers = append(answer.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: name.Name, Type: name.Type, Class: name.Class},
			Body:   &dnsmessage.AResource{A: netip.MustParseAddr(address).As4()},
		})
	}
	packed, err := answer.Pack()
	if err != nil {
		return nil // no answer is one as well: the resolver gives up
	}
	return packed
}
