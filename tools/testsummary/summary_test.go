package main

import (
	"strings"
	"testing"
)

func TestSummarize(t *testing.T) {
	tests := []struct {
		name   string
		in     string
		out    string
		failed int
	}{
		{"nothing ran", ``, "0 passed, 0 failed\n", 0},
		{
			"passing package",
			`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"chatter\n"}
{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Elapsed":1.25}
`,
			"ok    p  1 tests, 1.2s\n1 passed, 0 failed\n", 0,
		},
		{
			"package from the cache",
			`{"Action":"pass","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"ok  \tp\t(cached)\n"}
{"Action":"pass","Package":"p","Elapsed":0}
`,
			"ok    p  1 tests, 0.0s, cached\n1 passed, 0 failed\n", 0,
		},
		{
			"failed test shows its output, its package counts once",
			`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: got 2\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.1s\n"}
{"Action":"fail","Package":"p"}
`,
			"    a_test.go:1: got 2\nFAIL\tp\t0.1s\n0 passed, 1 failed\n", 1,
		},
		{
			"package that does not build",
			`{"ImportPath":"p","Action":"build-output","Output":"p/a.go:1: undefined: x\n"}
{"ImportPath":"p","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","FailedBuild":"p"}
`,
			"p/a.go:1: undefined: x\nFAIL\tp [build failed]\n0 passed, 1 failed\n", 1,
		},
		{
			"test cut off by the time limit",
			`{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"panic: test timed out\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t9.0s\n"}
{"Action":"fail","Package":"p"}
`,
			"panic: test timed out\nFAIL\tp\t9.0s\n0 passed, 1 failed\n", 1,
		},
		{
			"skipped test tells why",
			`{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"    a_test.go:1: no server\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"--- SKIP: TestA (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"p","Elapsed":0}
`,
			"ok    p  1 tests, 0.0s\nskipped p TestA: a_test.go:1: no server\n0 passed, 0 failed\n", 0,
		},
		{"other lines pass through", "go: downloading m\n{\"a\":1}\n", "go: downloading m\n{\"a\":1}\n0 passed, 0 failed\n", 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var out strings.Builder
			failed, err := summarize(strings.NewReader(tt.in), &out)
			if err != nil {
				t.Fatal(err)
			}
			if failed != tt.failed || out.String() != tt.out {
				t.Errorf("failed = %d, want %d; output:\n%s\nwant:\n%s", failed, tt.failed, out.String(), tt.out)
			}
		})
	}
}
