package db

import (
	"strings"
	"testing"

	"github.com/naungan/naungan/internal/platform/fault"
)

func TestOldPostgresIsNamed(t *testing.T) {
	for _, version := range []int{90624, 130004, 149999} {
		if err := pgTooOld(version); fault.KindOf(err) != fault.Invalid || !strings.Contains(err.Error(), "PostgreSQL 15 or newer is needed") {
			t.Errorf("%d: %v", version, err)
		}
	}
	for _, version := range []int{150000, 150014, 180001} {
		if err := pgTooOld(version); err != nil {
			t.Errorf("%d: %v", version, err)
		}
	}
}
