package mail

import (
	"errors"
	"fmt"
	"net"
	"net/url"
)

// Route says how mail leaves. The zero value: not at all.
type Route struct {
	direct   bool
	host     string // of the relay
	port     string
	security security
	user     string
	password string
}

type security int

// How a connection is encrypted.
const (
	required      security = iota // STARTTLS with a good certificate, or no mail
	implicit                      // TLS from the first byte, with a good certificate
	opportunistic                 // STARTTLS where the server has it, whatever its certificate (RFC 7435)
	none
)

// ParseRoute reads STOREDESK_SMTP_RELAY:
//
//	""                       mail does not leave
//	smtp://USER:PASS@HOST    through a relay, port 587, STARTTLS required; ?tls=off without
//	smtps://USER:PASS@HOST   the same, port 465, TLS from the beginning
//	direct:                  to the recipients' own servers; direct:?port=2525 on another port
//
// No error contains the password.
func ParseRoute(raw string) (Route, error) {
	if raw == "" {
		return Route{}, nil
	}
	if raw == "direct" {
		raw += ":"
	}
	u, err := url.Parse(raw)
	if err != nil {
		return Route{}, errors.New("not a URL such as smtp://user:password@relay.example:587 (percent-encode / @ : ? # in the password)")
	}
	r := Route{host: u.Hostname(), port: u.Port()}
	r.user = u.User.Username()
	r.password, _ = u.User.Password()
	if off := u.Query().Get("tls"); off != "" && off != "off" {
		return Route{}, fmt.Errorf("tls=%s is unknown; there is tls=off", off)
	}
	switch u.Scheme {
	case "direct":
		return Route{direct: true, port: orElse(u.Query().Get("port"), "25"), security: opportunistic}, nil
	case "smtp":
		r.port = orElse(r.port, "587")
		if u.Query().Get("tls") == "off" {
			r.security = none
		}
	case "smtps":
		r.port, r.security = orElse(r.port, "465"), implicit
	default:
		return Route{}, fmt.Errorf("scheme %q is none of smtp, smtps, direct", u.Scheme)
	}
	if r.host == "" {
		return Route{}, errors.New("no relay named; write smtp://relay.example")
	}
	return r, nil
}

func orElse(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

// Off tells that mail does not leave.
func (r Route) Off() bool { return !r.direct && r.host == "" }

// String names the route, without its password.
func (r Route) String() string {
	switch {
	case r.Off():
		return "off"
	case r.direct:
		return "direct"
	}
	return net.JoinHostPort(r.host, r.port)
}

// server is where a mail may be handed over.
type server struct {
	host     string // as certificates name it
	port     string
	security security
	user     string
	password string
	relay    bool // the operator's own: its address need not be public
}
