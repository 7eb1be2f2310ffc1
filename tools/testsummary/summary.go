package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// event is one line of go test -json; see "go doc test2json".
type event struct {
	Action  string
	Package string
	Test    string
	Output  string
	Elapsed float64
}

// test names a test, or a package as a whole when name is empty.
type test struct{ pkg, name string }

type summary struct {
	out     io.Writer
	output  map[test][]string // of tests that have not finished
	tests   map[string]int    // finished, by package
	broken  map[string]bool   // packages with a failed test
	skipped []string
	passed  int
	failed  int
}

// summarize copies lines that are not events as they are. It returns the number of failed tests, where a package that
// fails without a failed test (it did not build, it ran out of time) counts as one.
func summarize(in io.Reader, out io.Writer) (failed int, err error) {
	s := &summary{out: out, output: map[test][]string{}, tests: map[string]int{}, broken: map[string]bool{}}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadString('\n')
		s.line(line)
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
	}
	for _, reason := range s.skipped {
		fmt.Fprintln(out, "skipped", reason)
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", s.passed, s.failed)
	return s.failed, nil
}

func (s *summary) line(line string) {
	var e event
	if json.Unmarshal([]byte(line), &e) != nil || e.Action == "" {
		fmt.Fprint(s.out, line)
		return
	}
	s.event(e)
}

func (s *summary) event(e event) {
	t := test{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		fmt.Fprint(s.out, e.Output)
	case "output":
		s.output[t] = append(s.output[t], e.Output)
	case "pass", "fail", "skip":
		if e.Test == "" {
			s.packageDone(t, e)
		} else {
			s.testDone(t, e)
		}
		delete(s.output, t)
	}
}

func (s *summary) testDone(t test, e event) {
	switch e.Action {
	case "pass":
		s.passed++
	case "fail":
		s.failed++
		s.broken[t.pkg] = true
		s.print(t)
	case "skip":
		s.skipped = append(s.skipped, fmt.Sprintf("%s %s: %s", t.pkg, t.name, s.reason(t)))
	}
	s.tests[t.pkg]++
}

func (s *summary) packageDone(t test, e event) {
	count := s.tests[t.pkg]
	delete(s.tests, t.pkg) // the same package comes again for each fuzz test
	if e.Action == "fail" {
		s.packageFailed(t)
		return
	}
	if count == 0 {
		return
	}
	note := ""
	if strings.Contains(strings.Join(s.output[t], ""), "(cached)") {
		note = ", cached"
	}
	fmt.Fprintf(s.out, "ok    %s  %d tests, %.1fs%s\n", t.pkg, count, e.Elapsed, note)
}

func (s *summary) packageFailed(t test) {
	if !s.broken[t.pkg] {
		s.failed++
	}
	delete(s.broken, t.pkg)
	for other := range s.output { // tests cut off by a panic or the time limit say why here
		if other.pkg == t.pkg && other.name != "" {
			s.print(other)
			delete(s.output, other)
		}
	}
	s.print(t)
}

// print writes what a test has said, without the lines that only mark its progress.
func (s *summary) print(t test) {
	for _, line := range s.output[t] {
		if !strings.HasPrefix(line, "=== ") {
			fmt.Fprint(s.out, line)
		}
	}
}

// reason is what a skipped test has said, on one line.
func (s *summary) reason(t test) string {
	var words []string
	for _, line := range s.output[t] {
		if line = strings.TrimSpace(line); !strings.HasPrefix(line, "=== ") && !strings.HasPrefix(line, "--- ") {
			words = append(words, line)
		}
	}
	return strings.Join(words, " ")
}
