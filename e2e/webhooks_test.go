package e2e

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"storedesk/internal/store/storetest"
)

// webhook is what these tests look at in a webhook.
type webhook struct {
	ID        int64    `json:"id"`
	Events    []string `json:"events"`
	SecretKey string   `json:"secret_key"`
	Active    bool     `json:"active"`
}

func TestWebhookLife(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		c := in.start().client()
		const list = "/api/admin/webhooks/"
		body := map[string]any{"target": "https://receiver.example/hook/", "events": []string{"ticket.updated", "ticket.created"}, "name": "CRM", "active": false}
		var made, shown webhook
		c.must(201, "POST", list, body).decode(t, &made)
		one := fmt.Sprintf("%s%d/", list, made.ID)
		secret := regexp.MustCompile(`^[0-9a-f]{40}$`)
		if !secret.MatchString(made.SecretKey) || made.Active || strings.Join(made.Events, " ") != "ticket.created ticket.updated" {
			t.Errorf("made %+v", made)
		}

		out := in.run("webhook", "list")
		if !strings.Contains(out, `"CRM"`) || !strings.Contains(out, "https://receiver.example/hook/") || strings.Contains(out, made.SecretKey) {
			t.Errorf("webhook list says\n%s", out)
		}
		rotated := strings.TrimSpace(in.run("webhook", "rotate", fmt.Sprint(made.ID)))
		c.must(200, "GET", one, nil).decode(t, &shown)
		if !secret.MatchString(rotated) || rotated == made.SecretKey || shown.SecretKey != rotated {
			t.Errorf("rotated from %s to %s, shown %s", made.SecretKey, rotated, shown.SecretKey)
		}
		in.run("webhook", "log", fmt.Sprint(made.ID))
		for _, wrong := range []string{"", "--event 1 --after 1", "--event 1 --failed", "--event 0", "--after 5 --until 5"} {
			if _, stderr, err := in.try(append([]string{"webhook", "replay", fmt.Sprint(made.ID)}, strings.Fields(wrong)...)...); err == nil || stderr == "" {
				t.Errorf("webhook replay %s: %v", wrong, err)
			}
		}

		c.must(200, "PATCH", one, map[string]any{"secret_key": nil}).decode(t, &shown)
		if !secret.MatchString(shown.SecretKey) || shown.SecretKey == rotated {
			t.Errorf("null as secret: %+v", shown)
		}
		c.must(204, "DELETE", one, nil)
		for _, path := range []string{"", "deliveries/"} {
			c.must(404, "GET", one+path, nil)
		}
		for _, path := range []string{"test/", "replay/", "rotate/"} {
			c.must(404, "POST", one+path, map[string]any{})
		}
		if _, _, err := in.try("webhook", "list", "--store", "nowhere.example"); err == nil {
			t.Error("a store that is not there has webhooks")
		}
	})
}

// TestWebhooksDoNotReachInside: internal addresses are refused when a webhook is made, in
// any disguise, and names that lead to them when something is sent.
func TestWebhooksDoNotReachInside(t *testing.T) {
	t.Parallel()
	storetest.EachURL(t, func(t *testing.T, url string) {
		in := install(t, url)
		n := in.start()
		c := n.client()
		hook := func(target string) map[string]any {
			return map[string]any{"target": target, "events": []string{"ticket.created"}}
		}
		for _, target := range []string{
			"http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/",
			"http://10.1.2.3/", "http://192.168.0.1:8080/x", "http://169.254.169.254/latest/meta-data/", "http://[fd00:ec2::254]/", "http://0.0.0.0/",
		} {
			a, err := c.send("POST", "/api/admin/webhooks/", hook(target))
			if err != nil || a.Status != 400 || !strings.Contains(string(a.Body), `"target"`) {
				t.Errorf("%s: %v %s", target, err, a.Body)
			}
		}
		var made webhook
		c.must(201, "POST", "/api/admin/webhooks/", hook(strings.Replace(n.url, "127.0.0.1", "localhost", 1)+"/healthz")).decode(t, &made)
		var delivery struct{ Outcome, Answer string }
		c.must(200, "POST", fmt.Sprintf("/api/admin/webhooks/%d/test/", made.ID), map[string]any{}).decode(t, &delivery)
		if delivery.Outcome != "failed" || !strings.Contains(delivery.Answer, "refused") {
			t.Errorf("a name that leads inside: %+v", delivery)
		}
	})
}
