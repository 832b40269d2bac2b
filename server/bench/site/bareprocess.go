package site

import (
	"context"
	"fmt"
	"io"
	"net"
	"os"
	"strconv"
	"time"

	"etuservices/server/bench/bare"
	"etuservices/server/internal/ledger"
	"etuservices/server/internal/store"
)

// ServeBare is the process that StartBare starts: it serves until killed.
func ServeBare(ctx context.Context, out io.Writer) error {
	window, err := time.ParseDuration(os.Getenv(BareVariable))
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	limit, err := strconv.Atoi(os.Getenv("ETU_QUOTA_MAX"))
	if err != nil {
		return fmt.Errorf("site: %w", err)
	}
	stores, err := store.Open(ctx, store.Options{
		MySQLDSN: os.Getenv("ETU_MYSQL_DSN"), RedisURL: os.Getenv("ETU_REDIS_URL"),
	})
	if err != nil {
		return err
	}
	defer stores.Close()
	driver, err := bare.New(ctx, stores, ledger.Rule{Max: limit, Window: window})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	offer := EachOffer()
	fmt.Fprintln(out, "listening on", listener.Addr())
	return bare.Serve(listener, func() bare.Handler { return driver.Handler(ctx, offer) })
}
