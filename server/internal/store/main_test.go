package store_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"testing"
	"time"

	"etuservices/server/internal/store"
	"etuservices/server/internal/testenv"
)

// childRole makes the test binary, run again, play another server process.
const childRole = "ETU_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childRole) {
	case "":
		testenv.Main(m)
	case "open": // open the stores, say so, and leave
		os.Exit(child(false))
	case "hold": // … and hold them until killed
		os.Exit(child(true))
	case "sales", "sales without sync":
		os.Exit(sales(os.Getenv(childRole) != "sales"))
	}
}

func child(hold bool) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	s, err := store.Open(ctx, store.Options{
		MySQLDSN: os.Getenv("ETU_MYSQL_DSN"), RedisURL: os.Getenv("ETU_REDIS_URL"), DataDir: os.Getenv("ETU_DATA"),
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	})
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	fmt.Println("open")
	if hold {
		select {}
	}
	if err := s.Close(); err != nil {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

// sales opens the embedded stores, waits for a line, then acknowledges each of some
// transactions, and waits for the end of its input.
func sales(withoutSync bool) int {
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{DataDir: os.Getenv("ETU_DATA")})
	if err != nil {
		fmt.Println("error:", err)
		return 1
	}
	if withoutSync {
		if _, err := s.SQL.Write.Exec(ctx, "PRAGMA synchronous = OFF"); err != nil {
			fmt.Println("error:", err)
			return 1
		}
	}
	fmt.Println("ready")
	in := bufio.NewReader(os.Stdin)
	_, _ = in.ReadString('\n')
	for i := range 10 {
		err := s.SQL.GroupCommit(ctx, func(ctx context.Context, tx store.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO mots (mot, article_id) VALUES ('mot', ?)`, i)
			return err
		})
		if err != nil {
			fmt.Println("error:", err)
			return 1
		}
		fmt.Println("+OK VENTE")
	}
	_, _ = in.ReadString('\n')
	return 0
}

// childCommand is this test binary in another role, with the stores of e.
func childCommand(t *testing.T, role string, e *testenv.Env) *exec.Cmd {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe)
	cmd.Env = append(os.Environ(), childRole+"="+role,
		"ETU_MYSQL_DSN="+e.MySQLDSN, "ETU_REDIS_URL="+e.RedisURL, "ETU_DATA="+e.DataDir)
	return cmd
}

// addUser writes a row with what is NOT NULL and returns its id.
func addUser(t *testing.T, s *store.Stores, login, email string) (int64, error) {
	t.Helper()
	res, err := s.SQL.Write.Exec(t.Context(),
		`INSERT INTO utilisateurs (login, email, prenom, nom, mot_de_passe, cree_le) VALUES (?, ?, 'A', 'B', '$x', ?)`,
		login, email, store.At(time.Now()))
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

func mustAddUser(t *testing.T, s *store.Stores, login string) int64 {
	t.Helper()
	id, err := addUser(t, s, login, login+"@example.org")
	if err != nil {
		t.Fatal(err)
	}
	return id
}
