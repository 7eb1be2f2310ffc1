// Package app builds the program top-down from its parts, and starts and stops it.
package app

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"

	"storedesk/internal/outbound"
	"storedesk/internal/store"
)

// Version is the program's version; the build sets it.
var Version = "dev"

// Config is what an operator sets, by flag or by variable.
type Config struct {
	DatabaseURL string `name:"database-url" env:"STOREDESK_DATABASE_URL" placeholder:"URL" help:"Where the data is: postgres://… or sqlite:FILE. Default: a SQLite file in the data directory."`
	DataDir     string `name:"data-dir" env:"STOREDESK_DATA_DIR" default:"./data" placeholder:"DIR" help:"Directory of the SQLite file and of attachments (default ${default})."`
	BlobURL     string `name:"blob-url" env:"STOREDESK_BLOB_URL" placeholder:"URL" help:"Where attachments are: file:///DIR or s3://KEY:SECRET@HOST/BUCKET. Default: blobs in the data directory."`
	PublicURL   string `name:"public-url" env:"STOREDESK_PUBLIC_URL" placeholder:"URL" help:"How this server is reached from outside, for links in webhooks and mails; {host} stands for a store's host (default https://{host})."`

	InternalNetworks string `name:"internal-networks" env:"STOREDESK_INTERNAL_NETWORKS" placeholder:"CIDRS" help:"Private networks that webhooks may reach, separated by commas: 10.0.0.0/8,127.0.0.1. Default: none."`

	MailMaxMB int `name:"mail-max-mb" env:"STOREDESK_MAIL_MAX_MB" default:"40" placeholder:"MB" help:"Largest mail received, in MB as it travels (default ${default})."`
	MailConfig

	LogFormat string `name:"log-format" env:"STOREDESK_LOG_FORMAT" enum:"text,json" default:"text" help:"Form of the log on stderr: text or json."`
	LogLevel  string `name:"log-level" env:"STOREDESK_LOG_LEVEL" enum:"debug,info,warn,error" default:"info" help:"What is logged: debug, info, warn or error."`
}

// ServeConfig is what the server needs besides.
type ServeConfig struct {
	Listen         string `name:"listen" env:"STOREDESK_LISTEN" default:"127.0.0.1:8080" placeholder:"ADDRESS" help:"Address to answer HTTP on (default ${default})."`
	RateLimit      int    `name:"rate-limit" env:"STOREDESK_RATE_LIMIT" default:"4" help:"Requests a second that each access token may make; 0 = any number (default ${default}, as the original)."`
	PageSize       int    `name:"page-size" env:"STOREDESK_PAGE_SIZE" default:"20" help:"Rows on a page of a list (default ${default})."`
	MetricsListen  string `name:"metrics-listen" env:"STOREDESK_METRICS_LISTEN" placeholder:"ADDRESS" help:"Address to answer Prometheus (/metrics) and pprof on, for the operator's eyes only. Default: none."`
	TrustedProxies string `name:"trusted-proxies" env:"STOREDESK_TRUSTED_PROXIES" placeholder:"CIDRS" help:"Proxies whose X-Forwarded-Host and -Proto are believed, separated by commas: 10.0.0.0/8,127.0.0.1."`

	SMTP SMTPConfig `embed:""`

	OIDCIssuer       string `name:"oidc-issuer" env:"STOREDESK_OIDC_ISSUER" placeholder:"URL" help:"OpenID provider that staff may sign in through, such as https://login.example."`
	OIDCClientID     string `name:"oidc-client-id" env:"STOREDESK_OIDC_CLIENT_ID" placeholder:"ID" help:"What the provider knows this installation by."`
	OIDCClientSecret string `name:"oidc-client-secret" env:"STOREDESK_OIDC_CLIENT_SECRET" placeholder:"SECRET" help:"The secret that goes with it. Better as a variable: flags stand in the list of processes."`
	OIDCName         string `name:"oidc-name" env:"STOREDESK_OIDC_NAME" default:"single sign-on" placeholder:"NAME" help:"What the button calls the provider (default ${default})."`
}

// Check returns every problem with the configuration, in one error.
func (c *Config) Check() error {
	var problems []error
	if err := store.CheckURL(c.DatabaseURL); err != nil {
		problems = append(problems, fmt.Errorf("STOREDESK_DATABASE_URL: %w", err))
	}
	if _, err := outbound.ParseNetworks(c.InternalNetworks); err != nil {
		problems = append(problems, fmt.Errorf("STOREDESK_INTERNAL_NETWORKS: %w", err))
	}
	if u, err := url.Parse(strings.ReplaceAll(c.PublicURL, "{host}", "host")); c.PublicURL != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		problems = append(problems, errors.New("STOREDESK_PUBLIC_URL: not a URL such as https://desk.example"))
	}
	if err := c.MailConfig.Check(); err != nil {
		problems = append(problems, err)
	}
	if c.DataDir == "" {
		problems = append(problems, errors.New("STOREDESK_DATA_DIR: no directory named"))
	}
	if c.MailMaxMB < 0 || c.MailMaxMB > 1024 {
		problems = append(problems, fmt.Errorf("STOREDESK_MAIL_MAX_MB: %d is not between 1 and 1024", c.MailMaxMB))
	}
	if u, err := url.Parse(c.BlobURL); err != nil {
		problems = append(problems, errors.New("STOREDESK_BLOB_URL: not a URL"))
	} else if u.Scheme != "" && u.Scheme != "file" && u.Scheme != "s3" {
		problems = append(problems, fmt.Errorf("STOREDESK_BLOB_URL: scheme %q is neither file nor s3", u.Scheme))
	}
	return errors.Join(problems...)
}

// Check returns every problem with the configuration, in one error.
func (c *ServeConfig) Check() error {
	var problems []error
	if _, _, err := net.SplitHostPort(c.Listen); err != nil {
		problems = append(problems, fmt.Errorf("STOREDESK_LISTEN: %w", err))
	}
	if c.RateLimit < 0 {
		problems = append(problems, fmt.Errorf("STOREDESK_RATE_LIMIT: %d is less than 0", c.RateLimit))
	}
	if c.PageSize < 1 || c.PageSize > 100 {
		problems = append(problems, fmt.Errorf("STOREDESK_PAGE_SIZE: %d is not between 1 and 100", c.PageSize))
	}
	if (c.OIDCIssuer == "") != (c.OIDCClientID == "") {
		problems = append(problems, errors.New("STOREDESK_OIDC_ISSUER and STOREDESK_OIDC_CLIENT_ID go together"))
	}
	if u, err := url.Parse(c.OIDCIssuer); c.OIDCIssuer != "" && (err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http") {
		problems = append(problems, errors.New("STOREDESK_OIDC_ISSUER: not a URL such as https://login.example"))
	}
	if err := c.SMTP.check(); err != nil {
		problems = append(problems, err)
	}
	if _, err := c.proxies(); err != nil {
		problems = append(problems, fmt.Errorf("STOREDESK_TRUSTED_PROXIES: %w", err))
	}
	return errors.Join(problems...)
}

func (c *ServeConfig) proxies() ([]netip.Prefix, error) {
	return outbound.ParseNetworks(c.TrustedProxies)
}

// Database says in words where the data is, without secrets.
func (c *Config) Database() string {
	if c.DatabaseURL == "" {
		return "sqlite:" + filepath.Join(c.DataDir, "storedesk.db")
	}
	if u, err := url.Parse(c.DatabaseURL); err == nil {
		return u.Redacted()
	}
	return "the database"
}

// Level is the log level by its name.
func (c *Config) Level() slog.Level {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // the flag's enum has checked it
	return level
}
