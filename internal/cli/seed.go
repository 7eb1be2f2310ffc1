package cli

type seedCommand struct{}
