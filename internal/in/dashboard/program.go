package dashboard

import (
	"net/http"
	"slices"
	"strings"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

// appRow is a program that may reach the store's data, or a partner's that may ask.
type appRow struct {
	ID           int64    `json:"id"`
	Kind         string   `json:"kind"`
	Shared       bool     `json:"shared"` // the installation's, offered to every store
	Name         string   `json:"name"`
	Scopes       []string `json:"scopes"`
	ClientID     string   `json:"client_id"`
	Public       bool     `json:"public"`
	URL          string   `json:"app_url"`
	RedirectURIs []string `json:"redirect_uris"`
	InstallURL   string   `json:"install_url"` // "" without an app URL
	Tokens       int      `json:"tokens"`      // alive in this store
	CreatedAt    *string  `json:"created_at"`
	RotatedAt    *string  `json:"rotated_at"`
	LastUsedAt   *string  `json:"last_used_at"`
}

func appOf(q *page.Request, a *desk.App) appRow {
	row := appRow{
		ID: a.ID, Kind: string(a.Kind), Shared: a.StoreID == 0, Name: a.Name, Scopes: orEmpty(a.Scopes), ClientID: a.ClientID, Public: a.Public,
		URL: a.URL, RedirectURIs: orEmpty(a.RedirectURIs), Tokens: a.Grants,
		CreatedAt: instant(a.CreatedAt), RotatedAt: instant(a.RotatedAt), LastUsedAt: instant(a.LastUsedAt),
	}
	if a.URL != "" {
		row.InstallURL = q.Client.URL() + "/dashboard/apps/install-app/?client_id=" + a.ClientID
	}
	return row
}

func (d *door) apps(q *page.Request) error {
	apps, err := d.Apps.List(q.Ctx(), q.Store)
	rows := make([]appRow, len(apps))
	for i := range apps {
		rows[i] = appOf(q, &apps[i])
	}
	return answer(q, rows, err)
}

// findApp is the app of the path, with its use in the store.
func (d *door) findApp(q *page.Request) (*desk.App, error) {
	id, err := pathID(q, "id")
	if err != nil {
		return nil, err
	}
	apps, err := d.Apps.List(q.Ctx(), q.Store)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(apps, func(a desk.App) bool { return a.ID == id })
	if at < 0 {
		return nil, desk.ErrNotFound
	}
	return &apps[at], nil
}

func (d *door) showApp(q *page.Request) error {
	app, err := d.findApp(q)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, appOf(q, app))
}

// scopeRow is something a token may do; what is not served covers nothing here.
type scopeRow struct {
	Name     string `json:"name"`
	Resource string `json:"resource"`
	Kind     string `json:"kind"`
	Text     string `json:"text"`
	Served   bool   `json:"served"`
}

func (d *door) scopes(q *page.Request) error {
	rows := make([]scopeRow, len(desk.Scopes))
	for i, s := range desk.Scopes {
		rows[i] = scopeRow{s.String(), s.Resource, s.Kind, q.Lang.Text("scope." + s.String()), s.Served}
	}
	return answer(q, rows, nil)
}

// revealed is an app with the secret that can be seen this once; null where there is none.
type revealed struct {
	App    appRow  `json:"app"`
	Secret *string `json:"secret"`
}

func (d *door) reveal(q *page.Request, status int, app *desk.App, secret string) error {
	r := revealed{App: appOf(q, app)}
	if secret != "" {
		r.Secret = &secret
	}
	return q.JSON(status, r)
}

// makeApp makes a way into the store's data for whoever holds the secret, so it asks for
// a recent proof of who one is.
func (d *door) makeApp(q *page.Request) error {
	var in struct {
		Name         string   `json:"name"`
		Kind         string   `json:"kind"`
		Public       bool     `json:"public"`
		URL          string   `json:"app_url"`
		RedirectURIs []string `json:"redirect_uris"`
		Scopes       []string `json:"scopes"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if in.Kind != string(desk.AppToken) && in.Kind != string(desk.AppOAuth) {
		return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"kind": {"Choose token or oauth."}}}
	}
	if err := few("redirect_uris", in.RedirectURIs, in.Scopes); err != nil {
		return err
	}
	if err := d.Accounts.Fresh(q.Staff); err != nil {
		return err
	}
	input := desk.AppInput{
		Name: clean(in.Name), OAuth: in.Kind == string(desk.AppOAuth), Public: in.Public, URL: clean(in.URL), Scopes: clean(strings.Join(in.Scopes, " ")),
	}
	for _, uri := range in.RedirectURIs {
		input.RedirectURIs = append(input.RedirectURIs, clean(uri))
	}
	app, secret, err := d.Apps.Create(q.Ctx(), q.Store, &input, false, author(q))
	if err != nil {
		return err
	}
	return d.reveal(q, http.StatusCreated, app, secret)
}

func (d *door) rotateApp(q *page.Request) error {
	app, err := d.findApp(q)
	if err != nil {
		return err
	}
	if err := d.Accounts.Fresh(q.Staff); err != nil {
		return err
	}
	app, secret, err := d.Apps.Rotate(q.Ctx(), q.Store, app.ID, false, author(q))
	if err != nil {
		return err
	}
	return d.reveal(q, http.StatusOK, app, secret)
}

// endApp revokes an app of the store; one of the installation loses its tokens here.
func (d *door) endApp(q *page.Request) error {
	app, err := d.findApp(q)
	if err != nil {
		return err
	}
	return done(q, d.Apps.Revoke(q.Ctx(), q.Store, app.ID, false, author(q)))
}

// grant is what somebody has allowed an app.
type grant struct {
	ID         int64    `json:"id"`
	Email      string   `json:"email"`
	Scopes     []string `json:"scopes"`
	CreatedAt  *string  `json:"created_at"`
	LastUsedAt *string  `json:"last_used_at"`
}

func (d *door) grants(q *page.Request) error {
	app, err := d.findApp(q)
	if err != nil {
		return err
	}
	list, err := d.Apps.Grants(q.Ctx(), q.Store, app.ID)
	rows := make([]grant, len(list))
	for i, g := range list {
		rows[i] = grant{g.ID, g.Email, orEmpty(g.Scopes), instant(g.CreatedAt), instant(g.LastUsedAt)}
	}
	return answer(q, rows, err)
}

func (d *door) endGrant(q *page.Request) error {
	app, err := d.findApp(q)
	if err != nil {
		return err
	}
	id, err := pathID(q, "grant")
	if err != nil {
		return err
	}
	return done(q, d.Apps.EndGrant(q.Ctx(), q.Store, app.ID, id, author(q)))
}

// bareToken is a token that belongs to no app: the command line made it.
type bareToken struct {
	ID         int64    `json:"id"`
	Name       string   `json:"name"`
	Scopes     []string `json:"scopes"`
	CreatedAt  *string  `json:"created_at"`
	ExpiresAt  *string  `json:"expires_at"`
	LastUsedAt *string  `json:"last_used_at"`
}

func (d *door) bareTokens(q *page.Request) error {
	list, err := d.Tokens.Bare(q.Ctx(), q.Store)
	rows := make([]bareToken, len(list))
	for i, t := range list {
		rows[i] = bareToken{t.ID, t.Name, orEmpty(strings.Fields(t.Scopes)), instant(t.CreatedAt), instant(t.ExpiresAt), instant(t.LastUsedAt)}
	}
	return answer(q, rows, err)
}

func (d *door) endBareToken(q *page.Request) error {
	id, err := pathID(q, "id")
	if err != nil {
		return err
	}
	return done(q, d.Tokens.EndBare(q.Ctx(), q.Store, id, author(q)))
}
