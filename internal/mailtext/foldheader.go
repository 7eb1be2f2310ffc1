package mailtext

import (
	"slices"
	"strings"
	"unicode"
)

// field is a line of the header that Outlook and others write above a quoted mail.
type field uint8

const (
	noField field = iota
	from
	sent
	to
	copied
	subject
	fields
)

// labels names the fields as programs write them: English, German, French, Spanish,
// Italian, Dutch, Portuguese, Swedish, Norwegian, Danish, Finnish, Thai.
var labels = func() map[string]field {
	all := map[string]field{}
	for f, names := range map[field]string{
		from: "from von de da van från fra lähettäjä จาก",
		sent: "sent date gesendet datum envoyé fecha enviado enviado_el enviada enviada_em enviado_em inviato data verzonden " +
			"skickat sendt dato lähetetty päivämäärä päiväys ส่ง ส่งเมื่อ วันที่",
		to:      "to an à a para aan till til vastaanottaja ถึง",
		copied:  "cc bcc kopie kopia kopi kopio สำเนา reply-to antwort_an",
		subject: "subject betreff objet asunto oggetto onderwerp assunto ämne emne aihe เรื่อง หัวเรื่อง",
	} {
		for _, name := range strings.Fields(names) {
			all[strings.ReplaceAll(name, "_", " ")] = f
		}
	}
	return all
}()

const (
	maxHeaderLines = 14 // long lists of recipients take several lines
	maxLabel       = 40 // bytes
)

// label reads the field that a line begins.
func label(line string) field {
	line = strings.TrimLeft(line, "*_ ")
	colon := strings.IndexAny(line[:min(len(line), maxLabel)], ":：")
	if colon < 0 {
		return noField
	}
	name := strings.TrimFunc(line[:colon], func(r rune) bool { return r == '*' || r == '_' || unicode.IsSpace(r) })
	return labels[strings.ToLower(name)]
}

// header tells how many lines from i are the header of a quoted mail: who, and two more
// fields of which one is the subject, or an address. Less may be the writer's own
// ("From: Berlin, to: Hamburg").
func (f *folder) header(i, end int) int {
	if first := label(f.lines[i].head); first != from && first != sent && first != subject {
		return 0
	}
	var seen [fields]bool
	address, n := false, 0
	for j := i; j < min(i+maxHeaderLines, end); j++ {
		head := f.lines[j].head
		field := label(head)
		switch {
		case field != noField && !seen[field]:
			seen[field] = true
			n = j - i + 1
			address = address || (field == from || field == to) && strings.Contains(head, "@")
		case field != noField, head == "" && j > i && label(f.lines[j-1].head) == noField:
			j = end // the next header, or the end of this one
		}
	}
	found := 0
	for _, is := range seen {
		if is {
			found++
		}
	}
	if seen[from] && found >= 3 && (seen[subject] || address) {
		return n
	}
	return 0
}

// dividers are what programs write between dashes, or before a colon, above a quoted or
// forwarded mail.
var dividers = []string{
	"original message", "original appointment", "forwarded message", "begin forwarded message", "reply message",
	"ursprüngliche nachricht", "originalnachricht", "original-nachricht", "weitergeleitete nachricht",
	"anfang der weitergeleiteten nachricht", "anfang der weitergeleiteten e-mail",
	"message d'origine", "message d’origine", "message original", "message transféré", "début du message transféré", "début du message réexpédié",
	"mensaje original", "mensaje reenviado", "inicio del mensaje reenviado",
	"messaggio originale", "messaggio inoltrato", "inizio messaggio inoltrato",
	"oorspronkelijk bericht", "oorspronkelijke bericht", "doorgestuurd bericht", "begin doorgestuurd bericht",
	"mensagem original", "mensagem encaminhada", "mensagem reencaminhada", "início da mensagem encaminhada", "início da mensagem reencaminhada",
	"ursprungligt meddelande", "originalmeddelande", "vidarebefordrat meddelande", "vidarebefordrat brev",
	"opprinnelig melding", "original melding", "videresendt melding", "begynnelse på videresendt melding",
	"oprindelig meddelelse", "original meddelelse", "oprindelig besked", "videresendt meddelelse", "videresendt besked", "start på videresendt besked",
	"alkuperäinen viesti", "välitetty viesti", "edelleenlähetetty viesti", "välitetty viesti alkaa",
	"ข้อความต้นฉบับ", "ข้อความเดิม", "ข้อความที่ส่งต่อ", "เริ่มข้อความที่ส่งต่อ",
}

// divides tells whether a line stands between a mail and the one it quotes.
func divides(line string) bool {
	if len(line) > 200 {
		return false
	}
	bare := strings.TrimFunc(line, func(r rune) bool { return strings.ContainsRune("-—–_=*:： \u00a0", r) })
	framed := strings.HasPrefix(line, "--") || strings.HasPrefix(line, "—") || strings.HasPrefix(line, "==") || strings.HasPrefix(line, "__")
	closed := strings.HasSuffix(line, ":") && !framed
	if !framed && !closed || !slices.Contains(dividers, strings.ReplaceAll(strings.ToLower(bare), "\u00a0", " ")) {
		return false
	}
	return framed || strings.Contains(bare, " ")
}

// underlined tells whether a line is the rule that Outlook draws above its header.
func underlined(line string) bool {
	return len(line) >= 10 && strings.Trim(line, "_") == ""
}
