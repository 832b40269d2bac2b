package tui

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"etuservices/client/internal/link/linktest"
)

// shellPrompt is that of a shell which leaves the terminal's modes to its jobs,
// so that what they forget stays.
const shellPrompt = "coquille"

// inShell starts the program as a job of an interactive shell.
func inShell(t *testing.T, env ...string) *tty {
	t.Helper()
	home := t.TempDir()
	p := launchCommand(t, exec.Command("/bin/sh", "-i"), append(env, "PS1="+shellPrompt+" ", "ENV=", "HOME="+home,
		"XDG_STATE_HOME="+home, childEnv+"="+linktest.Listen(t, healthy))...)
	p.see(shellPrompt)
	p.before = p.modes()
	p.press(os.Args[0] + "\n")
	return p
}

// job is the shell's child.
func (p *tty) job() int {
	p.t.Helper()
	shell := p.cmd.Process.Pid
	b, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(shell), "task", strconv.Itoa(shell), "children"))
	if err != nil {
		p.t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(b)))
	if err != nil {
		p.t.Fatal(err)
	}
	return pid
}

// written counts a text among all that was ever written.
func (p *tty) written(text string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return strings.Count(strings.ReplaceAll(p.raw.String(), "\u00a0", " "), text)
}

// until waits for something that no output tells.
func (p *tty) until(what string, met func() bool) {
	p.t.Helper()
	beat := time.NewTicker(5 * time.Millisecond)
	defer beat.Stop()
	for end := time.Now().Add(patience); !met(); <-beat.C {
		if time.Now().After(end) {
			p.t.Fatalf("%s: never\n%s", what, p.text())
		}
	}
}

// shell waits until the shell has the terminal, as it was before.
func (p *tty) shell(before int) {
	p.t.Helper()
	p.until("the shell's prompt", func() bool { return p.written(shellPrompt) > before })
	p.see(shellPrompt)
	if now := p.modes(); now != p.before {
		p.t.Errorf("the shell gets the terminal with other modes:\n%+v\n%+v", p.before, now)
	}
}

// TestStoppedAndContinued: however the program is stopped, the shell has its
// terminal, and the program comes back whole.
func TestStoppedAndContinued(t *testing.T) {
	t.Parallel()
	p := inShell(t)
	p.see("Identifiant")
	signal := func(s syscall.Signal) func() {
		return func() {
			if err := syscall.Kill(p.job(), s); err != nil {
				t.Fatal(err)
			}
		}
	}
	typed := ""
	for i, stop := range []func(){func() { p.press("\x1a") }, signal(syscall.SIGTSTP), signal(syscall.SIGSTOP)} {
		typed += string(rune('a' + i))
		p.press(typed[i:])
		p.see("▸ Identifiant", "│ "+typed)
		prompts, mouse := p.written(shellPrompt), p.written("\x1b[?1000h")
		stop()
		if i == 2 { // of SIGSTOP a program hears nothing, and can put nothing in order
			p.until("the shell's prompt", func() bool { return p.written(shellPrompt) > prompts })
			if err := unix.IoctlSetTermios(int(p.slave.Fd()), unix.TCSETS, &p.before); err != nil { // as a shell may
				t.Fatal(err)
			}
			p.press("printf '\\033c'\n") // a terminal that forgot everything
			p.until("a reset", func() bool { return p.written("\x1bc") > 0 })
		} else {
			p.shell(prompts)
		}
		p.press("fg\n")
		p.see("▸ Identifiant", "│ "+typed, "en ligne", "Mot de passe")
		p.until("raw again", func() bool { return p.modes().Lflag&(unix.ICANON|unix.ECHO|unix.ISIG) == 0 })
		p.until("the mouse again", func() bool { return p.written("\x1b[?1000h") > mouse })
	}
	prompts := p.written(shellPrompt)
	p.press("\x1a")
	p.shell(prompts)
	prompts = p.written(shellPrompt)
	p.press("bg\n") // a job in the background waits for its terminal
	p.shell(prompts)
	if err := unix.IoctlSetWinsize(int(p.master.Fd()), unix.TIOCSWINSZ, &unix.Winsize{Row: 15, Col: 50}); err != nil {
		t.Fatal(err)
	}
	p.press("fg\n")
	p.see("Fenêtre trop petite : 50×15")
	prompts = p.written(shellPrompt)
	p.press("\x03")
	p.shell(prompts)
	p.press("exit\n")
	p.over(0)
}

// TestNobodyToContinueIt: where no shell could continue the program, Ctrl+Z does
// not lose it.
func TestNobodyToContinueIt(t *testing.T) {
	t.Parallel()
	p := launch(t, linktest.Listen(t, healthy))
	p.see("Identifiant")
	p.press("\x1a")
	p.until("a moment without the screen", func() bool { return p.written("\x1b[?1049l") > 0 })
	p.press("encore")
	p.see("▸ Identifiant", "│ encore")
	p.press("\x03")
	p.over(0)
}

// TestLineModeStoppedAndContinued: at the prompt, and at the password, which is
// never shown.
func TestLineModeStoppedAndContinued(t *testing.T) {
	t.Parallel()
	p := inShell(t, "ETU_TUI_TEST_LINES=1")
	around := func(question string, silent bool) {
		t.Helper()
		p.see(question)
		p.until(fmt.Sprint("echo is off: ", silent), func() bool { return p.modes().Lflag&unix.ECHO == 0 == silent })
		prompts, asked := p.written(shellPrompt), p.written(question)
		p.press("\x1a")
		p.shell(prompts)
		p.press("fg\n")
		p.until(question+" again", func() bool { return p.written(question) > asked })
		p.until(fmt.Sprint("echo is off again: ", silent), func() bool { return p.modes().Lflag&unix.ECHO == 0 == silent })
	}
	around("Identifiant :", false)
	p.press("amelie\n")
	around("Mot de passe :", true)
	p.press("motdepasse\n")
	p.see("Connexion réussie")
	around("> ", false)
	prompts := p.written(shellPrompt)
	p.press("\x03")
	p.shell(prompts)
	if p.written("^C\r\n"+shellPrompt) == 0 {
		t.Errorf("the shell's prompt is behind what was typed:\n%s", p.text())
	}
	if p.written("motdepasse") > 0 {
		t.Error("the password was shown")
	}
	p.press("exit\n")
	<-p.ended
}

// TestLinesAskAgain: a wrong answer is said at its question, which is asked again; an empty
// one is a way out.
func TestLinesAskAgain(t *testing.T) {
	p := launch(t, linktest.Listen(t, healthy), "ETU_TUI_TEST_LINES=1")
	answer := func(question, text string) {
		t.Helper()
		p.see(question)
		p.press(text + "\n")
	}
	answer("Identifiant :", "amelie")
	answer("Mot de passe :", "motdepasse")
	p.see("Connexion réussie")
	answer("> ", "vendre")
	answer("Autre) :", "bouquin")
	answer("Catégorie : livre, DVD", "livre")
	answer("Titre :", "Nadja")
	answer("Prix en euros :", "gratuit")
	answer("de 0,00 à 9999,99.", "4,50")
	answer("facultative :", "")
	answer("Livre. Nadja. 4,50", "oui")
	p.see("est en vente")
	p.press("motdepasse\n")
	answer("Mot de passe actuel :", "motdepasse")
	answer("8 caractères au moins :", "court")
	answer("8 à 128 caractères.", "un bon mot")
	answer("Répétez-le :", "un autre mot")
	answer("diffèrent.", "")
	p.see("Rien n'a été fait.")
}
