package transcript

import (
	"strings"
	"time"
)

// Script is one dialogue.
type Script struct {
	Name     string   // the heading that it stands under, or the file's name
	Line     int      // where it begins in its file
	Accounts []string // that exist and are logged in, each on its connection
	Steps    []Step
}

// Kind says what a step is.
type Kind uint8

// The kinds of steps.
const (
	Send   Kind = iota // the client sends Text
	Expect             // the server's next line must match the pattern Text
	Closed             // the server must have closed the connection
	Pause              // Pause passes
)

// Step is one line of a dialogue.
type Step struct {
	Kind  Kind
	Conn  string // the connection; one that is not open yet is opened
	Text  string
	Pause time.Duration
	Line  int // in its file
}

// FirstConn names the connection that a script without accounts begins on.
const FirstConn = "client"

// Logins are the accounts that a script may name.
var Logins = []string{"alice", "bob", "carol", Admin}

// Admin is the one of them that is an administrator.
const Admin = "prof"

// What all accounts have in common.
const (
	Password = "motdepasse"
	LastName = "Martin"
)

// Email gives an account's address.
func Email(login string) string { return login + "@univ.fr" }

// FirstName gives an account's first name.
func FirstName(login string) string { return strings.ToUpper(login[:1]) + login[1:] }
