// Package settings holds the verbs of what an operator sets: stores and their hosts.
package settings

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Stores finds, makes and changes stores. What it finds is remembered for a second.
type Stores struct {
	DB  *store.DB
	Now func() time.Time

	mu    sync.RWMutex
	list  []*desk.Store
	hosts map[string]*desk.Store
	until time.Time
}

const (
	storesLife = time.Second
	maxName    = 100 // characters
)

// RebuildKind is the kind of the jobs that write the documents of a store's tickets anew,
// after its time zone has changed.
const RebuildKind = "rebuild"

// ByHost returns the store that answers on a host (a port is ignored). An
// installation with a single store answers on every host. desk.ErrNotFound.
func (s *Stores) ByHost(ctx context.Context, host string) (*desk.Store, error) {
	list, hosts, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	if len(list) == 1 {
		return list[0], nil
	}
	if st := hosts[CleanHost(host)]; st != nil {
		return st, nil
	}
	return nil, desk.ErrNotFound
}

// ByID returns the store with an id, or desk.ErrNotFound.
func (s *Stores) ByID(ctx context.Context, id int64) (*desk.Store, error) {
	list, _, err := s.all(ctx)
	if err != nil {
		return nil, err
	}
	if i := slices.IndexFunc(list, func(st *desk.Store) bool { return st.ID == id }); i >= 0 {
		return list[i], nil
	}
	return nil, desk.ErrNotFound
}

// CleanHost is a host as it is compared: lower case, without port and final dot.
func CleanHost(host string) string {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return strings.ToLower(strings.TrimSuffix(strings.Trim(host, "[]"), "."))
}

func (s *Stores) all(ctx context.Context) ([]*desk.Store, map[string]*desk.Store, error) {
	now := s.Now()
	s.mu.RLock()
	list, hosts, fresh := s.list, s.hosts, now.Before(s.until)
	s.mu.RUnlock()
	if fresh {
		return list, hosts, nil
	}
	list, err := s.DB.Stores(ctx)
	if err != nil {
		return nil, nil, err
	}
	hosts = map[string]*desk.Store{}
	for _, st := range list {
		for _, h := range st.Hosts {
			hosts[h] = st
		}
	}
	s.mu.Lock()
	s.list, s.hosts, s.until = list, hosts, now.Add(storesLife)
	s.mu.Unlock()
	return list, hosts, nil
}

func (s *Stores) forget() {
	s.mu.Lock()
	s.until = time.Time{}
	s.mu.Unlock()
}

// List returns every store.
func (s *Stores) List(ctx context.Context) ([]*desk.Store, error) {
	s.forget()
	list, _, err := s.all(ctx)
	return list, err
}

// Named returns the store that a command means: the one with this host, or the only
// one when host is empty.
func (s *Stores) Named(ctx context.Context, host string) (*desk.Store, error) {
	list, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	if host == "" {
		switch len(list) {
		case 1:
			return list[0], nil
		case 0:
			return nil, desk.Errorf(desk.NotFound, "there is no store yet")
		default:
			return nil, desk.Errorf(desk.Invalid, "there are several stores; name one by its host with --store")
		}
	}
	for _, st := range list {
		if slices.Contains(st.Hosts, CleanHost(host)) {
			return st, nil
		}
	}
	return nil, desk.Errorf(desk.NotFound, "no store answers on the host %q", host)
}

// DefaultHost is the host of the store that a new installation begins with.
const DefaultHost = "localhost"

// EnsureDefault makes the first store of an installation that has none.
func (s *Stores) EnsureDefault(ctx context.Context) error {
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		if n, err := tx.CountStores(ctx); err != nil || n > 0 {
			return err
		}
		if err := tx.LockStores(ctx); err != nil {
			return err
		}
		if n, err := tx.CountStores(ctx); err != nil || n > 0 {
			return err // another node was faster
		}
		return tx.InsertStore(ctx, newStore("Store", DefaultHost), desk.At(s.Now()))
	})
	s.forget()
	return err
}

// EnsureMailSecrets gives the stores of older installations what signs reply addresses.
func (s *Stores) EnsureMailSecrets(ctx context.Context) error {
	list, err := s.List(ctx)
	for _, st := range list {
		if err == nil && st.Mail.Secret == "" {
			err = s.change(ctx, st.ID, func(st *desk.Store) { st.Mail.Secret = cmp.Or(st.Mail.Secret, rand.Text()) })
		}
	}
	return err
}

