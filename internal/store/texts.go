package store

import (
	"context"
	"strings"

	"storedesk/internal/desk"
)

// What searches in tickets read: the folded subject and address that substrings are
// compared with, and the set of words. On SQLite each has an inverted index of its own
// to keep; on PostgreSQL the index is the database's business.

// insertTexts keeps what substring search compares of a new ticket.
func (tx *Tx) insertTexts(store int64, t *desk.Ticket, requester desk.Person) {
	tx.Exec("INSERT INTO ticket_subjects (store_id, ticket_id, folded, email) VALUES ($1, $2, $3, $4)",
		store, t.ID, desk.Fold(t.Subject), desk.Fold(requester.Email))
	tx.indexSubject(store, t)
}

func (tx *Tx) updateSubject(store int64, t *desk.Ticket) {
	tx.Exec("UPDATE ticket_subjects SET folded = $3 WHERE store_id = $1 AND ticket_id = $2", store, t.ID, desk.Fold(t.Subject))
	tx.indexSubject(store, t)
}

func (tx *Tx) indexSubject(store int64, t *desk.Ticket) {
	if tx.db.dialect() == dialectSQLite {
		tx.Exec("INSERT OR REPLACE INTO ticket_subjects_text (rowid, folded) VALUES ($1, $2)", rowBase(store)+t.ID, desk.Fold(t.Subject))
	}
}

func (tx *Tx) updateEmail(store, ticket int64, email string) {
	tx.Exec("UPDATE ticket_subjects SET email = $3 WHERE store_id = $1 AND ticket_id = $2", store, ticket, desk.Fold(email))
}

// setWords keeps the word set of a new ticket.
func (tx *Tx) setWords(store, id int64, words []string) {
	if tx.db.dialect() == dialectPostgres {
		tx.Exec("INSERT INTO ticket_words (store_id, ticket_id, words) VALUES ($1, $2, array_to_tsvector(CAST($3 AS text[])))",
			store, id, append([]string{}, words...)) // never nil, which would be NULL
		return
	}
	text := joinWords(words)
	tx.Exec("INSERT INTO ticket_words (store_id, ticket_id, words) VALUES ($1, $2, $3)", store, id, text)
	tx.Exec("INSERT INTO ticket_words_text (rowid, words) VALUES ($1, $2)", rowBase(store)+id, text)
}

// maxWords bounds the word set of one ticket: what comes after is not found by it.
const maxWords = 50_000

// addWords extends the word set of a ticket.
func (tx *Tx) addWords(ctx context.Context, store, id int64, words []string) error {
	if len(words) == 0 {
		return nil
	}
	if tx.db.dialect() == dialectPostgres {
		tx.Exec(`UPDATE ticket_words SET words = words || array_to_tsvector(CAST($3 AS text[]))
			WHERE store_id = $1 AND ticket_id = $2 AND length(words) < $4`, store, id, words, maxWords)
		return nil
	}
	var have string
	err := one(ctx, tx, "SELECT words FROM ticket_words WHERE store_id = $1 AND ticket_id = $2", []any{store, id}, &have)
	if err != nil {
		return err
	}
	var more []string
	for _, w := range words {
		if !strings.Contains(have, wordMark+w+wordMark) {
			more = append(more, w)
		}
	}
	if len(more) == 0 || len(have) > 10*maxWords {
		return nil
	}
	have = strings.TrimSuffix(have, wordMark) + joinWords(more)
	tx.Exec("UPDATE ticket_words SET words = $3 WHERE store_id = $1 AND ticket_id = $2", store, id, have)
	tx.Exec("INSERT OR REPLACE INTO ticket_words_text (rowid, words) VALUES ($1, $2)", rowBase(store)+id, have)
	return nil
}

func joinWords(words []string) string {
	return wordMark + strings.Join(words, wordMark) + wordMark
}

func commentWords(c *desk.Comment) []string {
	var words []string
	if c.Body != nil {
		words = append(words, *c.Body)
	}
	if c.FromEmail != nil {
		words = append(words, *c.FromEmail)
	}
	for _, a := range c.Attachments {
		words = append(words, a.FileName)
	}
	return words
}
