package smtp

import (
	"crypto/tls"
	"fmt"
	"strings"
)

// trace is what goes in front of a message: Return-Path, since its journey ends here, and
// Received (RFC 5321 section 4.4). Only a single recipient is named: others may be hidden
// from one another.
func (s *session) trace(id string) string {
	protocol, cipher := "ESMTP", ""
	if state, ok := s.conn.TLSConnectionState(); ok {
		protocol = "ESMTPS" // RFC 3848
		cipher = fmt.Sprintf("\r\n\t(%s %s)", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
	}
	ip := s.net.peer.String()
	if s.net.peer.Is6() {
		ip = "IPv6:" + ip
	}
	recipient := ""
	if len(s.to) == 1 && len(s.to[0].Recipients) == 1 {
		recipient = "\r\n\tfor <" + s.to[0].Recipients[0] + ">"
	}
	return fmt.Sprintf("Return-Path: <%s>\r\nReceived: from %s ([%s])%s\r\n\tby %s with %s id %s%s;\r\n\t%s\r\n",
		s.from, hostWords(s.conn.Hostname()), ip, cipher, s.server.Hostname, protocol, id, recipient,
		s.server.Now().UTC().Format("Mon, 2 Jan 2006 15:04:05 -0700 (MST)"))
}

const (
	maxHelo  = 255 // bytes
	hostRune = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]"
)

// hostWords is what a peer calls itself, without what means something in a header.
func hostWords(helo string) string {
	if len(helo) > maxHelo {
		helo = helo[:maxHelo]
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(hostRune, r) {
			return r
		}
		return '?'
	}, helo)
}
