package staff

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"storedesk/internal/access"
	"storedesk/internal/page"
	"storedesk/internal/settings"
)

type factorData struct {
	Problem string
	Passkey bool
}

func site(q *page.Request) access.Site {
	return access.Site{Host: settings.CleanHost(q.Client.Host), Origin: q.Client.URL()}
}

func (d *door) factorPage(q *page.Request) error { return d.showFactor(q, http.StatusOK, "") }

func (d *door) showFactor(q *page.Request, status int, problem string) error {
	if q.Half != access.ErrSecondFactor {
		return q.Redirect(q.Next())
	}
	has, err := d.accounts.HasPasskey(q.Ctx(), q.Staff, site(q))
	if err != nil {
		return err
	}
	return d.views.Render(q, status, "factor.html", factorData{Problem: problem, Passkey: has})
}

func (d *door) factor(q *page.Request) error {
	if q.Half != access.ErrSecondFactor {
		return q.Redirect(q.Next())
	}
	opened, err := d.accounts.SecondFactor(q.Ctx(), q.Store, q.Staff, q.Form("code"), q.Visit())
	switch {
	case errors.Is(err, access.ErrWrongCode):
		return d.showFactor(q, http.StatusUnauthorized, "factor.wrong")
	case errors.Is(err, access.ErrTooMany):
		q.W.Header().Set("Retry-After", "300")
		return d.showFactor(q, http.StatusTooManyRequests, "login.too_many")
	case err != nil:
		return err
	}
	return d.enter(q, opened)
}

func answerJSON(q *page.Request, value any) error {
	q.W.Header().Set("Content-Type", "application/json")
	return json.NewEncoder(q.W).Encode(value)
}

func (d *door) beginShowPasskey(q *page.Request) error {
	if q.Half != access.ErrSecondFactor {
		return access.ErrSignedOut
	}
	options, err := d.accounts.BeginSecondPasskey(q.Ctx(), q.Store, q.Staff, site(q))
	if err != nil {
		return err
	}
	return answerJSON(q, options)
}

func (d *door) finishShowPasskey(q *page.Request) error {
	answer, err := io.ReadAll(q.R.Body)
	if err != nil {
		return err
	}
	opened, err := d.accounts.FinishSecondPasskey(q.Ctx(), q.Store, q.Staff, site(q), answer, q.Visit())
	if err != nil {
		return err
	}
	q.Opened(opened)
	return answerJSON(q, map[string]string{"next": page.SafeNext(q.Query("next"))})
}

func (d *door) beginPasskey(q *page.Request) error {
	options, err := d.accounts.BeginPasskey(q.Ctx(), q.Store, q.Staff, site(q))
	if errors.Is(err, access.ErrConfirm) {
		q.W.WriteHeader(http.StatusForbidden)
		return answerJSON(q, map[string]string{"next": confirmPath})
	}
	if err != nil {
		return err
	}
	return answerJSON(q, options)
}

// finishPasskey takes the browser's answer in a form field, so that the recovery codes
// come as a page.
func (d *door) finishPasskey(q *page.Request) error {
	codes, err := d.accounts.FinishPasskey(q.Ctx(), q.Store, q.Staff, site(q), q.Form("name"), []byte(q.Form("answer")), q.Visit())
	if err != nil {
		return err
	}
	return d.added(q, codes)
}
