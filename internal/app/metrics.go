package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"storedesk/internal/jobs"
	"storedesk/internal/store"
)

// serveMetrics answers Prometheus and pprof on an address of their own until ctx ends:
// they are for the operator alone. An empty address is none.
func (a *App) serveMetrics(ctx context.Context, address string) error {
	if address == "" {
		return nil
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listening for metrics: %w", err)
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &backlog{db: a.DB, log: a.Log})
	registry.MustRegister(jobs.Metrics()...)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: headTimeout}
	context.AfterFunc(ctx, func() { server.Close() })
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.Log.ErrorContext(ctx, "metrics", slog.Any("error", err))
		}
	}()
	a.Log.InfoContext(ctx, "metrics", slog.String("address", listener.Addr().String()))
	return nil
}

// backlog counts the jobs of the whole installation when it is asked.
type backlog struct {
	db  *store.DB
	log *slog.Logger
}

var (
	waiting = prometheus.NewDesc("storedesk_jobs", "Jobs that are not done, by kind and state.", []string{"kind", "state"}, nil)
	overdue = prometheus.NewDesc("storedesk_jobs_overdue_seconds", "How long the first ready job of a kind has been due.", []string{"kind"}, nil)
)

// Describe implements prometheus.Collector.
func (b *backlog) Describe(to chan<- *prometheus.Desc) {
	to <- waiting
	to <- overdue
}

// Collect implements prometheus.Collector.
func (b *backlog) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := b.db.CountJobs(ctx)
	if err != nil {
		b.log.ErrorContext(ctx, "counting jobs", slog.Any("error", err))
		return
	}
	for _, c := range counts {
		to <- prometheus.MustNewConstMetric(waiting, prometheus.GaugeValue, float64(c.N), c.Kind, string(c.State))
		if c.State == "ready" {
			to <- prometheus.MustNewConstMetric(overdue, prometheus.GaugeValue, max(0, time.Since(c.Since.Time()).Seconds()), c.Kind)
		}
	}
}
