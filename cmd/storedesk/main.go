// Command storedesk is the support desk: server and the operator's tools in one.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"storedesk/internal/cli"
)

func main() { os.Exit(run()) }

func run() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return cli.Run(ctx, os.Args[1:])
}
