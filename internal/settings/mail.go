package settings

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"storedesk/internal/desk"
)

// Limits of a store's mail settings.
const (
	maxAliases  = 20
	maxFromName = 100 // characters
	maxFooter   = 2000
	maxLogoURL  = 2000
	maxDays     = 3650
)

// mailSettings are the names that Set knows for a store's mail.
var mailSettings = [][2]string{
	{"mail_aliases", "further addresses that customers write to, separated by commas"},
	{"mail_from_name", "the name that mail is from; empty: the store's name"},
	{"mail_admin_address", "an address that hears of each new ticket; empty: none"},
	{"mail_colour", "the colour of mail, such as #336699"},
	{"mail_logo_url", "an https address of the logo in mail"},
	{"mail_footer", "the lines under each mail"},
	{"mail_plus_address", "whether answers go to an address with a plus sign, which finds the ticket best: yes or no"},
	{"close_solved_days", "after how many days solved tickets close; -1: never"},
	{"close_idle_days", "after how many days without a change tickets close; -1: never"},
	{"held_days", "how many days mail that is held as spam is kept"},
}

var colour = regexp.MustCompile(`^#[0-9a-f]{6}$`)

// setMail changes one setting of a store's mail; known tells whether there is one of that
// name.
func setMail(m *desk.MailSettings, name, value string) (known bool, err error) {
	switch name {
	case "mail_aliases":
		m.Aliases, err = aliases(value)
	case "mail_from_name":
		m.FromName, err = value, checkText(value, maxFromName, false)
	case "mail_admin_address":
		if m.AdminAddress = value; value != "" && !desk.IsAddress(value) {
			err = desk.Errorf(desk.Invalid, "%q is no e-mail address", value)
		}
	case "mail_colour":
		if m.Colour = strings.ToLower(value); value != "" && !colour.MatchString(m.Colour) {
			err = desk.Errorf(desk.Invalid, "%q is no colour; write one such as #336699", value)
		}
	case "mail_logo_url":
		m.LogoURL, err = value, checkLogo(value)
	case "mail_footer":
		m.Footer, err = value, checkText(value, maxFooter, true)
	case "mail_plus_address":
		switch value {
		case "yes":
			m.PlusAddress = ""
		case "no":
			m.PlusAddress = "no"
		default:
			err = desk.Errorf(desk.Invalid, "%q is neither yes nor no", value)
		}
	case "close_solved_days":
		m.CloseSolvedDays, err = days(value, true)
	case "close_idle_days":
		m.CloseIdleDays, err = days(value, true)
	case "held_days":
		m.HeldDays, err = days(value, false)
	default:
		return false, nil
	}
	return true, err
}

func aliases(value string) ([]string, error) {
	var list []string
	for address := range strings.SplitSeq(value, ",") {
		if address = strings.TrimSpace(address); address == "" {
			continue
		}
		if !desk.IsAddress(address) {
			return nil, desk.Errorf(desk.Invalid, "%q is no e-mail address", address)
		}
		list = append(list, address)
	}
	if len(list) > maxAliases {
		return nil, desk.Errorf(desk.Invalid, "a store can have %d further addresses, not %d", maxAliases, len(list))
	}
	return list, nil
}

// checkText refuses what would break a header or hide something in a mail.
func checkText(value string, most int, lines bool) error {
	if n := utf8.RuneCountInString(value); n > most {
		return desk.Errorf(desk.Invalid, "%d characters are too many; %d are allowed", n, most)
	}
	bad := func(r rune) bool { return r == utf8.RuneError || unicode.IsControl(r) && (!lines || r != '\n') }
	if strings.ContainsFunc(value, bad) {
		return desk.Errorf(desk.Invalid, "the text has control characters")
	}
	return nil
}

// ownPicture is the path of a picture that the program keeps itself.
var ownPicture = regexp.MustCompile(`^/pictures/[a-z2-7]{26}$`)

func checkLogo(value string) error {
	if ownPicture.MatchString(value) {
		return nil
	}
	u, err := url.Parse(value)
	if value != "" && (err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || len(value) > maxLogoURL) {
		return desk.Errorf(desk.Invalid, "%q is no https address", value)
	}
	return nil
}

func days(value string, never bool) (int, error) {
	n, err := strconv.Atoi(value)
	if err == nil && (n >= 1 && n <= maxDays || never && n == -1) {
		return n, nil
	}
	or := ""
	if never {
		or = ", or -1 for never"
	}
	return 0, desk.Errorf(desk.Invalid, "%q is no number of days; write 1 to %d%s", value, maxDays, or)
}

// receivedElsewhere refuses addresses that lead to another store: a mail to them must
// find one.
func receivedElsewhere(st *desk.Store, all []*desk.Store) error {
	for _, address := range append([]string{st.SupportEmail}, st.Mail.Aliases...) {
		for _, other := range all {
			if other.ID != st.ID && address != "" && other.Receives(address) {
				return desk.Errorf(desk.Conflict, "%s is an address of the store %q already", address, other.Name)
			}
		}
	}
	return nil
}
