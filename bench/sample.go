package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode"
)

// counted is a value of the data and how many tickets have it.
type counted struct {
	value any
	rows  int64
}

// span is a column's rarest and most common values. Where many values are as rare as
// each other there are several, for one alone would always be in the cache.
type span struct {
	rare   []counted
	common counted
}

// alternates is how many values stand for "rare", where the data has so many.
const alternates = 16

// values counts the tickets of each value of a column, of tickets or of a link table.
func (d *dataset) values(ctx context.Context, table, column string) (span, error) {
	rows, err := d.db.QueryContext(ctx, fmt.Sprintf("SELECT %[2]s, count(*) FROM %[1]s WHERE store_id = $1 GROUP BY %[2]s ORDER BY 2, 1", table, column), d.store)
	if err != nil {
		return span{}, err
	}
	defer rows.Close()
	var all []counted
	for rows.Next() {
		var c counted
		if err := rows.Scan(&c.value, &c.rows); err != nil {
			return span{}, err
		}
		if text, ok := c.value.([]byte); ok {
			c.value = string(text)
		}
		if c.value != int64(0) && c.value != "" { // none
			all = append(all, c)
		}
	}
	if err := rows.Err(); err != nil {
		return span{}, err
	}
	if len(all) == 0 {
		return span{}, fmt.Errorf("the data has no %s", column)
	}
	s := span{common: all[len(all)-1]}
	fewest := sort.Search(len(all), func(i int) bool { return all[i].rows > all[0].rows })
	for _, i := range spread(fewest, alternates) {
		s.rare = append(s.rare, all[i])
	}
	return s, nil
}

// spread picks up to k of n places, evenly.
func spread(n, k int) []int {
	k = min(n, k)
	out := make([]int, k)
	for i := range out {
		out[i] = i * n / k
	}
	return out
}

// idAt is the id of the k-th newest ticket, from 0.
func (d *dataset) idAt(ctx context.Context, k int64) (id int64, err error) {
	err = d.db.QueryRowContext(ctx, "SELECT id FROM tickets WHERE store_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2", d.store, k).Scan(&id)
	return id, err
}

