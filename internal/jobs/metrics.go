package jobs

import (
	"github.com/prometheus/client_golang/prometheus"

	"storedesk/internal/desk"
)

var (
	tries = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "storedesk_job_tries_total", Help: "Tries of jobs that ended on this node, by kind and outcome.",
	}, []string{"kind", "outcome"})
	seconds = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "storedesk_job_seconds", Help: "How long tries of jobs took.", Buckets: []float64{.001, .01, .1, 1, 10, 60},
	}, []string{"kind"})
)

// Metrics are what this package counts, for a registry.
func Metrics() []prometheus.Collector { return []prometheus.Collector{tries, seconds} }

func observe(e *end) {
	outcome := "done"
	switch {
	case e.outcome.State == desk.JobDead:
		outcome = "dead"
	case e.result.Err != nil:
		outcome = "failed"
	}
	tries.WithLabelValues(e.job.Kind, outcome).Inc()
	seconds.WithLabelValues(e.job.Kind).Observe(e.took.Seconds())
}
