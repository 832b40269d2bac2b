package admin

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// What users wrote is no formula in a spreadsheet, and nothing is written over.
func TestWriteCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f.csv")
	full, err := writeCSV(path, [][]string{{"login", "nom"}, {"bob", "=1+1"}, {"+x", "-y"}, {"@z", "\tq"}, {"\rv", "Été; \"a\", b"}})
	if err != nil || full != path {
		t.Fatal(full, err)
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	got, err := csv.NewReader(f).ReadAll()
	want := [][]string{{"login", "nom"}, {"bob", "'=1+1"}, {"'+x", "'-y"}, {"'@z", "'\tq"}, {"'v", "Été; \"a\", b"}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%q, %v", got, err)
	}
	if _, err := writeCSV(path, nil); err == nil {
		t.Error("written over")
	}
}
