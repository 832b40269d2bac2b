package session_test

import (
	"testing"

	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }
