package main

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strconv"
)

// host is what requests name; a single-store installation answers on every host.
const host = "desk.example"

const ticketsPath = "/api/admin/tickets/"

// get is a whole GET request. extra are more header lines, each ended.
func get(token, path, extra string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: application/json\r\n%s\r\n",
		path, host, token, extra)
}

// send is a whole request with a JSON body.
func send(token, method, path, body string) []byte {
	return fmt.Appendf(nil, "%s %s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nAccept: application/json\r\n"+
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", method, path, host, token, len(body), body)
}

// listPath is a list of tickets with some parameters.
func listPath(params url.Values) string {
	if len(params) == 0 {
		return ticketsPath
	}
	return ticketsPath + "?" + params.Encode()
}

// cursorBefore is the cursor of the page after the row with an id.
func cursorBefore(id int64) string {
	return base64.StdEncoding.EncodeToString([]byte("p=" + strconv.FormatInt(id, 10)))
}
