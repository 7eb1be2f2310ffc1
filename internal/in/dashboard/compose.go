package dashboard

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/page"
	"storedesk/internal/store"
	"storedesk/internal/tickets"
)

func (d *door) composeRoutes() []page.Route {
	return append([]page.Route{
		get("drafts/", forTickets, d.myDrafts),
		get("tickets/{id}/drafts/", forTickets, d.ticketDrafts),
		change(http.MethodPut, "tickets/{id}/drafts/{kind}/", forTickets, d.saveDraft),
		change(http.MethodDelete, "tickets/{id}/drafts/{kind}/", forTickets, d.dropDraft),
		change(http.MethodPost, "tickets/{id}/submit/", forTickets, d.submit),
		change(http.MethodPost, "tickets/{id}/submit/undo/", forTickets, d.undoSubmit),
		get("tickets/{id}/recipients/", forTickets, d.recipients),
		get("tickets/{id}/variables/", forTickets, d.variables),
		change(http.MethodPost, "tickets/", forTickets, d.newTicket),
		get("lookups/order/", forTickets, d.orderFilling),
		uploadRow(d.uploadFiles),
	}, d.macroRoutes()...)
}

// written is what somebody has written so far.
type written struct {
	Body        string             `json:"body"`
	Changes     desk.Changes       `json:"changes"`
	Attachments []int64            `json:"attachments"`
	AddCC       []desk.Participant `json:"add_cc"`
	RemoveCC    []string           `json:"remove_cc"`
	Macros      []int64            `json:"macros"`
	Form        json.RawMessage    `json:"form"`
	BaseSeq     int64              `json:"base_seq"`
}

func (w *written) draft(q *page.Request, ticket int64, kind desk.DraftKind) *desk.Draft {
	if string(w.Form) == "null" {
		w.Form = nil
	}
	return &desk.Draft{
		TicketID: ticket, UserID: q.Staff.UserID, Kind: kind, Body: clean(w.Body), BaseSeq: w.BaseSeq,
		Data: desk.DraftData{
			Changes: w.Changes, Attachments: w.Attachments, AddCC: w.AddCC, RemoveCC: w.RemoveCC, Macros: w.Macros, Form: w.Form,
		},
	}
}

type attached struct {
	ID   int64  `json:"id"`
	Name string `json:"file_name"`
	Size int64  `json:"size"`
}

func attachedFiles(list []desk.Attachment) []attached {
	out := make([]attached, len(list))
	for i, a := range list {
		out[i] = attached{a.ID, a.FileName, a.Size}
	}
	return out
}

type draftShown struct {
	Ticket      int64              `json:"ticket"`
	Kind        desk.DraftKind     `json:"kind"`
	Body        string             `json:"body"`
	Changes     desk.Changes       `json:"changes"`
	Attachments []attached         `json:"attachments"`
	AddCC       []desk.Participant `json:"add_cc"`
	RemoveCC    []string           `json:"remove_cc"`
	Macros      []int64            `json:"macros"`
	Form        json.RawMessage    `json:"form"`
	BaseSeq     int64              `json:"base_seq"`
	SendAt      *string            `json:"send_at"`
	Held        string             `json:"held"`
	UpdatedAt   *string            `json:"updated_at"`
}

func showDraft(d *desk.Draft, uploads []desk.Attachment) *draftShown {
	s := &draftShown{
		d.TicketID, d.Kind, d.Body, d.Data.Changes, attachedFiles(uploads), d.Data.AddCC, d.Data.RemoveCC, d.Data.Macros, d.Data.Form,
		d.BaseSeq, instant(d.SendAt), d.Held, instant(d.UpdatedAt),
	}
	if s.AddCC == nil {
		s.AddCC = []desk.Participant{}
	}
	if s.RemoveCC == nil {
		s.RemoveCC = []string{}
	}
	if s.Macros == nil {
		s.Macros = []int64{}
	}
	if s.Form == nil {
		s.Form = json.RawMessage("null")
	}
	return s
}

// draftLine is a draft in a list.
type draftLine struct {
	Ticket    int64          `json:"ticket"`
	Kind      desk.DraftKind `json:"kind"`
	Start     string         `json:"start"` // of its text
	SendAt    *string        `json:"send_at"`
	Held      string         `json:"held"`
	UpdatedAt *string        `json:"updated_at"`
}

