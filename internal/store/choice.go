package store

import "storedesk/internal/desk"

// choiceColumn is where the values of a choice stand.
type choiceColumn struct {
	table, column, id, index string
	part                     string // of an index that does not hold all rows
}

var choiceColumns = map[desk.Field]choiceColumn{
	desk.FieldRequester: {"tickets", "requester_id", "id", "tickets_requester", ""},
	desk.FieldAssignee:  {"tickets", "assignee_id", "id", "tickets_assignee", ""},
	desk.FieldGroup:     {"tickets", "group_id", "id", "tickets_group", "group_id > 0"},
	desk.FieldType:      {"tickets", "type_id", "id", "tickets_type", ""},
	desk.FieldPriority:  {"tickets", "priority", "id", "tickets_priority", ""},
	desk.FieldChannel:   {"tickets", "channel", "id", "tickets_channel", ""},
	desk.FieldOrder:     {"tickets", "order_number", "id", "tickets_order", ""},
	desk.FieldTag:       {"ticket_tags", "tag_id", "ticket_id", "ticket_tags_tag", ""},
	desk.FieldProduct:   {"ticket_products", "product_id", "ticket_id", "ticket_products_product", ""},
}

// serves tells whether the driver has answered the filter's own field of a column.
func (d driver) serves(column string) bool { return d.choice == 0 && d.column == column }

// byAssignee is the index for tickets of some assignees. Most tickets are done, so those
// that are not have one of their own.
func byAssignee(f *desk.TicketFilter, ids ...int64) driver {
	d := driver{table: "tickets", column: "assignee_id", id: "id", index: "tickets_assignee", values: values(ids)}
	if f.Unsolved() {
		d.index, d.part = "tickets_live", "solved_at = 0"
	}
	return d
}

// choiceDrivers are the indexes that could serve the filter's choices.
func choiceDrivers(f *desk.TicketFilter) []driver {
	var list []driver
	for i, c := range f.Choices {
		n := len(c.IDs) + len(c.Texts)
		if c.Not || n == 0 || n > maxRuns {
			continue
		}
		column := choiceColumns[c.Field]
		d := driver{
			table: column.table, column: column.column, id: column.id, index: column.index, part: column.part,
			values: append(values(c.IDs), values(c.Texts)...),
		}
		switch c.Field {
		case desk.FieldAssignee:
			d = byAssignee(f, c.IDs...)
		case desk.FieldGroup, desk.FieldOrder:
			if c.HasNone() {
				continue // most tickets have none: that is no way to find any
			}
		}
		d.choice = i + 1
		list = append(list, d)
	}
	return list
}

// ownChoices are the conditions of choices on the ticket's own columns that the driver
// does not serve.
func (l *listing) ownChoices(q *query, d driver) []string {
	return l.choices(q, d, func(c desk.Choice, column choiceColumn) string {
		if column.table != "tickets" {
			return ""
		}
		text := l.number(column.column)
		in := ""
		if c.Texts != nil {
			text = l.word(column.column)
			in, q.args = inList(q.args, c.Texts)
		} else {
			in, q.args = inList(q.args, c.IDs)
		}
		if c.Not {
			return text + " NOT IN (" + in + ")"
		}
		return text + " IN (" + in + ")"
	})
}

// linkChoices are those on tags and products of the ticket that id names.
func (l *listing) linkChoices(q *query, d driver, id string) []string {
	return l.choices(q, d, func(c desk.Choice, column choiceColumn) string {
		if column.table == "tickets" {
			return ""
		}
		count := linked(q, column.table, column.column, id, c.IDs)
		if c.Not {
			return count + " = 0"
		}
		return count + " > 0"
	})
}

func (l *listing) choices(q *query, d driver, condition func(desk.Choice, choiceColumn) string) []string {
	var where []string
	for i, c := range l.filter.Choices {
		if d.choice == i+1 || len(c.IDs)+len(c.Texts) == 0 {
			continue
		}
		if sql := condition(c, choiceColumns[c.Field]); sql != "" {
			where = append(where, sql)
		}
	}
	return where
}

// undelivered are the tickets with mail that did not arrive, which are few.
var undelivered = driver{
	table: `(SELECT DISTINCT o.store_id, o.ticket_id, 1 AS trouble FROM outbox_recipients r
		JOIN outbox o ON o.store_id = r.store_id AND o.id = r.outbox_id
		WHERE r.store_id = $1 AND r.state IN ` + troubles + " AND o.ticket_id > 0)",
	column: "trouble", id: "ticket_id", values: []any{int64(1)},
}

// troubles are the states of a recipient whom a mail has not reached and will not reach by
// itself.
const troubles = "('bounced', 'uncertain', 'suppressed')"
