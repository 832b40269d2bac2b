package cli

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"strings"

	"golang.org/x/term"
)

// ReadPassword gives the password of ETU_PASSWORD, or asks for it without showing it.
func ReadPassword(getenv func(string) string, in *os.File, out io.Writer) (string, error) {
	if password := getenv("ETU_PASSWORD"); password != "" {
		return password, nil
	}
	if fd := int(in.Fd()); term.IsTerminal(fd) {
		fmt.Fprint(out, "Mot de passe : ")
		defer fmt.Fprintln(out)
		password, err := term.ReadPassword(fd)
		return string(password), err
	}
	line, err := bufio.NewReader(in).ReadString('\n')
	if line == "" && err != nil {
		return "", fmt.Errorf("mot de passe : %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}