func (d *door) myDrafts(q *page.Request) error {
	drafts, err := d.Tickets.DraftsOf(q.Ctx(), q.Store, q.Staff.UserID)
	lines := make([]draftLine, len(drafts))
	for i, x := range drafts {
		start := []rune(strings.Join(strings.Fields(x.Body), " "))
		lines[i] = draftLine{x.TicketID, x.Kind, string(start[:min(len(start), 120)]), instant(x.SendAt), x.Held, instant(x.UpdatedAt)}
	}
	return answer(q, lines, err)
}

// otherDraft says that somebody else is writing, and no more.
type otherDraft struct {
	User      named          `json:"user"`
	Kind      desk.DraftKind `json:"kind"`
	UpdatedAt *string        `json:"updated_at"`
}

type ticketDrafts struct {
	Reply  *draftShown  `json:"reply"`
	Note   *draftShown  `json:"note"`
	New    *draftShown  `json:"new"`
	Others []otherDraft `json:"others"`
}

// draftTicket is the ticket of a draft; 0 for one that is not there yet.
func draftTicket(q *page.Request) (int64, error) {
	if q.R.PathValue("id") == "0" {
		return 0, nil
	}
	return pathID(q, "id")
}

// ticketDrafts shows the drafts of a ticket: one's own whole, of others their names.
func (d *door) ticketDrafts(q *page.Request) error {
	ticket, err := draftTicket(q)
	if err != nil {
		return err
	}
	shown := ticketDrafts{Others: []otherDraft{}}
	if ticket == 0 {
		if shown.New, err = d.ownDraft(q, 0, desk.DraftNew); err != nil {
			return err
		}
		return q.JSON(http.StatusOK, shown)
	}
	list, err := d.Tickets.Drafts(q.Ctx(), q.Store, ticket)
	if err != nil {
		return err
	}
	agents, err := d.People.Agents(q.Ctx(), q.Store)
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.UserID != q.Staff.UserID {
			at := slices.IndexFunc(agents, func(u desk.User) bool { return u.ID == x.UserID })
			if at >= 0 {
				shown.Others = append(shown.Others, otherDraft{named{x.UserID, fullName(&agents[at])}, x.Kind, instant(x.UpdatedAt)})
			}
		}
	}
	if shown.Reply, err = d.ownDraft(q, ticket, desk.DraftReply); err != nil {
		return err
	}
	if shown.Note, err = d.ownDraft(q, ticket, desk.DraftNote); err != nil {
		return err
	}
	return q.JSON(http.StatusOK, shown)
}

func (d *door) ownDraft(q *page.Request, ticket int64, kind desk.DraftKind) (*draftShown, error) {
	x, uploads, err := d.Tickets.Draft(q.Ctx(), q.Store, ticket, q.Staff.UserID, kind)
	if desk.CodeOf(err) == desk.NotFound {
		return nil, nil //nolint:nilnil // no draft is an answer here
	}
	if err != nil {
		return nil, err
	}
	return showDraft(x, uploads), nil
}

// draftPath is which draft a path names.
func draftPath(q *page.Request) (ticket int64, kind desk.DraftKind, err error) {
	if ticket, err = draftTicket(q); err != nil {
		return 0, "", err
	}
	kind = desk.DraftKind(q.R.PathValue("kind"))
	if ticket == 0 && kind != desk.DraftNew || ticket != 0 && kind != desk.DraftReply && kind != desk.DraftNote {
		return 0, "", desk.ErrNotFound
	}
	return ticket, kind, nil
}

type draftSaved struct {
	UpdatedAt *string `json:"updated_at"`
	Held      string  `json:"held"`
}

func (d *door) saveDraft(q *page.Request) error {
	ticket, kind, err := draftPath(q)
	if err != nil {
		return err
	}
	var in written
	if err := q.Decode(&in); err != nil {
		return err
	}
	x := in.draft(q, ticket, kind)
	if err := d.Tickets.SaveDraft(q.Ctx(), q.Store, x); err != nil {
		return err
	}
	return q.JSON(http.StatusOK, draftSaved{instant(x.UpdatedAt), x.Held})
}

