package store

import (
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

func TestDSNIsForced(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, dsn, addr, db string }{
		{"plain", "u:p@tcp(db:3306)/etu", "db:3306", "etu"},
		{"no port", "u:p@tcp(db)/etu", "db:3306", "etu"},
		{"socket", "u@unix(/run/my.sock)/etu", "/run/my.sock", "etu"},
		{"contrary", "u:p@tcp(db)/etu?parseTime=true&loc=Local&charset=latin1&multiStatements=true&interpolateParams=false&clientFoundRows=false&time_zone=%27SYSTEM%27&sql_mode=%27%27&readTimeout=1h&tx_isolation=%27SERIALIZABLE%27&transaction_isolation=%27SERIALIZABLE%27&tx_read_only=1", "db:3306", "etu"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			cfg, err := mysqlConfig(tc.dsn)
			if err != nil {
				t.Fatal(err)
			}
			if cfg.Addr != tc.addr || cfg.DBName != tc.db {
				t.Errorf("address %q, database %q", cfg.Addr, cfg.DBName)
			}
			dsn := cfg.FormatDSN()
			for _, want := range []string{
				"clientFoundRows=true", "interpolateParams=true", "collation=utf8mb4_bin", "charset=utf8mb4",
				"&timeout=3s", "readTimeout=3s", "writeTimeout=3s", "multiStatements=true",
			} {
				if !strings.Contains(dsn, want) {
					t.Errorf("%s is missing in %s", want, dsn)
				}
			}
			for _, not := range []string{"parseTime", "loc=", "latin1", "isolation", "read_only"} {
				if strings.Contains(dsn, not) {
					t.Errorf("%s is left in %s", not, dsn)
				}
			}
			if _, err := mysql.ParseDSN(dsn); err != nil {
				t.Errorf("what we made does not read back: %v", err)
			}
		})
	}
}

func TestBadDSNKeepsItsSecret(t *testing.T) {
	t.Parallel()
	for _, dsn := range []string{"u:s3cret@tcp(db:3306", "u:s3cret@tcp(db:3306)/", "u:s3cret@nowhere", "u:s3cret@tcp(db)/etu?parseTime=perhaps"} {
		_, err := mysqlConfig(dsn)
		if err == nil {
			t.Errorf("%s is taken", dsn)
		} else if strings.Contains(err.Error(), "s3cret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
}
