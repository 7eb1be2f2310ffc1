package cli

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDeliverAnswersAsMailServersExpect runs the command with a message on stdin. Not
// parallel: it takes the place of the process's stdin and stdout.
func TestDeliverAnswersAsMailServersExpect(t *testing.T) {
	dir := t.TempDir()
	run := func(stdin string, args ...string) (code int, out string) {
		t.Helper()
		in := filepath.Join(t.TempDir(), "in")
		if err := os.WriteFile(in, []byte(stdin), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.Open(in)
		if err != nil {
			t.Fatal(err)
		}
		defer file.Close()
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		oldIn, oldOut := os.Stdin, os.Stdout
		os.Stdin, os.Stdout = file, w
		defer func() { os.Stdin, os.Stdout = oldIn, oldOut }()
		code = Run(t.Context(), append([]string{"--data-dir", dir, "--log-level", "error"}, args...))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		return code, string(all)
	}
	if code, _ := run("", "store", "set", "support_email=help@lamps.example"); code != 0 {
		t.Fatal(code)
	}
	const message = "Subject: hello\r\n\r\nbytes \xff\r\n"
	for _, c := range []struct {
		stdin string
		args  string
		want  int
	}{
		{message, "--to Help+t1@lamps.example --from Ann@x.example", 0},
		{message, "--to help@lamps.example --from Ann@x.example", 0}, // once more: the same row
		{"Subject: bounce\r\n\r\n", "--from MAILER-DAEMON", 0},
		{message, "--to nobody@lamps.example", exitNoUser},
		{message, "--to help@lamps.example --to nobody@lamps.example", exitNoUser},
		{strings.Repeat("x", 1<<20+1), "--mail-max-mb 1", exitDataError},
		{message, "--database-url sqlite:/dev/null/x", exitTemporary},
		{message, "--no-such-flag", exitTemporary},
		{message, "--store none.example", exitTemporary},
	} {
		if code, _ := run(c.stdin, append([]string{"mail", "deliver"}, strings.Fields(c.args)...)...); code != c.want {
			t.Errorf("%s: exit code %d, want %d", c.args, code, c.want)
		}
	}
	if _, out := run("", "mail", "list"); strings.Count(out, "\n") != 3 || !strings.Contains(out, "<ann@x.example>") {
		t.Errorf("%s", out)
	}
	if _, out := run("", "mail", "raw", "1"); out != message {
		t.Errorf("%q", out)
	}
	if _, out := run("", "mail", "show", "1"); !strings.Contains(out, "<Ann@x.example> to Help+t1@lamps.example") {
		t.Errorf("%s", out)
	}
}
