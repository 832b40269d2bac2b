package manual

import (
	"fmt"
	"slices"
	"strings"
)

// words gives, for what may stand before it on the command line, the words of the
// commands that may come next, in the order of the table.
func (p Program) words() (before []string, next map[string][]string) {
	next = map[string][]string{}
	for _, c := range p.Commands {
		typed := ""
		for word := range strings.FieldsSeq(c.Words) {
			if !slices.Contains(before, typed) {
				before = append(before, typed)
			}
			if !slices.Contains(next[typed], word) {
				next[typed] = append(next[typed], word)
			}
			typed = strings.TrimSpace(typed + " " + word)
		}
	}
	return before, next
}

// options are all options, with the commands' own.
func (p Program) options() []Option {
	all := slices.Clone(p.Options)
	for _, c := range p.Commands {
		all = append(all, c.Flags...)
	}
	return all
}

// function is the program's name as one of a shell's functions.
func (p Program) function() string { return "_" + strings.ReplaceAll(p.Name, "-", "_") }

func (p Program) bash() string {
	var flags, valued []string // all options, and those that take a value
	var values strings.Builder
	for _, o := range p.options() {
		flags = append(flags, "--"+o.Name)
		if o.Arg != "" {
			valued = append(valued, "--"+o.Name)
		}
		if o.Values != nil {
			fmt.Fprintf(&values, "    --%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", o.Name, strings.Join(o.Values, " "))
		}
	}
	var commands strings.Builder
	before, next := p.words()
	for _, typed := range before {
		fmt.Fprintf(&commands, "    '%s') COMPREPLY=($(compgen -W '%s' -- \"$cur\")) ;;\n", typed, strings.Join(next[typed], " "))
	}
	option := strings.Join(valued, "|")
	return fmt.Sprintf(`# bash completion for %[1]s
%[2]s() {
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} typed= i
  COMPREPLY=()
  if [ "$cur" = = ]; then cur=; elif [ "$prev" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
  case $prev in
%[3]s    %[4]s) return ;;
  esac
  case $cur in
    -*) COMPREPLY=($(compgen -W '%[5]s' -- "$cur")); return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      %[4]s)
        [ "${COMP_WORDS[i+1]}" != = ] || ((i++))
        ((i++)) ;;
      -*) ;;
      *) typed+=${typed:+ }${COMP_WORDS[i]} ;;
    esac
  done
  case $typed in
%[6]s  esac
}
complete -o default -F %[2]s %[1]s
`, p.Name, p.function(), values.String(), option, strings.Join(flags, " "), commands.String())
}

func (p Program) zsh() string {
	var specs strings.Builder
	for _, o := range p.options() {
		text := strings.NewReplacer(`\`, `\\`, "[", `\[`, "]", `\]`, ":", `\:`, "'", `'\''`).Replace(o.Text)
		switch {
		case o.Arg == "":
			fmt.Fprintf(&specs, "  '--%s[%s]' \\\n", o.Name, text)
		case o.Values != nil:
			fmt.Fprintf(&specs, "  '--%s=[%s]: :(%s)' \\\n", o.Name, text, strings.Join(o.Values, " "))
		default:
			fmt.Fprintf(&specs, "  '--%s=[%s]: :_files' \\\n", o.Name, text)
		}
	}
	var commands strings.Builder
	before, next := p.words()
	for _, typed := range before {
		fmt.Fprintf(&commands, "  '%s') compadd -- %s ;;\n", typed, strings.Join(next[typed], " "))
	}
	return fmt.Sprintf(`#compdef %s
local state
_arguments \
%s  '*:: :->typed'
[[ $state = typed ]] || return
case "${(j: :)words[1,CURRENT-1]}" in
%s  *) _files ;;
esac
`, p.Name, specs.String(), commands.String())
}

func (p Program) fish() string {
	quote := strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace
	var out strings.Builder
	fmt.Fprintf(&out, "# fish completion for %s\n", p.Name)
	for _, o := range p.options() {
		fmt.Fprintf(&out, "complete -c %s -l %s -d '%s'", p.Name, o.Name, quote(o.Text))
		switch {
		case o.Values != nil:
			fmt.Fprintf(&out, " -x -a '%s'", strings.Join(o.Values, " "))
		case o.Arg != "":
			out.WriteString(" -r")
		}
		out.WriteString("\n")
	}
	before, next := p.words()
	for _, typed := range before {
		when := "__fish_use_subcommand"
		if typed != "" {
			when = fmt.Sprintf("__fish_seen_subcommand_from %s; and not __fish_seen_subcommand_from %s", typed, strings.Join(next[typed], " "))
		}
		fmt.Fprintf(&out, "complete -c %s -f -n '%s' -a '%s'\n", p.Name, when, strings.Join(next[typed], " "))
	}
	return out.String()
}
