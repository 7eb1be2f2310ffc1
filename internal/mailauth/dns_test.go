package mailauth_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"
)

// zone holds records by "TYPE name": texts, or addresses.
type zone map[string][]string

// serve starts a name server of the zone on a port of its own and returns a resolver that
// asks it. Names in lost are never answered.
func (z zone) serve(t testing.TB, lost ...string) *net.Resolver {
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
			var message dnsmessage.Message
			if message.Unpack(packet[:size]) != nil || len(message.Questions) != 1 {
				continue
			}
			if answer := z.answer(message, lost); answer != nil {
				_, _ = conn.WriteTo(answer, from) // unanswered is an answer too
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (z zone) answer(message dnsmessage.Message, lost []string) []byte {
	question := message.Questions[0]
	name := strings.ToLower(strings.TrimSuffix(question.Name.String(), "."))
	for _, l := range lost {
		if name == l {
			return nil
		}
	}
	reply := dnsmessage.Message{
		Header:    dnsmessage.Header{ID: message.ID, Response: true, RecursionAvailable: true},
		Questions: message.Questions,
	}
	records := z[strings.TrimPrefix(question.Type.String(), "Type")+" "+name]
	if len(records) == 0 {
		reply.RCode = dnsmessage.RCodeNameError
	}
	for _, record := range records {
		reply.Answers = append(reply.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: question.Name, Type: question.Type, Class: question.Class, TTL: 60},
			Body:   body(question.Type, record),
		})
	}
	packed, err := reply.Pack()
	if err != nil {
		panic(err)
	}
	return packed
}

func body(kind dnsmessage.Type, record string) dnsmessage.ResourceBody {
	switch kind {
	case dnsmessage.TypeA:
		return &dnsmessage.AResource{A: netip.MustParseAddr(record).As4()}
	case dnsmessage.TypeMX:
		return &dnsmessage.MXResource{Pref: 10, MX: dnsmessage.MustNewName(record + ".")}
	}
	var texts []string
	for len(record) > 255 {
		texts, record = append(texts, record[:255]), record[255:]
	}
	return &dnsmessage.TXTResource{TXT: append(texts, record)}
}

// texts is a resolver without a network: TXT records by name.
type texts map[string]string

func (r texts) LookupTXT(_ context.Context, name string) ([]string, error) {
	if txt, ok := r[name]; ok {
		return []string{txt}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (texts) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	return nil, &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (texts) LookupIPAddr(_ context.Context, host string) ([]net.IPAddr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func (texts) LookupAddr(_ context.Context, addr string) ([]string, error) {
	return nil, &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}
}

// counted counts the look-ups it passes on.
type counted struct {
	*net.Resolver
	n atomic.Int32
}

func (c *counted) LookupTXT(ctx context.Context, name string) ([]string, error) {
	c.n.Add(1)
	return c.Resolver.LookupTXT(ctx, name)
}

func (c *counted) LookupMX(ctx context.Context, name string) ([]*net.MX, error) {
	c.n.Add(1)
	return c.Resolver.LookupMX(ctx, name)
}

func (c *counted) LookupIPAddr(ctx context.Context, host string) ([]net.IPAddr, error) {
	c.n.Add(1)
	return c.Resolver.LookupIPAddr(ctx, host)
}
