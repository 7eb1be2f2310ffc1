package blob

import (
	"net/url"
	"strings"
	"testing"
)

func TestOpenRefusesBadURLs(t *testing.T) {
	const secret = "sEcReT"
	bad := map[string]string{
		"relative":                                   "unknown URL scheme",
		"ftp://host/x":                               "unknown URL scheme",
		"file://host/dir":                            "file:///absolute",
		"file:dir":                                   "file:///absolute",
		"file:///dir?mode=1":                         "file:///absolute",
		"s3://a:" + secret + "/x@h/bucket":           "percent-encode",
		"s3://a:" + secret + "@/bucket":              "no host",
		"s3://a:" + secret + "@h":                    "one bucket name",
		"s3://a:" + secret + "@h/b/c":                "one bucket name",
		"s3://a:" + secret + "@h/b?tls=no":           "want on or off",
		"s3://a:" + secret + "@h/b?ssl=off":          "unknown parameter",
		"s3://a:" + secret + "@h/b?prefix=../x":      "prefix",
		"s3://a:" + secret + "@h/b?region=%zz":       "malformed query",
		"s3://a:" + secret + "@h/b c":                "b c",
		"s3://a:" + secret + "@127.0.0.1:1/b?tls=no": "want on or off",
	}
	for u, want := range bad {
		_, err := Open(t.Context(), u, t.TempDir())
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Open(%q): %v, want %q", u, err, want)
		}
		if err != nil && strings.Contains(err.Error(), secret) {
			t.Errorf("Open(%q) tells the secret: %v", u, err)
		}
	}
	if _, err := Open(t.Context(), "", ""); err == nil {
		t.Error("no folder at all is no error")
	}
}

func TestOpenNeedsTheBucket(t *testing.T) {
	u := strings.Replace(newS3(t).url, "/"+testBucket+"?", "/absent?", 1)
	if _, err := Open(t.Context(), u, ""); err == nil || !strings.Contains(err.Error(), "no bucket absent") {
		t.Errorf("error %v", err)
	}
}

func TestParseS3(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "from-env")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "env-secret")
	cases := []struct {
		url               string
		want              s3Config
		accessID, secrets string
	}{
		{
			"s3://a:b%2Fc%2Bd@host:9000/bucket",
			s3Config{endpoint: "host:9000", bucket: "bucket", region: "us-east-1", tls: true},
			"a", "b/c+d",
		},
		{
			"s3://a:b@host/bucket/?region=eu-1&tls=off&prefix=/x/y.z/",
			s3Config{endpoint: "host", bucket: "bucket", region: "eu-1", prefix: "x/y.z/"},
			"a", "b",
		},
		{
			"s3://host/bucket?tls=on",
			s3Config{endpoint: "host", bucket: "bucket", region: "us-east-1", tls: true},
			"from-env", "env-secret",
		},
	}
	for _, c := range cases {
		u, err := url.Parse(c.url)
		if err != nil {
			t.Fatal(err)
		}
		got, err := parseS3(u)
		if err != nil {
			t.Errorf("%s: %v", c.url, err)
			continue
		}
		creds, err := got.creds.GetWithContext(nil)
		if err != nil || creds.AccessKeyID != c.accessID || creds.SecretAccessKey != c.secrets {
			t.Errorf("%s: credentials %q %q, %v", c.url, creds.AccessKeyID, creds.SecretAccessKey, err)
		}
		if got.creds = nil; got != c.want {
			t.Errorf("%s: %+v, want %+v", c.url, got, c.want)
		}
	}
}
