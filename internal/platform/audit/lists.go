package audit

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/naungan/naungan/internal/platform/db"
)

// listsMark ends the first line of signed lists, so that no checkpoint can be read
// as lists or the other way round.
const listsMark = " lists"

// SignLists signs v, as JSON, with the log's key: what a restore needs to know of
// the time after the backup. at is the checkpoint it belongs to.
func (l *Log) SignLists(ctx context.Context, at Checkpoint, v any) (text string, err error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		o, err := l.newest(tx)
		if err != nil {
			return err
		}
		text, err = l.signNote(o, fmt.Sprintf("%s%s\n%d\n%s\n%s\n", o.name, listsMark, at.Leaves, at.Root, body))
		return err
	})
	return text, err
}

// OpenLists checks signed lists and reads them into v. It returns how many leaves
// the log had when they were written; those of an earlier origin belong to its end
// at the latest. What does not hold is a *Break.
func (l *Log) OpenLists(ctx context.Context, text []byte, v any) (leaves int64, err error) {
	err = l.db.Read(ctx, func(tx *db.Tx) error {
		list, err := origins(tx, l.j)
		if err != nil {
			return err
		}
		signed, at, err := openNote(text, list, "", "file of lists")
		if err != nil {
			return err
		}
		lines := strings.Split(signed, "\n")
		if len(lines) != 5 || !strings.HasSuffix(lines[0], listsMark) {
			return broken(-1, "", "these are no lists")
		}
		if _, err := fmt.Sscanf(lines[1], "%d", &leaves); err != nil {
			return broken(-1, "", "these are no lists")
		}
		if at+1 < len(list) {
			leaves = min(leaves, list[at+1].from)
		}
		return json.Unmarshal([]byte(lines[3]), v)
	})
	return leaves, err
}
