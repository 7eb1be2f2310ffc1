package main

type seedCommand struct{}
