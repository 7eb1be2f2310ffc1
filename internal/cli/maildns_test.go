package cli

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"storedesk/internal/desk"
	"storedesk/internal/settings"
	"storedesk/internal/store"
	"storedesk/internal/store/storetest"
)

// records answers from a list; what is not in it is not there. internal/maildns tests
// against a name server.
type records map[string]string

func (r records) text(name string) (string, error) {
	if v, ok := r[strings.TrimSuffix(name, ".")]; ok {
		return v, nil
	}
	return "", &net.DNSError{IsNotFound: true, Name: name}
}

func (r records) LookupTXT(_ context.Context, name string) ([]string, error) {
	v, err := r.text("txt " + name)
	return []string{v}, err
}

func (r records) LookupMX(_ context.Context, name string) ([]*net.MX, error) {
	v, err := r.text("mx " + name)
	return []*net.MX{{Host: v, Pref: 10}}, err
}

func (r records) LookupIPAddr(_ context.Context, name string) ([]net.IPAddr, error) {
	v, err := r.text("a " + name)
	return []net.IPAddr{{IP: net.ParseIP(v)}}, err
}

func (r records) LookupAddr(_ context.Context, name string) ([]string, error) {
	v, err := r.text("ptr " + name)
	return []string{v}, err
}

func lamps(t *testing.T) (*settings.Stores, *desk.Store) {
	t.Helper()
	db := storetest.Open(t, storetest.SQLite(t))
	stores := &settings.Stores{DB: db, Now: time.Now}
	st, err := stores.Create(t.Context(), "Lamps", []string{"desk.lamps.example"})
	if err != nil {
		t.Fatal(err)
	}
	err = stores.Set(t.Context(), st, map[string]string{
		"support_email": "Help@Lamps.example", "mail_aliases": "info@lamps.example,hallo@lampen.example,hello@lampen.example",
	})
	if err != nil {
		t.Fatal(err)
	}
	return stores, st
}

func TestMailRecordsOfAStore(t *testing.T) {
	t.Parallel()
	stores, st := lamps(t)
	dkim := mailDKIM{Selector: "sd1"}
	if err := dkim.make(t.Context(), stores, st); err != nil {
		t.Fatal(err)
	}
	if err := dkim.make(t.Context(), stores, st); desk.CodeOf(err) != desk.Conflict {
		t.Errorf("a new key under the old name: %v", err)
	}
	s, err := (&mailSetup{}).of(st)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	printRecords(&out, s.Records())
	lines := strings.Split(out.String(), "\n")
	for i, want := range []string{
		"lamps.example. MX 10 desk.lamps.example.",
		"lampen.example. MX 10 desk.lamps.example.",
		`lamps.example. TXT "v=spf1 mx ~all"`,
		`sd1._domainkey.lamps.example. TXT "v=DKIM1; k=rsa; p=`,
		`_dmarc.lamps.example. TXT "v=DMARC1; p=quarantine"`,
	} {
		if got := strings.Join(strings.Fields(lines[i]), " "); !strings.HasPrefix(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if strings.Contains(out.String(), "PRIVATE") {
		t.Error("the secret is shown")
	}
}

func TestMailCheckSaysWhatToDo(t *testing.T) {
	t.Parallel()
	_, st := lamps(t)
	here := records{
		"mx lamps.example": "desk.lamps.example.", "mx lampen.example": "desk.lamps.example.", "a desk.lamps.example": "192.0.2.7",
		"ptr 192.0.2.7": "desk.lamps.example.", "txt lamps.example": "v=spf1 mx ~all", "txt _dmarc.lamps.example": "v=DMARC1; p=none",
	}
	var out strings.Builder
	err := (&mailCheck{resolver: here}).check(t.Context(), &out, st)
	if !errors.Is(err, errReported) || !strings.Contains(out.String(), "→ Mail is not signed yet") || strings.Count(out.String(), "→") != 1 {
		t.Errorf("%v\n%s", err, &out)
	}
	st.Mail.DKIMSelector, st.Mail.DKIMKey = "sd1", "nonsense"
	if err := (&mailCheck{resolver: here}).check(t.Context(), &out, st); err == nil || errors.Is(err, errReported) {
		t.Errorf("a key that cannot be read: %v", err)
	}
}

func TestMailSetupNeedsNames(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		st    desk.Store
		setup mailSetup
	}{
		"no support address": {desk.Store{Hosts: []string{"desk.lamps.example"}}, mailSetup{}},
		"host of no use":     {desk.Store{Hosts: []string{"localhost"}, SupportEmail: "help@lamps.example"}, mailSetup{}},
		"wrong host":         {desk.Store{Hosts: []string{"desk.lamps.example"}, SupportEmail: "help@lamps.example"}, mailSetup{Host: "192 0 2 7"}},
	} {
		if s, err := c.setup.of(&c.st); desk.CodeOf(err) != desk.Invalid {
			t.Errorf("%s: %+v, %v", name, s, err)
		}
	}
}

// TestMailCommandsParse holds the commands against the parser, in the group they will be in.
func TestMailCommandsParse(t *testing.T) {
	t.Parallel()
	var p struct {
		Mail struct {
			DNS   mailDNS   `cmd:"" name:"dns"`
			Check mailCheck `cmd:""`
			DKIM  mailDKIM  `cmd:"" name:"dkim"`
		} `cmd:""`
	}
	parser, err := kong.New(&p)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range []string{
		"mail dns --store a.example --spf ip4:192.0.2.7 --spf include:x.example", "mail check --host mx.example", "mail dkim --new --selector x",
	} {
		if _, err := parser.Parse(strings.Fields(args)); err != nil {
			t.Errorf("%s: %v", args, err)
		}
	}
}

// TestUserAddressCommand runs the whole program.
func TestUserAddressCommand(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("STOREDESK_DATA_DIR", dir)
	ctx := t.Context()
	for _, c := range []struct {
		args string
		code int
	}{
		{"user create --type lead ada@shop.example", 0},
		{"user address add ada@shop.example ada@home.example", 0},
		{"user address add ada@home.example Ada@Work.example", 0},
		{"user address add ada@shop.example nonsense", 1},
		{"user address add eve@evil.example x@evil.example", 1},
		{"user address remove ada@shop.example ada@home.example", 0},
		{"user address remove ada@shop.example ada@home.example", 1},
		{"user address list ada@shop.example", 0},
	} {
		if got := Run(ctx, strings.Fields(c.args)); got != c.code {
			t.Errorf("%s: exit code %d", c.args, got)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "storedesk.db")); err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t, "sqlite:"+filepath.Join(dir, "storedesk.db"))
	checkAddresses(t, db)
}

func checkAddresses(t *testing.T, db *store.DB) {
	t.Helper()
	st, err := (&settings.Stores{DB: db, Now: time.Now}).Named(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	id, err := db.AddressOwner(t.Context(), st, "ada@work.example")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := db.UserAddresses(t.Context(), st, id); err != nil || len(list) != 1 || list[0] != "Ada@Work.example" {
		t.Errorf("%v, %v", list, err)
	}
}
