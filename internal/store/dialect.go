package store

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"storedesk/internal/desk"
)

// dialect is the database in hand, for the few texts that must differ: searching in
// text, and handing out ids.
type dialect int

const (
	dialectSQLite dialect = iota
	dialectPostgres
)

// contains names the function that finds a text in another.
func (d dialect) contains() string {
	if d == dialectPostgres {
		return "strpos"
	}
	return "instr"
}

// use makes SQLite walk an index: its planner, which does not weigh how few rows a page
// needs, would rather walk the primary key. PostgreSQL's sees for itself.
func (d dialect) use(index string) string {
	if d == dialectPostgres {
		return ""
	}
	return indexedBy + index
}

const indexedBy = " INDEXED BY "

// subjectHits are the tickets whose subject holds the text, through the index.
func (d dialect) subjectHits(q *query, store int64, text string) source {
	folded := desk.Fold(text)
	if d == dialectPostgres {
		return source{
			from:  found("s", "SELECT ticket_id FROM ticket_subjects WHERE store_id = $1 AND "+holds(q, "folded", folded)),
			where: []string{"TRUE"}, key: "s.ticket_id",
		}
	}
	return source{
		from: "ticket_subjects_text x JOIN ticket_subjects s ON s.store_id = $1 AND s.ticket_id = x.rowid - " + q.arg(rowBase(store)),
		where: []string{
			"x.ticket_subjects_text MATCH " + q.arg(trigrams(folded)), rowsOf(q, "x", store), "instr(s.folded, " + q.arg(folded) + ") > 0",
		},
		key: "x.rowid", shift: rowBase(store),
	}
}

// emailHits is a query for the ids of users whose e-mail holds the text.
func (d dialect) emailHits(q *query, store int64, text string) string {
	folded := desk.Fold(text)
	if d == dialectPostgres {
		return "SELECT u.id FROM users u WHERE u.store_id = $1 AND " + holds(q, "u.email_folded", folded)
	}
	return "SELECT u.id FROM users_text x JOIN users u ON u.id = x.rowid - " + q.arg(rowBase(store)) +
		" WHERE u.store_id = $1 AND x.users_text MATCH " + q.arg("email : ("+trigrams(folded)+")") + " AND " + rowsOf(q, "x", store) +
		" AND instr(u.email_folded, " + q.arg(folded) + ") > 0"
}

// wordHits are the tickets that have all the words, through the index.
func (d dialect) wordHits(q *query, store int64, words []string) source {
	if d == dialectPostgres {
		return source{
			from:  found("w", "SELECT ticket_id FROM ticket_words WHERE store_id = $1 AND words @@ CAST("+q.arg(tsquery(words))+" AS tsquery)"),
			where: []string{"TRUE"}, key: "w.ticket_id",
		}
	}
	return source{
		from:  "ticket_words_text x",
		where: []string{"x.ticket_words_text MATCH " + q.arg(quoted(words)), rowsOf(q, "x", store)},
		key:   "x.rowid", shift: rowBase(store),
	}
}

// hasWords is the condition that the ticket has all the words, for one row at a time.
func (d dialect) hasWords(q *query, id string, words []string) string {
	set := "(SELECT w.words FROM ticket_words w WHERE w.store_id = $1 AND w.ticket_id = " + id + ")"
	if d == dialectPostgres {
		return set + " @@ CAST(" + q.arg(tsquery(words)) + " AS tsquery)"
	}
	var where []string
	for _, word := range words {
		where = append(where, "instr("+set+", "+q.arg(wordMark+word+wordMark)+") > 0")
	}
	return strings.Join(where, " AND ")
}

// wordMark stands before and after each word of ticket_words on SQLite.
const wordMark = " "

// The inverted indexes of SQLite know only a rowid, so it holds store and id.
const rowBits = 44

// MaxID is the largest id a ticket or user may have.
const MaxID = int64(1)<<rowBits - 1