func (d *door) dropDraft(q *page.Request) error {
	ticket, kind, err := draftPath(q)
	if err != nil {
		return err
	}
	if err := d.Tickets.DropDraft(q.Ctx(), q.Store, ticket, q.Staff.UserID, kind); err != nil {
		return err
	}
	return q.JSON(http.StatusOK, struct{}{})
}

type submission struct {
	written

	Kind           desk.DraftKind `json:"kind"`
	EvenIfAnswered bool           `json:"even_if_answered"`
	Key            string         `json:"key"`
}

type submitted struct {
	State   string  `json:"state"` // waiting, done
	SendAt  *string `json:"send_at"`
	Comment int64   `json:"comment"` // 0 while it waits, or when none was written
}

// answered is the refusal of a reply that somebody else was faster than.
type answered struct {
	Code     string     `json:"code"`
	Message  string     `json:"message"`
	Comments []saidLine `json:"comments"`
}

type saidLine struct {
	ID        int64   `json:"id"`
	Author    string  `json:"author"`
	Agent     bool    `json:"agent"`
	Body      string  `json:"body"`
	CreatedAt *string `json:"created_at"`
}

func saidLines(list []store.Said) []saidLine {
	lines := make([]saidLine, len(list))
	for i, s := range list {
		l := saidLine{ID: s.Comment.ID, CreatedAt: instant(s.Comment.CreatedAt)}
		switch {
		case s.Author != nil:
			l.Author = fullName(&desk.User{FirstName: s.Author.FirstName, LastName: s.Author.LastName, Email: s.Author.Email})
			l.Agent = s.Author.Type == desk.UserDashboard
		case s.Comment.FromEmail != nil:
			l.Author = *s.Comment.FromEmail
		}
		if s.Comment.Body != nil {
			text := []rune(*s.Comment.Body)
			l.Body = string(text[:min(len(text), 2000)])
		}
		lines[i] = l
	}
	return lines
}

// once makes a key of the browser one of the agent: what is sent twice happens once.
func once(q *page.Request, purpose, key string, body any, status int) (*desk.Once, error) {
	if key == "" || len(key) > 100 || !desk.IsText(key) {
		return nil, &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"key": {"This field is required, and at most 100 characters long."}}}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(text)
	return &desk.Once{
		TokenID: -q.Staff.UserID, Key: purpose + ":" + key, Fingerprint: hex.EncodeToString(sum[:]), Status: status,
	}, nil
}

var errOtherKey = desk.Errorf(desk.Conflict, "This key was used for something else.")

// recall returns what the first request with a key was told; nil: there was none.
func (d *door) recall(ctx context.Context, st *desk.Store, o *desk.Once) (*desk.Answer, error) {
	a, err := d.Tickets.Recall(ctx, st, o)
	switch {
	case desk.CodeOf(err) == desk.NotFound:
		return nil, nil //nolint:nilnil // none is an answer here
	case err == nil && a.Fingerprint != o.Fingerprint:
		return nil, errOtherKey
	}
	return a, err
}

func (d *door) submit(q *page.Request) error {
	ticket, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var in submission
	if err := q.Decode(&in); err != nil {
		return err
	}
	if in.Kind != desk.DraftReply && in.Kind != desk.DraftNote {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"kind": {"Say reply or note."}}}
	}
	o, err := once(q, "submit", in.Key, []any{ticket, in}, http.StatusOK)
	if err != nil {
		return err
	}
	if a, err := d.recall(q.Ctx(), q.Store, o); a != nil || err != nil {
		return d.submittedBefore(q, ticket, in.Kind, err)
	}
	done, err := d.Tickets.Submit(q.Ctx(), q.Store, in.draft(q, ticket, in.Kind), in.EvenIfAnswered, o)
	if desk.CodeOf(err) == desk.Conflict {
		if a, recalled := d.recall(q.Ctx(), q.Store, o); a != nil && recalled == nil {
			return d.submittedBefore(q, ticket, in.Kind, nil)
		}
	}
	if err != nil {
		return err
	}
	return answerSubmit(q, done)
}