// change writes to a store as it is, under a lock.
func (s *Stores) change(ctx context.Context, id int64, fn func(*desk.Store)) error {
	defer s.forget()
	return s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockStores(ctx); err != nil {
			return err
		}
		list, err := s.DB.Stores(ctx)
		if err != nil {
			return err
		}
		for _, st := range list {
			if st.ID == id {
				fn(st)
				tx.UpdateStore(st)
			}
		}
		return nil
	})
}

func newStore(name, host string) *desk.Store {
	return &desk.Store{Name: name, NetworkDomain: host, Hosts: []string{host}, Zone: time.UTC, MediaSecret: rand.Text() + rand.Text(), Mail: desk.MailSettings{Secret: rand.Text()}}
}

// Create makes a store that answers on the hosts given; Conflict if another store has
// one of them.
func (s *Stores) Create(ctx context.Context, name string, hosts []string) (*desk.Store, error) {
	clean, err := checkHosts(hosts)
	if err != nil {
		return nil, err
	}
	st := newStore(name, clean[0])
	st.Hosts = clean
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockStores(ctx); err != nil {
			return err
		}
		return tx.InsertStore(ctx, st, desk.At(s.Now()))
	})
	s.forget()
	return st, hostTaken(err)
}

func hostTaken(err error) error {
	if desk.CodeOf(err) == desk.Conflict {
		return desk.Errorf(desk.Conflict, "another store answers on one of these hosts already")
	}
	return err
}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.:-]{0,251}[a-z0-9])?$`)

func checkHosts(hosts []string) ([]string, error) {
	if len(hosts) == 0 {
		return nil, desk.Errorf(desk.Invalid, "a store needs at least one host")
	}
	clean := make([]string, len(hosts))
	for i, h := range hosts {
		clean[i] = CleanHost(h)
		if !hostName.MatchString(clean[i]) {
			return nil, desk.Errorf(desk.Invalid, "%q is no host name", h)
		}
	}
	return clean, nil
}

// Settings are the names that Set knows, each with what it means.
var Settings = append([][2]string{
	{"name", "the store's name"},
	{"hosts", "the hosts it answers on, separated by commas"},
	{"network_domain", "its own domain, as redirects to partner apps name it"},
	{"support_email", "the address customers write to"},
	{"timezone", "its time zone, such as Europe/Berlin: days and shown times are of this zone"},
	{"media_ttl", "how long an attachment link stays valid, such as 720h; 0: as long as the attachment"},
	{"second_factor_for_admins", "whether admins must have a second factor: yes or no"},
}, mailSettings...)

// Set changes settings of a store by name, see Settings.
func (s *Stores) Set(ctx context.Context, st *desk.Store, values map[string]string) error {
	changed := *st
	zone := st.Zone.String()
	for name, value := range values {
		if err := setOne(&changed, name, value); err != nil {
			return err
		}
	}
	_, support := values["support_email"]
	_, aliases := values["mail_aliases"]
	if err := s.save(ctx, &changed, support || aliases); err != nil {
		return err
	}
	*st = changed
	s.forget()
	if st.Zone.String() != zone {
		return s.DB.RebuildDocuments(ctx, st) // the instants in them are of the store's zone
	}
	return nil
}

// Change is Set of a store as it is now, without waiting for the documents of its tickets,
// which a job brings into a new time zone. It returns the store before and after. Errors:
// Invalid with fields by the names of settings, Conflict.
func (s *Stores) Change(ctx context.Context, id int64, values map[string]string) (before, after *desk.Store, err error) {
	defer s.forget()
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockStores(ctx); err != nil {
			return err
		}
		all, err := s.DB.Stores(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, func(st *desk.Store) bool { return st.ID == id })
		if i < 0 {
			return desk.ErrNotFound
		}
		before = all[i]
		changed := *before
		after = &changed
		if err := setAll(after, values); err != nil {
			return err
		}
		for _, name := range []string{"support_email", "mail_aliases"} {
			if _, ok := values[name]; !ok {
				continue
			}
			if taken := receivedElsewhere(after, all); taken != nil {
				return &desk.Error{Code: desk.Invalid, Fields: desk.Fields{name: {MessageOf(taken)}}}
			}
		}
		tx.UpdateStore(after)
		if after.Zone.String() != before.Zone.String() {
			now := desk.At(s.Now())
			tx.Enqueue(&desk.Job{
				StoreID: id, Kind: RebuildKind, Once: fmt.Sprintf("%s:%d", RebuildKind, id), Args: []byte("{}"), RunAt: now.After(2), CreatedAt: now,
			})
		}
		return nil
	})
	return before, after, err
}

// setAll changes settings, and says of each what is wrong with it.
func setAll(st *desk.Store, values map[string]string) error {
	fields := desk.Fields{}
	for name, value := range values {
		if err := setOne(st, name, value); err != nil {
			fields.Add(name, MessageOf(err))
		}
	}
	if len(fields) > 0 {
		return &desk.Error{Code: desk.Invalid, Fields: fields}
	}
	return nil
}

// MessageOf is what an error says to a person, as a sentence.
func MessageOf(err error) string {
	text := err.Error()
	var e *desk.Error
	if errors.As(err, &e) && e.Message != "" {
		text = e.Message
	}
	first, size := utf8.DecodeRuneInString(text)
	text = string(unicode.ToUpper(first)) + text[size:]
	if !strings.HasSuffix(text, ".") {
		text += "."
	}
	return text
}

// save writes a changed store. addresses says that it may receive other mail than before.
func (s *Stores) save(ctx context.Context, st *desk.Store, addresses bool) error {
	var taken error
	err := s.DB.Write(ctx, func(tx *store.Tx) error {
		if err := tx.LockStores(ctx); err != nil {
			return err
		}
		if addresses {
			all, err := s.DB.Stores(ctx)
			if err != nil {
				return err
			}
			if taken = receivedElsewhere(st, all); taken != nil {
				return taken
			}
		}
		tx.UpdateStore(st)
		return nil
	})
	if taken != nil {
		return taken
	}
	return hostTaken(err)
}

func setOne(st *desk.Store, name, value string) (err error) {
	switch name {
	case "name":
		if st.Name, err = value, checkText(value, maxName, false); err == nil && strings.TrimSpace(value) == "" {
			err = desk.Errorf(desk.Invalid, "a store needs a name")
		}
	case "hosts":
		st.Hosts, err = checkHosts(strings.Split(value, ","))
	case "network_domain":
		if st.NetworkDomain = CleanHost(value); !hostName.MatchString(st.NetworkDomain) {
			err = desk.Errorf(desk.Invalid, "%q is no domain", value)
		}
	case "support_email":
		if st.SupportEmail = value; value != "" && !desk.IsAddress(value) {
			err = desk.Errorf(desk.Invalid, "%q is no e-mail address", value)
		}
	case "timezone":
		if st.Zone, err = time.LoadLocation(value); err != nil || value == "" || value == "Local" {
			err = desk.Errorf(desk.Invalid, "%q is no time zone; write one such as Europe/Berlin", value)
		}
	case "media_ttl":
		if st.MediaTTL, err = time.ParseDuration(value); err != nil || st.MediaTTL < 0 {
			err = desk.Errorf(desk.Invalid, "%q is no duration; write one such as 720h", value)
		}
	case "second_factor_for_admins":
		if st.SecondFactorForAdmins = value == "yes"; !st.SecondFactorForAdmins && value != "no" {
			err = desk.Errorf(desk.Invalid, "%q is neither yes nor no", value)
		}
	default:
		known, err := setMail(&st.Mail, name, value)
		if known {
			return err
		}
		return desk.Errorf(desk.Invalid, "no setting is called %q; there are %s", name, settingNames())
	}
	return err
}

func settingNames() string {
	names := make([]string, len(Settings))
	for i, s := range Settings {
		names[i] = s[0]
	}
	return strings.Join(names, ", ")
}

// RotateLinks gives every attachment of the store a new unguessable path: links known
// so far stop working.
func (s *Stores) RotateLinks(ctx context.Context, st *desk.Store) (int, error) {
	n, err := s.DB.RotateMediaPaths(ctx, st, rand.Text)
	if err != nil {
		return n, fmt.Errorf("rotating attachment links: %w", err)
	}
	changed := *st
	changed.MediaSecret = rand.Text() + rand.Text() // ETags depend on it: nobody keeps an answer with old links
	err = s.DB.Write(ctx, func(tx *store.Tx) error {
		tx.UpdateStore(&changed)
		return nil
	})
	s.forget()
	return n, err
}
