package dashboard

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// auditRow is one line of the record of access.
type auditRow struct {
	ID        int64             `json:"id"`
	Action    string            `json:"action"`
	Account   int64             `json:"account"` // 0: nobody known, or the command line
	Actor     string            `json:"actor"`
	Subject   string            `json:"subject"`
	Data      map[string]string `json:"data"`
	IP        string            `json:"ip"`
	UserAgent string            `json:"user_agent"`
	Device    string            `json:"device"`
	CreatedAt *string           `json:"created_at"`
}

func auditOf(e *desk.AuditEntry) auditRow {
	row := auditRow{
		e.ID, e.Action, e.AccountID, e.Actor, e.Subject, e.Data, e.IP, e.UserAgent, page.Browser(e.UserAgent), instant(e.CreatedAt),
	}
	if row.Data == nil {
		row.Data = map[string]string{}
	}
	return row
}

var auditAction = regexp.MustCompile(`^[a-z_]{1,40}\.[a-z_]{0,40}$`)

// auditFilter reads who, what and when from the query.
func auditFilter(q *page.Request) (desk.AuditFilter, error) {
	f, fields := desk.AuditFilter{Action: q.Query("action")}, desk.Fields{}
	if f.Action != "" && !auditAction.MatchString(f.Action) {
		fields.Add("action", "That is no action.")
	}
	if text := q.Query("account"); text != "" {
		var err error
		if f.AccountID, err = strconv.ParseInt(text, 10, 64); err != nil || f.AccountID <= 0 {
			fields.Add("account", "That is nobody.")
		}
	}
	for name, to := range map[string]*desk.Instant{"from": &f.Span.From, "to": &f.Span.To} {
		if text := q.Query(name); text != "" {
			at, err := time.Parse(time.RFC3339, text)
			if err != nil {
				fields.Add(name, "That is no time.")
			}
			*to = desk.At(at)
		}
	}
	if len(fields) > 0 {
		return f, &desk.Error{Code: desk.Invalid, Message: "The filter is not understood.", Fields: fields}
	}
	return f, nil
}

func (d *door) audit(q *page.Request) error {
	f, err := auditFilter(q)
	if err != nil {
		return err
	}
	entries, err := d.Accounts.AuditLog(q.Ctx(), q.Store, q.Staff, f, after(q), accessPage+1)
	if err != nil {
		return err
	}
	more := len(entries) > accessPage
	rows, last := make([]auditRow, min(len(entries), accessPage)), int64(0)
	for i := range rows {
		rows[i], last = auditOf(&entries[i]), entries[i].ID
	}
	return paged(q, rows, more, last)
}

// Bounds of an export.
const (
	exportBatch  = 1000
	exportMost   = 100_000 // lines
	exportPacing = 30 * time.Second
)

// exportAudit streams what a filter selects as CSV, newest first.
func (d *door) exportAudit(q *page.Request) error {
	f, err := auditFilter(q)
	if err != nil {
		return err
	}
	entries, err := d.Accounts.AuditLog(q.Ctx(), q.Store, q.Staff, f, 0, exportBatch)
	if err != nil {
		return err
	}
	h := q.W.Header()
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="audit-`+d.Now().UTC().Format("2006-01-02")+`.csv"`)
	out, ctl := csv.NewWriter(q.W), http.NewResponseController(q.W)
	_ = out.Write([]string{"id", "time", "action", "who", "subject", "details", "ip", "user_agent"}) // Error tells
	for n := 0; len(entries) > 0 && n < exportMost; n += exportBatch {
		_ = ctl.SetWriteDeadline(d.Now().Add(exportPacing)) // without deadlines a stalled browser would hold it for ever
		for i := range entries {
			_ = out.Write(auditLine(&entries[i])) // Error tells
		}
		out.Flush()
		if len(entries) < exportBatch || ended(q.Ctx().Done()) { // that was all, or nobody listens
			break
		}
		entries = d.moreAudit(q, f, entries[len(entries)-1].ID)
	}
	return nil
}

// ended tells whether the browser went away.
func ended(done <-chan struct{}) bool {
	select {
	case <-done:
		return true
	default:
		return false
	}
}

// moreAudit reads on in an answer that has begun: cut off, it cannot be taken for whole.
func (d *door) moreAudit(q *page.Request, f desk.AuditFilter, before int64) []desk.AuditEntry {
	list, err := d.Accounts.AuditLog(q.Ctx(), q.Store, q.Staff, f, before, exportBatch)
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	return list
}

func auditLine(e *desk.AuditEntry) []string {
	data, _ := json.Marshal(e.Data) // strings always can be
	return []string{
		strconv.FormatInt(e.ID, 10), e.CreatedAt.Time().UTC().Format(time.RFC3339), e.Action,
		noFormula(e.Actor), noFormula(e.Subject), noFormula(string(data)), e.IP, noFormula(e.UserAgent),
	}
}

// noFormula keeps a spreadsheet from running what somebody wrote, as OWASP has it.
func noFormula(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
