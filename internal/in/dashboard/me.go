package dashboard

import (
	"net/http"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

func (d *door) meRoutes() []page.Route { return []page.Route{get("me/", page.SignedIn, d.me)} }

// me is what the application asks first: who is signed in, where, and what they may do.
type me struct {
	User    person   `json:"user"`
	Account int64    `json:"account"`
	Email   string   `json:"email"`
	Admin   bool     `json:"admin"`
	Can     []string `json:"can"`
	Store   myStore  `json:"store"`
	Limits  limits   `json:"limits"`
	Version string   `json:"version"`
}

type myStore struct {
	ID           int64  `json:"id"`
	Name         string `json:"name"`
	SupportEmail string `json:"support_email"`
	TimeZone     string `json:"time_zone"`
}

// limits are those that a form tells before it is sent.
type limits struct {
	CommentLength int64 `json:"comment_length"` // characters
	UploadSize    int64 `json:"upload_size"`    // bytes of all files of one upload
	UploadCount   int64 `json:"upload_count"`
}

// Limits of uploads; those of the Admin API.
const (
	maxUpload  = 25 << 20
	maxUploads = 100
)

// person is somebody by name: an agent, a customer.
type person struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

func (d *door) me(q *page.Request) error {
	m := me{
		User: person{q.Staff.UserID, q.Staff.Name, q.Staff.Email}, Account: q.Staff.AccountID, Email: q.Staff.Email, Admin: q.Staff.Admin,
		Can:     []string{},
		Store:   myStore{q.Store.ID, q.Store.Name, q.Store.SupportEmail, q.Store.Zone.String()},
		Limits:  limits{65_535, maxUpload, maxUploads},
		Version: d.Version,
	}
	for _, p := range desk.Permissions {
		if q.Staff.Can(p) {
			m.Can = append(m.Can, string(p))
		}
	}
	return q.JSON(http.StatusOK, m)
}
