package i18n

import (
	_ "embed" // for messages.toml
	"fmt"
	"reflect"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Msg is a sentence in each language.
type Msg struct {
	text   [2]string // by Lang; the plural of a counted one
	single [2]string // where it counts: the singular
}

//go:embed messages.toml
var source []byte

// tables are the sentences of messages.toml, by table and key.
var tables = parse(source)

// typography puts the French no-break spaces where the sources have spaces.
var typography = strings.NewReplacer(
	" :", nbsp+":", " ;", nbsp+";", " !", nbsp+"!", " ?", nbsp+"?", " %%", nbsp+"%%",
	"« ", "«"+nbsp, " »", nbsp+"»", " €", nbsp+"€",
).Replace

func parse(source []byte) map[string]map[string]Msg {
	var forms map[string]map[string][]string
	if err := toml.Unmarshal(source, &forms); err != nil {
		panic(fmt.Sprintf("i18n: messages.toml: %v", err))
	}
	tables := map[string]map[string]Msg{}
	for table, keys := range forms {
		tables[table] = map[string]Msg{}
		for key, f := range keys {
			switch len(f) {
			case 2:
				tables[table][key] = Msg{text: [2]string{typography(f[0]), f[1]}}
			case 4:
				tables[table][key] = Msg{text: [2]string{typography(f[1]), f[3]}, single: [2]string{typography(f[0]), f[2]}}
			default:
				panic(fmt.Sprintf("i18n: messages.toml: %s.%s has %d forms, not 2 or 4", table, key, len(f)))
			}
		}
	}
	return tables
}

// section gives a table as a struct whose fields are its keys, all of them.
func section[T any](table string) (s T) {
	v := reflect.ValueOf(&s).Elem()
	for i := range v.NumField() {
		key := v.Type().Field(i).Name
		m, ok := tables[table][key]
		if !ok {
			panic(fmt.Sprintf("i18n: messages.toml has no %s.%s", table, key))
		}
		v.Field(i).Set(reflect.ValueOf(m))
	}
	for key := range tables[table] {
		if !v.FieldByName(key).IsValid() {
			panic(fmt.Sprintf("i18n: nothing uses %s.%s of messages.toml", table, key))
		}
	}
	return s
}

// words gives a table whose keys are words of the server or names of keys.
func words(table string) map[string]Msg {
	if tables[table] == nil {
		panic("i18n: messages.toml has no table " + table)
	}
	return tables[table]
}
