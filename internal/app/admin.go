package app

import (
	"context"
	"net/http"
	"net/http/pprof"
	"runtime/debug"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"okno/internal/applications/cases"
	"okno/internal/kit/job"
)

// metrics are what the operator's monitoring reads. Labels are routes and
// kinds, never people.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "okno_request_seconds", Help: "Time to answer by route and status class.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .5, 1, 5},
		}, []string{"route", "class"}),
	}
	m.registry.MustRegister(m.requests, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// observe counts one answer.
func (m *metrics) observe(route string, status int, took time.Duration) {
	classes := [...]string{"1xx", "2xx", "3xx", "4xx", "5xx"}
	class := "5xx"
	if c := status/100 - 1; c >= 0 && c < len(classes) {
		class = classes[c]
	}
	m.requests.WithLabelValues(route, class).Observe(took.Seconds())
}

// gauges adds values that are read when they are asked for.
func (m *metrics) gauges(h *House) {
	add := func(name, help string, f func() float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, f))
	}
	add("okno_live_streams", "Open live streams of this node.", func() float64 { return float64(h.live.Streams()) })
	for _, c := range h.centres {
		taken := prometheus.Labels{"gateway": c.Name()}
		count := func(name, help string, f func() float64) {
			m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help, ConstLabels: taken}, f))
		}
		count("okno_sms_parts_total", "Parts of SMS that the centre took from this node.", func() float64 { return float64(c.Taken()) })
		count("okno_sms_kopecks_total", "What they cost by security.sms_price.", func() float64 { return float64(c.Taken() * h.Config.Security.SMSPrice) })
	}
	m.registry.MustRegister(lateCollector{h.applications.Cases(), prometheus.NewDesc("okno_late_cases",
		"Applications that are late on their way, by agency and hop; none while nothing is.", []string{"agency", "hop"}, nil)})
	m.registry.MustRegister(jobsCollector{h.queue, prometheus.NewDesc("okno_jobs", "Jobs by state.", []string{"state"}, nil)})
}

// jobsCollector counts jobs once for each reading of the metrics.
type jobsCollector struct {
	queue *job.Queue
	desc  *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c jobsCollector) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect implements prometheus.Collector. Without an answer there are no
// values, which the operator's alarms notice.
func (c jobsCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	depth, err := c.queue.Depth(ctx)
	if err != nil {
		return
	}
	for _, state := range []string{"available", "running", "retryable", "discarded"} {
		to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(depth[state]), state)
	}
}

// lateCollector counts what is late on its way to agencies.
type lateCollector struct {
	cases *cases.Cases
	desc  *prometheus.Desc
}

// Describe implements prometheus.Collector.
func (c lateCollector) Describe(to chan<- *prometheus.Desc) { to <- c.desc }

// Collect implements prometheus.Collector.
func (c lateCollector) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	all, err := c.cases.LateCounts(ctx)
	if err != nil {
		return
	}
	for _, i := range all {
		to <- prometheus.MustNewConstMetric(c.desc, prometheus.GaugeValue, float64(i.Open), i.Agency, string(i.Hop))
	}
}

// adminHandler serves health, readiness, metrics and profiles. It listens on
// its own address, which is not for the public.
func (s *server) adminHandler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	mux.HandleFunc("GET /readyz", s.readyz)
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.house.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	mux.HandleFunc("POST /debug/gc", func(http.ResponseWriter, *http.Request) { debug.FreeOSMemory() })
	return mux
}

// readyz says whether the node can answer people: the database, the files and
// the keys are there. It names what is not.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 3*time.Second)
	defer cancel()
	for _, c := range []struct {
		name  string
		check func(context.Context) error
	}{
		{"starting or draining", func(context.Context) error {
			if !s.ready.Load() {
				return context.Canceled
			}
			return nil
		}},
		{"database", s.house.stores.db.Ping},
		{"keys database", s.house.stores.keys.Ping},
		{"blobs", s.house.stores.blobs.Ping},
	} {
		if err := c.check(ctx); err != nil {
			s.log.Warn("not ready", "part", c.name, "err", err)
			http.Error(w, c.name, http.StatusServiceUnavailable)
			return
		}
	}
	_, _ = w.Write([]byte("ready\n"))
}
