package cli_test

import (
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	goimap "github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"storedesk/internal/cli"
)

// imapServer has one folder with two messages, and returns its address.
func imapServer(t *testing.T) string {
	t.Helper()
	user := imapmemserver.NewUser("help@desk.example", "secret word")
	if err := user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := user.Append("INBOX", strings.NewReader("Subject: x\r\n\r\nx\r\n"), &goimap.AppendOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	memory := imapmemserver.New()
	memory.AddUser(user)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	program := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		InsecureAuth: true,
		Logger:       slog.NewLogLogger(slog.DiscardHandler, 0),
	})
	go program.Serve(listener) //nolint:errcheck // it ends with the test
	t.Cleanup(func() { program.Close() })
	return listener.Addr().String()
}

// run carries out a command and returns what it printed on both outputs.
func run(t *testing.T, args ...string) (printed string, code int) {
	t.Helper()
	file, err := os.Create(filepath.Join(t.TempDir(), "printed"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	stdout, stderr := os.Stdout, os.Stderr
	os.Stdout, os.Stderr = file, file
	code = cli.Run(t.Context(), args)
	os.Stdout, os.Stderr = stdout, stderr
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), code
}

func TestMailboxCommands(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("STOREDESK_DATA_DIR", dir)
	t.Setenv("STOREDESK_DATABASE_URL", "")
	t.Setenv("STOREDESK_MAILBOX_PASSWORD", "")
	right, wrong := filepath.Join(dir, "right"), filepath.Join(dir, "wrong")
	for file, text := range map[string]string{right: "secret word\n", wrong: "another\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	address := imapServer(t)
	add := []string{"mailbox", "add", address, "help@desk.example", "--security", "none"}
	steps := []struct {
		args []string
		code int
		want string
	}{
		{add, 1, "no password"},
		{append(add, "--password-file", wrong), 1, "sign in as help@desk.example"},
		{append(add, "--password-file", right, "--client-id", "x"), 1, "do not go together"},
		{append(add, "--client-id", "x"), 1, "OAuth 2 needs"},
		{append(add, "--password-file", right, "--every", "1s"), 1, "look every 10s at most"},
		{append(add, "--password-file", right, "--folder", "Nowhere"), 1, "open the folder Nowhere"},
		{[]string{"mailbox", "list"}, 0, "PROBLEM"},
		{append(add, "--password-file", right), 0, "Mailbox 1 is read every 1m0s.\nThe 2 messages that are there already stay out"},
		{append(add, "--password-file", right), 1, "mailbox 1 is this one"},
		{[]string{"mailbox", "check", "1"}, 0, "INBOX has 2 messages."},
		{[]string{"mailbox", "secret", "1", "--password-file", wrong}, 0, "new secret"},
		{[]string{"mailbox", "check", "1"}, 1, "sign in as"},
		{[]string{"mailbox", "list"}, 0, "help@desk.example"},
		{[]string{"mailbox", "remove", "1"}, 0, "read no more"},
		{[]string{"mailbox", "check", "1"}, 1, "mailbox 1"},
		{[]string{"mailbox", "remove", "1"}, 1, "mailbox 1"},
		{append(add, "--password-file", right, "--all"), 0, "Its 2 messages are taken, too."},
	}
	for _, step := range steps {
		printed, code := run(t, step.args...)
		if code != step.code || !strings.Contains(printed, step.want) {
			t.Errorf("%s: %d, %s", strings.Join(step.args, " "), code, printed)
		}
		if strings.Contains(printed, "secret word") {
			t.Errorf("%s prints the password", step.args)
		}
	}
}
