package db

import (
	"bufio"
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Dump writes every table in order as JSON lines that either engine can load:
// a line naming the table and its columns, then a line for each row. It reads
// one snapshot, so it is consistent while others write. skip names tables that
// are left out (sessions, tokens).
func (d *DB) Dump(ctx context.Context, w io.Writer, skip []string) (rows int64, err error) {
	out := bufio.NewWriter(w)
	err = d.Read(ctx, func(tx *Tx) error {
		names, err := tx.Tables()
		if err != nil {
			return err
		}
		for _, name := range names {
			if slices.Contains(skip, name) {
				continue
			}
			n, err := tx.dump(out, name)
			rows += n
			if err != nil {
				return fmt.Errorf("db: dump %s: %w", name, err)
			}
		}
		return nil
	})
	if err != nil {
		return rows, err
	}
	return rows, out.Flush()
}

// Tables lists the tables of the rooms, sorted; those of the migrations are left
// out, since loading begins with a migrated database.
func (tx *Tx) Tables() (out []string, err error) {
	query := `SELECT name FROM sqlite_master WHERE type = 'table'`
	if tx.d.Engine() == Postgres {
		query = `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()`
	}
	rows, err := tx.QueryContext(tx.Ctx(), query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		if !strings.HasPrefix(name, "sqlite_") && !strings.HasSuffix(name, versionSuffix) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out, rows.Err()
}

type tableLine struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

func (tx *Tx) dump(w io.Writer, table string) (n int64, err error) {
	enc := json.NewEncoder(w)
	var types []*sql.ColumnType
	err = tx.Walk(table, func(columns []*sql.ColumnType) error {
		types = columns
		head := tableLine{Table: table}
		for _, t := range types {
			head.Columns = append(head.Columns, t.Name())
		}
		return enc.Encode(head)
	}, func(values []any) error {
		line := make([]any, len(values))
		for i, v := range values {
			line[i] = neutral(v, types[i])
		}
		n++
		return enc.Encode(line)
	})
	return n, err
}

// Walk reads a whole table: head gets its columns once, each every row's values in
// that order, in a slice that the next row uses again. The name is not quoted: it
// must come from Tables.
func (tx *Tx) Walk(table string, head func(columns []*sql.ColumnType) error, each func(values []any) error) error {
	rows, err := tx.QueryContext(tx.Ctx(), `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	types, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	if err := head(types); err != nil {
		return err
	}
	values, into := make([]any, len(types)), make([]any, len(types))
	for i := range values {
		into[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return err
		}
		if err := each(values); err != nil {
			return err
		}
	}
	return rows.Err()
}

// neutral writes a value so that either engine reads the same: a letter for the
// type, then the text.
func neutral(v any, t *sql.ColumnType) any {
	boolean := strings.HasPrefix(strings.ToUpper(t.DatabaseTypeName()), "BOOL")
	switch v := v.(type) {
	case nil:
		return nil
	case bool:
		return "t:" + strconv.FormatBool(v)
	case int64:
		if boolean {
			return "t:" + strconv.FormatBool(v != 0)
		}
		return "i:" + strconv.FormatInt(v, 10)
	case []byte:
		return "b:" + base64.StdEncoding.EncodeToString(v)
	case string:
		return "s:" + v
	}
	return fmt.Sprintf("s:%v", v)
}

func value(s string) (any, error) {
	kind, text, ok := strings.Cut(s, ":")
	if !ok {
		return nil, fmt.Errorf("db: load: a value without a type")
	}
	switch kind {
	case "t":
		return strconv.ParseBool(text)
	case "i":
		return strconv.ParseInt(text, 10, 64)
	case "b":
		return base64.StdEncoding.DecodeString(text)
	case "s":
		return text, nil
	}
	return nil, fmt.Errorf("db: load: a value of unknown type %q", kind)
}

// maxLine bounds one row of a dump: the largest sealed document and its frame.
const maxLine = 4 << 20

// Load reads what Dump wrote into migrated, empty tables, all or nothing. A table
// or column that is not there is an error: the dump is of a later version.
func (d *DB) Load(ctx context.Context, r io.Reader) (rows int64, err error) {
	in := bufio.NewScanner(r)
	in.Buffer(make([]byte, 64<<10), maxLine)
	err = d.WriteMuch(ctx, func(tx *Tx) error {
		names, err := tx.Tables()
		if err != nil {
			return err
		}
		insert := ""
		for in.Scan() {
			if line := in.Bytes(); len(line) > 0 && line[0] == '{' {
				if insert, err = tx.insertInto(line, names); err != nil {
					return err
				}
				continue
			}
			if err := tx.load(in.Bytes(), insert); err != nil {
				return err
			}
			rows++
		}
		return in.Err()
	})
	return rows, err
}

func (tx *Tx) insertInto(line []byte, names []string) (string, error) {
	var head tableLine
	if err := json.Unmarshal(line, &head); err != nil {
		return "", fmt.Errorf("db: load: %w", err)
	}
	if !slices.Contains(names, head.Table) {
		return "", fmt.Errorf("db: load: there is no table %q here", head.Table)
	}
	marks := make([]string, len(head.Columns))
	for i, c := range head.Columns {
		if strings.ContainsAny(c, `"; ()`) {
			return "", fmt.Errorf("db: load: a column called %q", c)
		}
		marks[i] = "$" + strconv.Itoa(i+1)
	}
	if _, err := tx.ExecContext(tx.Ctx(), `DELETE FROM `+head.Table); err != nil {
		return "", err
	}
	return `INSERT INTO ` + head.Table + ` (` + strings.Join(head.Columns, ", ") + `) VALUES (` + strings.Join(marks, ", ") + `)`, nil
}

func (tx *Tx) load(line []byte, insert string) error {
	var texts []*string
	if err := json.Unmarshal(line, &texts); err != nil || insert == "" {
		return fmt.Errorf("db: load: a row that cannot be read: %w", err)
	}
	args := make([]any, len(texts))
	for i, t := range texts {
		if t == nil {
			continue
		}
		v, err := value(*t)
		if err != nil {
			return err
		}
		args[i] = v
	}
	_, err := tx.ExecContext(tx.Ctx(), insert, args...)
	return err
}