func rowBase(store int64) int64 { return store << rowBits }

// rowsOf keeps a search in an inverted index within one store.
func rowsOf(q *query, table string, store int64) string {
	return fmt.Sprintf("%s.rowid >= %s AND %s.rowid < %s", table, q.arg(rowBase(store)), table, q.arg(rowBase(store+1)))
}

// found is a subquery that PostgreSQL answers by itself: it may not walk all tickets
// in the list's order in the hope of meeting the hits soon.
func found(alias, sql string) string { return "(" + sql + " OFFSET 0) " + alias }

// holds is PostgreSQL's condition that a folded column holds a folded text. The index
// is asked for the piece that tells most, since it reads the list of every trigram it
// is asked for; the rest is compared.
func holds(q *query, column, folded string) string {
	piece := telling(folded)
	like := column + " LIKE " + q.arg(likePattern(piece))
	if piece == folded {
		return like
	}
	return like + " AND strpos(" + column + ", " + q.arg(folded) + ") > 0"
}

// telling is the part of a text that the fewest rows are likely to hold: its longest
// run of letters and digits with a digit in it; of an address without one the part
// before the @; else all of it.
func telling(folded string) string {
	best := ""
	for _, run := range strings.FieldsFunc(folded, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		if strings.ContainsAny(run, "0123456789") && utf8.RuneCountInString(run) >= 3 && len(run) > len(best) {
			best = run
		}
	}
	if best != "" {
		return best
	}
	if local, _, ok := strings.Cut(folded, "@"); ok && indexable(dialectPostgres, local) {
		return local
	}
	return folded
}

var likeEscapes = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

func likePattern(text string) string { return "%" + likeEscapes.Replace(text) + "%" }

// maxTrigrams bounds a search: each piece more costs a walk through the list of its
// rows, and what is left out the comparison with the text settles.
const maxTrigrams = 6

// trigrams is the search for three-character pieces of a text: those with digits first,
// which few rows have, then pieces from all over it.
func trigrams(text string) string {
	runes := []rune(text)
	var pieces, rest []string
	for i := 0; i+3 <= len(runes); i++ {
		piece := `"` + strings.ReplaceAll(string(runes[i:i+3]), `"`, `""`) + `"`
		if strings.ContainsAny(piece, "0123456789") {
			pieces = append(pieces, piece)
		} else {
			rest = append(rest, piece)
		}
	}
	pieces = pieces[:min(len(pieces), maxTrigrams)]
	room := min(maxTrigrams-len(pieces), len(rest))
	for i := range room {
		pieces = append(pieces, rest[i*len(rest)/room])
	}
	return strings.Join(pieces, " AND ")
}

func quoted(words []string) string { return `"` + strings.Join(words, `" AND "`) + `"` }

func tsquery(words []string) string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(w) + "'"
	}
	return strings.Join(out, " & ")
}

// queryPlanned is query, planned with the values at hand, where that matters.
func (db *lite) queryPlanned(ctx context.Context, sql string, args []any, each func(Row) error) error {
	return db.query(ctx, sql, args, each)
}

func (db *postgres) queryPlanned(ctx context.Context, sql string, args []any, each func(Row) error) error {
	return pgQuery(ctx, db.search, sql, args, each)
}

// nameHas is the condition that a user's first or last name holds the text.
func (d dialect) nameHas(q *query, store int64, text string) string {
	folded := desk.Fold(text)
	if d == dialectPostgres {
		return "u.name_folded LIKE " + q.arg(likePattern(folded))
	}
	holds := "instr(u.name_folded, " + q.arg(folded) + ") > 0"
	if !indexable(d, folded) {
		return holds
	}
	base := q.arg(rowBase(store))
	return "u.id IN (SELECT x.rowid - " + base + " FROM users_text x WHERE x.users_text MATCH " +
		q.arg("name : ("+trigrams(folded)+")") + " AND " + rowsOf(q, "x", store) + ") AND " + holds
}
