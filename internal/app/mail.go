package app

import (
	"fmt"
	"net/smtp"
)

// mail sends the content-free alarm by the office's own mail server.
func mail(server, from, to string, n int) error {
	text := fmt.Sprintf("From: %s\r\nTo: %s\r\nSubject: Naungan\r\n\r\n%d\r\n", from, to, n)
	return smtp.SendMail(server, nil, from, []string{to}, []byte(text))
}
