package store

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// bulkRows collects rows of one table: as arguments of statements with many rows each
// on SQLite, in the binary form of COPY on PostgreSQL.
type bulkRows struct {
	table   string
	columns []string
	dialect dialect
	n       int
	args    []any
	copy    []byte
}

func newBulkRows(d dialect, table, columns string) *bulkRows {
	return &bulkRows{table: table, columns: strings.Split(columns, " "), dialect: d}
}

// lexemes is a tsvector without positions.
type lexemes []string

// add takes one row: int64, bool, string, *string, and lexemes on PostgreSQL.
func (r *bulkRows) add(values ...any) {
	r.n++
	if r.dialect == dialectSQLite {
		r.args = append(r.args, values...)
		return
	}
	r.copy = binary.BigEndian.AppendUint16(r.copy, uint16(len(values)))
	for _, v := range values {
		r.copy = appendCopy(r.copy, v)
	}
}

func appendCopy(dst []byte, v any) []byte {
	switch v := v.(type) {
	case int64:
		dst = binary.BigEndian.AppendUint32(dst, 8)
		return binary.BigEndian.AppendUint64(dst, uint64(v))
	case string:
		dst = binary.BigEndian.AppendUint32(dst, uint32(len(v)))
		return append(dst, v...)
	case *string:
		if v == nil {
			return binary.BigEndian.AppendUint32(dst, 0xFFFFFFFF)
		}
		return appendCopy(dst, *v)
	case bool:
		dst = binary.BigEndian.AppendUint32(dst, 1)
		if v {
			return append(dst, 1)
		}
		return append(dst, 0)
	case lexemes:
		return appendLexemes(dst, v)
	default:
		panic(fmt.Sprintf("no COPY form of %T", v))
	}
}

// appendLexemes writes what tsvectorrecv reads: the number of lexemes, then each
// with a final NUL and the number of its positions, sorted.
func appendLexemes(dst []byte, words lexemes) []byte {
	sorted := slices.Clone(words)
	slices.Sort(sorted)
	size := 4
	for _, w := range sorted {
		size += len(w) + 3
	}
	dst = binary.BigEndian.AppendUint32(dst, uint32(size))
	dst = binary.BigEndian.AppendUint32(dst, uint32(len(sorted)))
	for _, w := range sorted {
		dst = append(dst, w...)
		dst = append(dst, 0, 0, 0)
	}
	return dst
}

// insertRows writes rows now, inside the transaction.
func (tx *Tx) insertRows(ctx context.Context, list ...*bulkRows) error {
	if len(tx.queued) == 0 {
		tx.Exec("SELECT 1") // the first statement is what opens a transaction
	}
	if err := tx.Flush(ctx); err != nil {
		return err
	}
	for _, r := range list {
		if r.n == 0 {
			continue
		}
		var err error
		if r.dialect == dialectPostgres {
			err = r.copyTo(ctx, tx.conn.(*pgTx))
		} else {
			err = r.insert(ctx, tx.conn.(*liteConn))
		}
		if err != nil {
			return fmt.Errorf("writing %s: %w", r.table, err)
		}
	}
	return nil
}

var (
	copyHeader  = []byte("PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00")
	copyTrailer = []byte{0xff, 0xff}
)

func (r *bulkRows) copyTo(ctx context.Context, c *pgTx) error {
	if !c.begun {
		return errors.New("COPY outside a transaction")
	}
	sql := "COPY " + r.table + " (" + strings.Join(r.columns, ", ") + ") FROM STDIN (FORMAT binary)"
	var body bytes.Buffer
	body.Grow(len(copyHeader) + len(r.copy) + len(copyTrailer))
	body.Write(copyHeader)
	body.Write(r.copy)
	body.Write(copyTrailer)
	_, err := c.conn.PgConn().CopyFrom(ctx, &body, sql)
	return translatePostgres(err)
}

// maxArgs is about how many arguments one statement of a bulk load takes on SQLite:
// more save no time and cost memory.
const maxArgs = 4000

func (r *bulkRows) insert(ctx context.Context, c *liteConn) error {
	width := len(r.columns)
	many := maxArgs / width
	args := r.args
	for len(args) > 0 {
		n := many
		for n*width > len(args) {
			n = (n + 1) / 2
		}
		if err := c.exec(ctx, r.insertSQL(n), args[:n*width]...); err != nil {
			return err
		}
		args = args[n*width:]
	}
	return nil
}

// insertSQL is the statement for n rows. Placeholders are without numbers, which the
// driver would look up one by one. OR FAIL leaves the rows before a conflict in place
// and spares SQLite a journal for each statement: the savepoint of the whole write
// undoes them.
func (r *bulkRows) insertSQL(n int) string {
	row := "(" + strings.Repeat("?,", len(r.columns)-1) + "?)"
	return "INSERT OR FAIL INTO " + r.table + " (" + strings.Join(r.columns, ", ") + ") VALUES " + strings.Repeat(row+",", n-1) + row
}
