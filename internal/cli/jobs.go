package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"storedesk/internal/app"
	"storedesk/internal/desk"
	"storedesk/internal/store"
)

type jobsCommand struct {
	List  jobsList  `cmd:"" help:"List jobs that are not done; --state dead lists those that were given up."`
	Retry jobsRetry `cmd:"" help:"Have dead jobs tried again, with all their tries."`
}

type jobsList struct {
	State string `enum:"ready,running,dead,all" default:"all" help:"Only jobs in this state: ready, running, dead (default: all)."`
	Kind  string `placeholder:"KIND" help:"Only jobs of this kind, such as webhook."`
	Limit int    `default:"100" placeholder:"N" help:"How many are listed (default ${default})."`
}

func (l *jobsList) Run(ctx context.Context, c *app.Config) error {
	a, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	q := store.JobQuery{Kind: l.Kind, Limit: max(l.Limit, 1)}
	if l.State != "all" {
		q.State = desk.JobState(l.State)
	}
	list, err := a.DB.ListJobs(ctx, q)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "ID\tQUEUE\tSTATE\tTRIES\tNEXT\tWHAT\tERROR")
	for _, j := range list {
		fmt.Fprintf(out, "%d\t%s\t%s\t%d\t%s\t%s\t%.120s\n", j.ID, j.Queue, j.State, j.Attempt, j.RunAt.Time().Format(time.RFC3339), j.Args, j.Error)
	}
	if err := out.Flush(); err != nil {
		return err
	}
	counts, err := a.DB.CountJobs(ctx)
	for _, n := range counts {
		fmt.Printf("%s: %d %s\n", n.Kind, n.N, n.State)
	}
	return err
}

type jobsRetry struct {
	IDs  []int64 `arg:"" optional:"" placeholder:"ID" help:"The jobs."`
	Kind string  `placeholder:"KIND" help:"All dead jobs of this kind."`
	All  bool    `help:"All dead jobs."`
}

func (r *jobsRetry) Run(ctx context.Context, c *app.Config) error {
	if len(r.IDs) == 0 && r.Kind == "" && !r.All {
		return errors.New("name jobs by their ids, --kind or --all")
	}
	a, err := open(ctx, c)
	if err != nil {
		return err
	}
	defer a.Close()
	n, err := a.DB.ReviveJobs(ctx, store.JobQuery{IDs: r.IDs, Kind: r.Kind}, desk.At(time.Now()))
	if err == nil {
		fmt.Printf("%d jobs will be tried again.\n", n)
	}
	return err
}
