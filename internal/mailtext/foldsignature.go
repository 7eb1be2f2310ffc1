package mailtext

import (
	"regexp"
	"strings"
)

const (
	maxSignature  = 25  // lines under "-- "; more is no signature
	maxSloppy     = 10  // lines under "--", which some write for a rule
	maxDeviceLine = 120 // bytes of a line such as "Sent from my iPhone"
)

// deviceLine begins as the line that a telephone or program puts under each mail, and
// names it. "Sent by parcel on Monday" is no such line.
var (
	deviceStarts = regexp.MustCompile(`(?i)^[*_\[<( ]*(?:sent (?:from|using|via|with|by)|get outlook|` +
		`von meine[mr]|gesendet (?:von|mit|über)|diese nachricht wurde|holen sie sich|` +
		`envoyé (?:de|depuis|à partir|avec)|obtenez|obtenir|télécharge[rz]|provenance|` +
		`enviad[oa] (?:desde|do|da|a partir|de)|obtener|obten(?:ha|er)|obter|descarga|` +
		`inviat[oa] (?:da|dal|con)|ottieni|scarica|` +
		`ver(?:zonden|stuurd) (?:vanaf|met|via)|outlook (?:voor|downloaden)|download|` +
		`skickat (?:från|med)|hämta|skaffa|sendt (?:fra|med)|hent|få |lähetetty|hanki|ส่งจาก|รับ |ดาวน์โหลด)`)
	deviceNames = regexp.MustCompile(`(?i)iphone|ipad|ios|android|galaxy|samsung|huawei|xiaomi|redmi|pixel|blackberry|nokia|` +
		`outlook|\bmail\b|e-mail|courrier|posta|gmail|yahoo|windows|aol|gmx|web\.de|t-online|proton|mailspring|` +
		`phone|telefon|téléphone|teléfono|telemóvel|celular|móvil|mobil|mobiel|smartphone|handy|tablet|puhelimesta|มือถือ|โทรศัพท์`)
)

func deviceLine(line string) bool {
	return len(line) <= maxDeviceLine && deviceStarts.MatchString(line) && deviceNames.MatchString(line)
}

// sign finds the signature in each run of new lines.
func (f *folder) sign() {
	for i := 0; i < len(f.lines); {
		j := i
		for j < len(f.lines) && f.lines[j].kind == New {
			j++
		}
		f.signRun(i, j)
		i = j + 1
	}
}

// signRun finds the signature in the new lines from i up to end.
func (f *folder) signRun(i, end int) {
	for j := i; j < end; j++ {
		if limit := f.delimits(j); limit > 0 && f.written(j, end) <= limit {
			f.markSignature(j, end)
			return
		}
	}
	for j := end - 1; j >= i; j-- {
		if l := f.lines[j].head; l != "" && !deviceLine(l) {
			return
		} else if l != "" {
			f.markSignature(j, end)
			end = j
		}
	}
}

// delimits tells how long a signature the line may begin (RFC 3676, section 4.3), 0 if
// it is no delimiter.
func (f *folder) delimits(i int) int {
	switch strings.TrimRight(f.lines[i].text, "\r\n") {
	case "-- ", "--\u00a0":
		return maxSignature
	case "--", "—", "- --":
		return maxSloppy
	}
	return 0
}

// written counts the lines from i up to end that are not empty, as far as it matters.
func (f *folder) written(i, end int) int {
	n := 0
	for ; i < end && n <= maxSignature; i++ {
		if f.lines[i].head != "" {
			n++
		}
	}
	return n
}

func (f *folder) markSignature(i, end int) {
	for ; i < end; i++ {
		f.lines[i].kind = Signature
	}
}
