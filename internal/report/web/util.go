package web

import (
	"encoding/base64"
	"time"

	"github.com/naungan/naungan/internal/platform/clock"
	"github.com/naungan/naungan/internal/report"
)

func dueOf(m report.Mailbox) time.Time { return clock.OfHour(m.DueHour) }

func decode(s string) ([]byte, error) { return base64.RawURLEncoding.DecodeString(s) }
