package blob

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/minio/minio-go/v7/pkg/credentials"
)

// s3Config is a parsed s3 URL, see [Open].
type s3Config struct {
	endpoint string // host or host:port
	bucket   string
	region   string
	prefix   string // "" or ends in a slash
	tls      bool
	creds    *credentials.Credentials
}

var s3Prefix = regexp.MustCompile(`^[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$`)

func parseS3(u *url.URL) (s3Config, error) {
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return s3Config{}, errors.New("blob: malformed query in the s3 URL")
	}
	cfg := s3Config{
		endpoint: u.Host,
		bucket:   strings.Trim(u.Path, "/"),
		region:   cmp.Or(q.Get("region"), "us-east-1"),
		prefix:   strings.Trim(q.Get("prefix"), "/"),
		tls:      q.Get("tls") != "off",
		creds:    s3Credentials(u.User),
	}
	var problems []error
	bad := func(format string, args ...any) {
		problems = append(problems, fmt.Errorf("blob: s3 URL: "+format, args...))
	}
	for name := range q {
		if name != "region" && name != "prefix" && name != "tls" {
			bad("unknown parameter %q", name)
		}
	}
	if cfg.endpoint == "" {
		bad("no host")
	}
	if cfg.bucket == "" || strings.Contains(cfg.bucket, "/") {
		bad("the path must be one bucket name")
	}
	if t := q.Get("tls"); t != "" && t != "on" && t != "off" {
		bad("tls is %q, want on or off", t)
	}
	if cfg.prefix != "" {
		if !s3Prefix.MatchString(cfg.prefix) {
			bad("prefix %q has characters other than A-Z a-z 0-9 . _ - /", cfg.prefix)
		}
		cfg.prefix += "/"
	}
	return cfg, errors.Join(problems...)
}

func s3Credentials(user *url.Userinfo) *credentials.Credentials {
	if user == nil {
		return credentials.NewEnvAWS()
	}
	secret, _ := user.Password()
	return credentials.NewStaticV4(user.Username(), secret, "")
}
