// Command testsummary reads the output of go test -json on standard input and prints what a person wants to see:
// one line for each package, the output of failed tests, the reasons of skipped ones, and as its last line
// "N passed, N failed". It does not run tests. It exits with 1 when something failed.
package main

import (
	"fmt"
	"os"
)

func main() {
	failed, err := summarize(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "testsummary:", err)
		os.Exit(2)
	}
	if failed > 0 {
		os.Exit(1)
	}
}