// randomIDs are ids of tickets that are there.
func (d *dataset) randomIDs(ctx context.Context, n int) ([]int64, error) {
	ids := make([]int64, 0, n)
	r := rand.New(rand.NewPCG(1, 2)) // the same in every run
	for len(ids) < n {
		var id int64
		err := d.db.QueryRowContext(ctx, "SELECT id FROM tickets WHERE store_id = $1 AND id <= $2 ORDER BY id DESC LIMIT 1",
			d.store, 1+r.Int64N(d.newest)).Scan(&id)
		if err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// period is when the tickets were created: the first and the last full day.
func (d *dataset) period(ctx context.Context) (first, last time.Time, err error) {
	var from, to int64
	err = d.db.QueryRowContext(ctx, "SELECT min(created_at), max(created_at) FROM tickets WHERE store_id = $1", d.store).Scan(&from, &to)
	day := func(at int64) time.Time { return time.UnixMicro(at).UTC().Truncate(24 * time.Hour) }
	return day(from).AddDate(0, 0, 1), day(to).AddDate(0, 0, -1), err
}

// frequency classes of text, as shares of all tickets.
type frequency int

const (
	rareText frequency = iota
	middlingText
	commonText
)

var frequencyNames = []string{"rare", "middling", "common"}

// texts are some texts of each frequency, with the tickets that have them.
type texts [3][]counted

// inClass tells the class of a text that so many of all tickets have, -1 for none.
func inClass(rows, all int64) frequency {
	switch {
	case rows <= max(3, all/50_000):
		return rareText
	case rows >= all/1000 && rows <= all/100:
		return middlingText
	case rows >= all/20:
		return commonText
	}
	return -1
}

// textsPerClass is how many texts stand for a class.
const textsPerClass = 8

// pickTexts finds texts of each class: candidates come from a sample of the data, and
// each one taken is counted in all of it.
func (d *dataset) pickTexts(ctx context.Context, sample string, count func(context.Context, string) (int64, error)) (texts, error) {
	var found texts
	candidates, err := d.candidates(ctx, sample)
	if err != nil {
		return found, err
	}
	for class := range found {
		for _, text := range candidates[class] {
			if len(found[class]) == textsPerClass {
				break
			}
			rows, err := count(ctx, text)
			if err != nil {
				return found, err
			}
			if inClass(rows, d.tickets) == frequency(class) {
				found[class] = append(found[class], counted{text, rows})
			}
		}
	}
	return found, nil
}

// sampleRows is how many tickets candidates are taken from.
const sampleRows = 20_000

// maxCandidates bounds how many texts of a class are counted in all of the data.
const maxCandidates = 40

// candidates are words that a sample holds about as often as each class asks for.
func (d *dataset) candidates(ctx context.Context, sample string) ([3][]string, error) {
	var out [3][]string
	every := max(1, d.tickets/sampleRows)
	rows, err := d.db.QueryContext(ctx, sample, d.store, every)
	if err != nil {
		return out, err
	}
	defer rows.Close()
	seen, sampled := map[string]int64{}, int64(0)
	for rows.Next() {
		var text string
		if err := rows.Scan(&text); err != nil {
			return out, err
		}
		sampled++
		words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		slices.Sort(words)
		for _, w := range slices.Compact(words) {
			if len([]rune(w)) >= 3 {
				seen[w]++
			}
		}
	}
	words := make([]string, 0, len(seen))
	for w := range seen {
		words = append(words, w)
	}
	slices.Sort(words)
	rand.New(rand.NewPCG(3, 4)).Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	for _, w := range words {
		class := inClass(seen[w], sampled)
		if seen[w] == 1 && every > 1 {
			class = rareText
		}
		if class >= 0 && len(out[class]) < maxCandidates {
			out[class] = append(out[class], w)
		}
	}
	return out, rows.Err()
}

// subjectTexts are texts for filter_text and how many tickets' subjects hold them.
func (d *dataset) subjectTexts(ctx context.Context) (texts, error) {
	contains := "instr"
	if d.kind == postgresKind {
		contains = "strpos"
	}
	return d.pickTexts(ctx, "SELECT folded FROM ticket_subjects WHERE store_id = $1 AND ticket_id % $2 = 0",
		func(ctx context.Context, text string) (n int64, err error) {
			err = d.db.QueryRowContext(ctx, "SELECT count(*) FROM ticket_subjects WHERE store_id = $1 AND "+contains+"(folded, $2) > 0",
				d.store, text).Scan(&n)
			return n, err
		})
}

// emailTexts are requesters' names in e-mail addresses, each of few tickets.
func (d *dataset) emailTexts(ctx context.Context) ([]counted, error) {
	rows, err := d.db.QueryContext(ctx, `SELECT email_folded FROM users WHERE store_id = $1 AND id IN
		(SELECT requester_id FROM tickets WHERE store_id = $1 AND id % $2 = 0) AND email_folded <> '' ORDER BY id LIMIT 8`,
		d.store, max(1, d.tickets/100))
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []counted
	for rows.Next() {
		var email string
		if err := rows.Scan(&email); err != nil {
			return nil, err
		}
		list = append(list, counted{value: email})
	}
	return list, rows.Err()
}

// wordTexts are words for q and how many tickets have them.
func (d *dataset) wordTexts(ctx context.Context) (texts, error) {
	sample := "SELECT words FROM ticket_words WHERE store_id = $1 AND ticket_id % $2 = 0"
	count := "SELECT count(*) FROM ticket_words_text WHERE ticket_words_text MATCH $1"
	quote := func(word string) string { return `"` + word + `"` }
	if d.kind == postgresKind {
		sample = "SELECT array_to_string(tsvector_to_array(words), ' ') FROM ticket_words WHERE store_id = $1 AND ticket_id % $2 = 0"
		count = "SELECT count(*) FROM ticket_words WHERE words @@ CAST($1 AS tsquery)"
		quote = func(word string) string { return "'" + word + "'" }
	}
	return d.pickTexts(ctx, sample, func(ctx context.Context, word string) (n int64, err error) {
		err = d.db.QueryRowContext(ctx, count, quote(word)).Scan(&n)
		return n, err
	})
}