func answerSubmit(q *page.Request, done *tickets.Submitted) error {
	switch {
	case len(done.Said) > 0:
		return q.JSON(http.StatusConflict, answered{desk.HeldAnswered, "Somebody else has answered meanwhile.", saidLines(done.Said)})
	case done.Written != nil:
		s := submitted{State: "done"}
		if done.Written.Comment != nil {
			s.Comment = done.Written.Comment.ID
		}
		return q.JSON(http.StatusOK, s)
	}
	return q.JSON(http.StatusOK, submitted{State: "waiting", SendAt: instant(done.Draft.SendAt)})
}

// submittedBefore says where a submission stands that is asked for again.
func (d *door) submittedBefore(q *page.Request, ticket int64, kind desk.DraftKind, err error) error {
	if err != nil {
		return err
	}
	x, _, err := d.Tickets.Draft(q.Ctx(), q.Store, ticket, q.Staff.UserID, kind)
	if err == nil && x.SendAt != 0 {
		return q.JSON(http.StatusOK, submitted{State: "waiting", SendAt: instant(x.SendAt)})
	}
	if err != nil && desk.CodeOf(err) != desk.NotFound {
		return err
	}
	return q.JSON(http.StatusOK, submitted{State: "done"})
}

func (d *door) undoSubmit(q *page.Request) error {
	ticket, err := pathID(q, "id")
	if err != nil {
		return err
	}
	var in struct {
		Kind desk.DraftKind `json:"kind"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if _, err := d.Tickets.Undo(q.Ctx(), q.Store, ticket, q.Staff.UserID, in.Kind); err != nil {
		return err
	}
	shown, err := d.ownDraft(q, ticket, in.Kind)
	if err == nil && shown == nil {
		err = desk.ErrNotFound
	}
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, shown)
}

type recipient struct {
	Address string `json:"address"`
	Name    string `json:"name"`
	CC      bool   `json:"cc"`
	First   bool   `json:"first"`
	Outside bool   `json:"outside"`
	Bad     string `json:"bad"`
}

type recipientList struct {
	From    string      `json:"from"`
	Leaves  bool        `json:"leaves"` // mail leaves for this store at all
	Results []recipient `json:"results"`
}

// recipients says whom a reply goes to; add and remove are copies that a draft changes.
func (d *door) recipients(q *page.Request) error {
	ticket, err := pathID(q, "id")
	if err != nil {
		return err
	}
	query := q.R.URL.Query()
	data := desk.DraftData{RemoveCC: query["remove"]}
	for _, a := range query["add"] {
		data.AddCC = append(data.AddCC, desk.Participant{Address: a})
	}
	if err := (&desk.Draft{Data: data}).CheckDraft(); err != nil {
		return err
	}
	found, err := d.Tickets.Preview(q.Ctx(), q.Store, ticket, q.Staff.UserID, data)
	if err != nil {
		return err
	}
	shown := recipientList{q.Store.SupportEmail, d.CanMail != nil && d.CanMail(q.Store), make([]recipient, len(found))}
	for i, r := range found {
		shown.Results[i] = recipient{r.Address, r.Name, r.CC, r.First, r.Outside, r.Bad}
	}
	return q.JSON(http.StatusOK, shown)
}

type value struct {
	Name  string `json:"name"`
	Value string `json:"value"` // "": none on this ticket
}

// variables lists what the variables of macros stand for. Ticket 0 is one that is not
// there yet, of requester and order.
func (d *door) variables(q *page.Request) error {
	ticket, err := draftTicket(q)
	if err != nil {
		return err
	}
	values, err := d.values(q, ticket, number(q.Query("requester")), q.Query("order"))
	list := make([]value, len(desk.Variables))
	for i, name := range desk.Variables {
		list[i] = value{name, values[name]}
	}
	return answer(q, list, err)
}

func (d *door) values(q *page.Request, ticket, requester int64, order string) (map[string]string, error) {
	if ticket != 0 {
		return d.Tickets.Values(q.Ctx(), q.Store, ticket, q.Staff)
	}
	return d.Tickets.ValuesFor(q.Ctx(), q.Store, &desk.Ticket{RequesterID: requester, AssigneeID: q.Staff.UserID, Order: clean(order)}, q.Staff)
}
