package cluster

import (
	"testing"

	"etuservices/server/internal/testenv"
)

func TestMain(m *testing.M) { testenv.Main(m) }
