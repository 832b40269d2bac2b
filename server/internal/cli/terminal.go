package cli

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// Terminal is where the person is who gave a command: on this process's terminal, or
// behind the control socket.
type Terminal interface {
	io.Writer // for what people read
	// Password gives the password that a command needs.
	Password() (string, error)
	// Ask asks a person. Errors: ErrNoTerminal.
	Ask(question string) (string, error)
	// Input is the text of the file that is the command's argument.
	Input() (string, error)
	// Create makes or empties a file in the folder that is the command's argument.
	// It has no path of its own: the person's side trusts no other than what was
	// typed there.
	Create(name string) (io.WriteCloser, error)
}

// Failures of a Terminal.
var (
	// ErrNoTerminal is a question without a person to answer it.
	ErrNoTerminal = errors.New("il n'y a pas de terminal pour confirmer")
	errDiffer     = fmt.Errorf("%w : les deux mots de passe diffèrent", errValue)
	errTooLong    = fmt.Errorf("ce fichier a plus de %d Kio", maxInput>>10)
)

// maxInput bounds a file that a command reads.
const maxInput = 1 << 20

// localTerminal is that of this process.
type localTerminal struct {
	io.Writer
	argument string // the command's first
	getenv   func(string) string
	in       *os.File
	prompts  io.Writer
}

// NewTerminal gives the terminal of a command that was typed here. What people read
// goes to out, questions to prompts; a password is taken from ETU_PASSWORD, where it
// is set.
func NewTerminal(words []string, getenv func(string) string, in *os.File, out, prompts io.Writer) Terminal {
	t := localTerminal{Writer: out, getenv: getenv, in: in, prompts: prompts}
	if _, args := find(words); len(args) > 0 {
		t.argument = args[0]
	}
	return t
}

// Password gives the password of ETU_PASSWORD, or asks for it twice without showing it.
func (t localTerminal) Password() (string, error) {
	if password := t.getenv("ETU_PASSWORD"); password != "" {
		return password, nil
	}
	if term.IsTerminal(int(t.in.Fd())) {
		password, err := t.hidden("Mot de passe : ")
		if err != nil {
			return "", err
		}
		again, err := t.hidden("Encore une fois : ")
		if err == nil && again != password {
			err = errDiffer
		}
		return password, err
	}
	line, err := t.line()
	if err != nil {
		return "", fmt.Errorf("mot de passe : %w", err)
	}
	return line, nil
}

// hidden asks for a line that is not shown.
func (t localTerminal) hidden(question string) (string, error) {
	fmt.Fprint(t.prompts, question)
	defer fmt.Fprintln(t.prompts)
	line, err := term.ReadPassword(int(t.in.Fd()))
	return string(line), err
}

// Ask implements Terminal.
func (t localTerminal) Ask(question string) (string, error) {
	if !term.IsTerminal(int(t.in.Fd())) {
		return "", ErrNoTerminal
	}
	fmt.Fprint(t.prompts, question)
	return t.line()
}

// line reads a line, of a last one what there is.
func (t localTerminal) line() (string, error) {
	line, err := bufio.NewReader(t.in).ReadString('\n')
	if line == "" && err != nil {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// Input implements Terminal.
func (t localTerminal) Input() (string, error) {
	f, err := os.Open(t.argument)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, maxInput+1))
	if err == nil && len(text) > maxInput {
		err = errTooLong
	}
	return string(text), err
}

// Create implements Terminal.
func (t localTerminal) Create(name string) (io.WriteCloser, error) {
	if err := os.MkdirAll(t.argument, 0o700); err != nil {
		return nil, err
	}
	folder, err := os.OpenRoot(t.argument)
	if err != nil {
		return nil, err
	}
	defer folder.Close()
	return folder.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
}
