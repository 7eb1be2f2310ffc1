package dashboard

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"storedesk/internal/desk"
	"storedesk/internal/page"
)

func (d *door) storeRoutes() []page.Route {
	const path = "settings/store/"
	return []page.Route{
		get(path, forSettings, d.showStore),
		change(http.MethodPatch, path, forSettings, d.changeStore),
	}
}

// storeSettings are what a store is and when its tickets close. A rule of 0 days is off.
type storeSettings struct {
	Name            string   `json:"name"`
	TimeZone        string   `json:"time_zone"`
	NetworkDomain   string   `json:"network_domain"`
	Hosts           []string `json:"hosts"`
	CloseSolvedDays int      `json:"close_solved_days"`
	CloseIdleDays   int      `json:"close_idle_days"`
	HeldDays        int      `json:"held_days"`
	MediaHours      int64    `json:"media_hours"` // 0: as long as the attachment
	SecondFactor    bool     `json:"second_factor_for_admins"`
}

func storeSettingsOf(st *desk.Store) storeSettings {
	return storeSettings{
		Name: st.Name, TimeZone: st.Zone.String(), NetworkDomain: st.NetworkDomain, Hosts: orEmpty(st.Hosts),
		CloseSolvedDays: max(cmp.Or(st.Mail.CloseSolvedDays, desk.DefaultCloseSolvedDays), 0),
		CloseIdleDays:   max(cmp.Or(st.Mail.CloseIdleDays, desk.DefaultCloseIdleDays), 0),
		HeldDays:        cmp.Or(st.Mail.HeldDays, desk.DefaultHeldDays),
		MediaHours:      int64((st.MediaTTL + time.Hour - 1) / time.Hour),
		SecondFactor:    st.SecondFactorForAdmins,
	}
}

// freshStore is the store as it is now, for an answer or a verb that changes it.
func (d *door) freshStore(q *page.Request) (*desk.Store, error) {
	st, err := d.Stores.ByID(q.Ctx(), q.Store.ID)
	if err != nil {
		return nil, err
	}
	own := *st
	return &own, nil
}

func (d *door) showStore(q *page.Request) error {
	st, err := d.freshStore(q)
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, storeSettingsOf(st))
}

func (d *door) changeStore(q *page.Request) error {
	var in struct {
		Name            *string `json:"name"`
		TimeZone        *string `json:"time_zone"`
		NetworkDomain   *string `json:"network_domain"`
		CloseSolvedDays *int    `json:"close_solved_days"`
		CloseIdleDays   *int    `json:"close_idle_days"`
		HeldDays        *int    `json:"held_days"`
		MediaHours      *int64  `json:"media_hours"`
		SecondFactor    *bool   `json:"second_factor_for_admins"`
	}
	if err := q.Decode(&in); err != nil {
		return err
	}
	if in.SecondFactor != nil && *in.SecondFactor != q.Store.SecondFactorForAdmins {
		if !q.Staff.Admin {
			return desk.Errorf(desk.Forbidden, "Only an admin says what admins need to sign in.")
		}
		if err := d.Accounts.Fresh(q.Staff); err != nil {
			return err
		}
	}
	v := values{}
	v.text("name", in.Name)
	v.text("timezone", in.TimeZone)
	v.text("network_domain", in.NetworkDomain)
	v.days("close_solved_days", in.CloseSolvedDays, true)
	v.days("close_idle_days", in.CloseIdleDays, true)
	v.days("held_days", in.HeldDays, false)
	v.yes("second_factor_for_admins", in.SecondFactor)
	if in.MediaHours != nil {
		const most = 100 * 366 * 24
		if *in.MediaHours < 0 || *in.MediaHours > most {
			return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{"media_hours": {"This is no number of hours."}}}
		}
		v["media_ttl"] = strconv.FormatInt(*in.MediaHours, 10) + "h"
	}
	st, err := d.set(q, v, map[string]string{"timezone": "time_zone", "media_ttl": "media_hours"})
	if err != nil {
		return err
	}
	return q.JSON(http.StatusOK, storeSettingsOf(st))
}

// values are settings by the names that settings.Stores knows.
type values map[string]string

func (v values) text(name string, value *string) {
	if value != nil {
		v[name] = strings.TrimSpace(clean(*value))
	}
}

func (v values) yes(name string, value *bool) {
	if value != nil {
		v[name] = map[bool]string{true: "yes", false: "no"}[*value]
	}
}

// days sets a number of days; where off is one, 0 says so.
func (v values) days(name string, value *int, off bool) {
	switch {
	case value == nil:
	case off && *value == 0:
		v[name] = "-1"
	default:
		v[name] = strconv.Itoa(*value)
	}
}

// set changes settings of the store and says in the audit log which, with what they were
// and are. fields are what this door calls them where that is another name.
func (d *door) set(q *page.Request, v values, fields map[string]string) (*desk.Store, error) {
	if len(v) == 0 {
		return d.freshStore(q)
	}
	before, after, err := d.Stores.Change(q.Ctx(), q.Store.ID, v)
	var refused *desk.Error
	if errors.As(err, &refused) && refused.Fields != nil {
		named := desk.Fields{}
		for name, messages := range refused.Fields {
			named[cmp.Or(fields[name], name)] = messages
		}
		return nil, &desk.Error{Code: refused.Code, Message: refused.Message, Fields: named}
	}
	if err != nil {
		return nil, err
	}
	was, is, data := shownSettings(before), shownSettings(after), map[string]string{}
	for name := range v {
		if was[name] != is[name] {
			data[name] = was[name] + " → " + is[name]
		}
	}
	if len(data) == 0 {
		return after, nil
	}
	return after, d.noted(q, "store.changed", after.Name, data)
}

// noted adds a line to the audit log: what somebody has done here is done, also when they
// go away.
func (d *door) noted(q *page.Request, action, subject string, data map[string]string) error {
	return d.Accounts.Audit(context.WithoutCancel(q.Ctx()), q.Store, q.Staff.AccountID, action, subject, data, q.Visit())
}

// shownSettings are the settings of a store as texts, for the audit log.
func shownSettings(st *desk.Store) map[string]string {
	s, m := storeSettingsOf(st), mailSettingsOf(st)
	days := func(n int) string {
		if n == 0 {
			return "off"
		}
		return strconv.Itoa(n)
	}
	return map[string]string{
		"name": s.Name, "timezone": s.TimeZone, "network_domain": s.NetworkDomain,
		"close_solved_days": days(s.CloseSolvedDays), "close_idle_days": days(s.CloseIdleDays), "held_days": days(s.HeldDays),
		"media_ttl": strconv.FormatInt(s.MediaHours, 10) + "h", "second_factor_for_admins": strconv.FormatBool(s.SecondFactor),
		"support_email": m.SupportEmail, "mail_aliases": strings.Join(slices.Sorted(slices.Values(m.Aliases)), ", "),
		"mail_from_name": m.FromName, "mail_admin_address": m.AdminAddress, "mail_plus_address": strconv.FormatBool(m.PlusAddress),
	}
}
