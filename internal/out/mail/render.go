package mail

import (
	_ "embed"
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/wire"
)

//go:embed mail.html
var pageSource string

var page = template.Must(template.New("mail").Parse(pageSource))

// view is what the HTML of a mail shows.
type view struct {
	Store, Colour, Logo string
	Footer              template.HTML
	Body                template.HTML
	Files               []fileLink
	Intro               string
	Quoted              template.HTML
}

const (
	defaultColour = "#2b5c8a"
	delimiter     = "________________________________"
	maxQuoted     = 20_000 // bytes of the comment before that are shown below
)

var colour = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)

// render makes both forms of a letter's text.
func (s *Service) render(st *desk.Store, l *letter, links []fileLink) (text, html string, err error) {
	v := view{
		Store: st.Name, Colour: defaultColour, Body: asHTML(l.body), Footer: asHTML(st.Mail.Footer), Files: links,
	}
	if colour.MatchString(st.Mail.Colour) {
		v.Colour = st.Mail.Colour
	}
	v.Logo = s.logo(st)
	quoted := ""
	if l.history != nil && strings.TrimSpace(l.history.Body()) != "" {
		quoted = unixLines(cutText(l.history.Body(), maxQuoted))
		v.Intro, v.Quoted = intro(st, l.history, l), asHTML(quoted)
	}
	var b strings.Builder
	if err := page.Execute(&b, v); err != nil {
		return "", "", fmt.Errorf("the HTML of a mail: %w", err)
	}
	return plain(st, l, links, v.Intro, quoted), b.String(), nil
}

// logo is where a store's logo is shown from; "" for none.
func (s *Service) logo(st *desk.Store) string {
	at := st.Mail.LogoURL
	if strings.HasPrefix(at, "/") && s.Origin != nil { // a picture that the program keeps itself
		return s.Origin(st) + at
	}
	if u, err := url.Parse(at); err == nil && u.Scheme == "https" && u.Host != "" {
		return u.String()
	}
	return ""
}

// intro says who wrote what is quoted.
func intro(st *desk.Store, c *wire.CustomerComment, l *letter) string {
	who := st.Name
	if c.FromCustomer() {
		who = "the customer"
		if len(l.to) > 0 && l.agent == 0 {
			who = l.to[0].name
			if who == "" {
				who = l.to[0].address
			}
		}
	}
	return fmt.Sprintf("On %s, %s wrote:", c.At().Time().In(st.Zone).Format("2 January 2006 at 15:04"), oneLine(who))
}

func plain(st *desk.Store, l *letter, links []fileLink, intro, quoted string) string {
	var b strings.Builder
	b.WriteString(strings.TrimRight(unixLines(l.body), "\n") + "\n")
	for _, f := range links {
		fmt.Fprintf(&b, "\n%s: %s", f.Name, f.URL)
	}
	if len(links) > 0 {
		b.WriteString("\n")
	}
	if footer := strings.TrimSpace(unixLines(st.Mail.Footer)); footer != "" {
		b.WriteString("\n-- \n" + footer + "\n") // RFC 3676 section 4.3
	}
	if quoted != "" {
		b.WriteString("\n" + delimiter + "\n" + intro + "\n\n")
		for line := range strings.Lines(quoted) {
			b.WriteString(strings.TrimRight("> "+line, " \n") + "\n")
		}
	}
	return strings.ReplaceAll(b.String(), "\n", "\r\n")
}

func unixLines(text string) string {
	return strings.ReplaceAll(strings.ReplaceAll(strings.ToValidUTF8(text, "\ufffd"), "\r\n", "\n"), "\r", "\n")
}

func cutText(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}

var address = regexp.MustCompile(`https?://[^\s<>"']+`)

// asHTML shows plain text as it is, with line breaks and links.
func asHTML(text string) template.HTML {
	text = strings.Trim(unixLines(text), "\n")
	var b strings.Builder
	escaped := func(s string) { b.WriteString(template.HTMLEscapeString(s)) }
	last := 0
	for _, at := range address.FindAllStringIndex(text, -1) {
		end := at[0] + len(strings.TrimRight(text[at[0]:at[1]], ".,;:!?)]}"))
		escaped(text[last:at[0]])
		link := template.HTMLEscapeString(text[at[0]:end])
		b.WriteString(`<a href="` + link + `">` + link + `</a>`)
		last = end
	}
	escaped(text[last:])
	return template.HTML(strings.ReplaceAll(b.String(), "\n", "<br>\n")) //nolint:gosec // escaped above, piece by piece
}
