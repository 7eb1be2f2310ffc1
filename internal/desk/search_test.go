package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"storedesk/internal/desk"
)

func known() desk.SearchKnown {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		panic(err)
	}
	return desk.SearchKnown{
		Me: 7, MyGroups: []int64{3}, Now: time.Date(2026, 3, 10, 15, 30, 0, 0, zone),
		Requesters: map[string][]int64{"ANA@EXAMPLE.COM": {41}},
		Assignees:  map[string][]int64{"BEN": {8}, "BEN@SHOP.EXAMPLE": {8}},
		Groups:     map[string][]int64{"RETURNS": {3}},
		Types:      map[string][]int64{"WHERE IS MY ORDER": {5}},
		Tags:       map[string][]int64{"VIP": {1}, "ON HOLD": {2, 9}, "2026": {4}},
		Products:   map[string][]int64{"LAMP": {6}},
	}
}

func at(day int) desk.Instant {
	return desk.At(time.Date(2026, 3, day, 0, 0, 0, 0, known().Now.Location()))
}

func TestSearchBecomesAFilter(t *testing.T) {
	t.Parallel()
	id := int64(1234)
	choice := func(field desk.Field, ids ...int64) []desk.Choice { return []desk.Choice{{Field: field, IDs: ids}} }
	unsolved := []desk.Status{desk.StatusNew, desk.StatusOpen, desk.StatusPending}
	for text, want := range map[string]desk.TicketFilter{
		"":                                   {},
		"   ":                                {},
		"status:open,pending":                {Statuses: []desk.Status{desk.StatusOpen, desk.StatusPending}},
		"STATUS:Open":                        {Statuses: []desk.Status{desk.StatusOpen}},
		"-status:closed,solved":              {Statuses: unsolved},
		"is:unsolved":                        {Statuses: unsolved},
		"is:unsolved -is:new":                {Statuses: unsolved[1:]},
		"status:open status:pending":         {Nothing: true, Statuses: []desk.Status{}},
		"assignee:me":                        {Choices: choice(desk.FieldAssignee, 7)},
		"assignee:me,none,BEN":               {Choices: choice(desk.FieldAssignee, 7, 0, 8)},
		"assignee:ben@shop.example":          {Choices: choice(desk.FieldAssignee, 8)},
		"assignee:12":                        {Choices: choice(desk.FieldAssignee, 12)},
		"is:unassigned":                      {Choices: choice(desk.FieldAssignee, 0)},
		"is:assigned":                        {Choices: []desk.Choice{{Field: desk.FieldAssignee, IDs: []int64{0}, Not: true}}},
		"group:returns":                      {Choices: choice(desk.FieldGroup, 3)},
		"group:mine":                         {Choices: choice(desk.FieldGroup, 3)},
		`type:"where is my order"`:           {Choices: choice(desk.FieldType, 5)},
		`tag:vip,"on hold"`:                  {Choices: choice(desk.FieldTag, 1, 2, 9)},
		"tag:vip tag:2026":                   {Choices: append(choice(desk.FieldTag, 1), choice(desk.FieldTag, 4)...)},
		"-tag:vip":                           {Choices: []desk.Choice{{Field: desk.FieldTag, IDs: []int64{1}, Not: true}}},
		"priority:high,low":                  {Choices: []desk.Choice{{Field: desk.FieldPriority, Texts: []string{"high", "low"}}}},
		"channel:email":                      {Choices: []desk.Choice{{Field: desk.FieldChannel, Texts: []string{"email"}}}},
		"order:100-A":                        {Choices: []desk.Choice{{Field: desk.FieldOrder, Texts: []string{"100-A"}}}},
		"order:none":                         {Choices: []desk.Choice{{Field: desk.FieldOrder, Texts: []string{""}}}},
		"has:order":                          {Choices: []desk.Choice{{Field: desk.FieldOrder, Texts: []string{""}, Not: true}}},
		"has:attachment":                     {Files: true},
		"is:undelivered":                     {Undelivered: true},
		"product:lamp":                       {Choices: choice(desk.FieldProduct, 6)},
		"product:77":                         {Choices: choice(desk.FieldProduct, 77)},
		"from:ana@example.com":               {Choices: choice(desk.FieldRequester, 41)},
		"requester:41":                       {Choices: choice(desk.FieldRequester, 41)},
		"from:eve@example.com":               {Words: []string{"EVE", "EXAMPLE", "COM"}},
		"from:ana@":                          {Text: "ana@"},
		"subject:lamp":                       {Subject: "lamp"},
		"text:lamp":                          {Text: "lamp"},
		"#1234":                              {ID: &id},
		"id:1234":                            {ID: &id},
		"#1234 #1235":                        {ID: &id, Nothing: true},
		"#99999999999999999999":              {Nothing: true},
		"lamp":                               {Words: []string{"LAMP"}},
		`"broken lamp" kettle`:               {Words: []string{"BROKEN", "LAMP", "KETTLE"}},
		`"say \"hi\""`:                       {Words: []string{"SAY", "HI"}},
		"Re: lamp":                           {Words: []string{"RE", "LAMP"}},
		"https://shop.example":               {Words: []string{"HTTPS", "SHOP", "EXAMPLE"}},
		`"status:open"`:                      {Words: []string{"STATUS", "OPEN"}},
		"ana@example.com":                    {Words: []string{"ANA", "EXAMPLE", "COM"}},
		"!!!":                                {Nothing: true},
		"created:2026-03-05":                 {Created: desk.Span{From: at(5), To: at(6)}},
		"created:>2026-03-05":                {Created: desk.Span{From: at(6)}},
		"created:>=2026-03-05":               {Created: desk.Span{From: at(5)}},
		"created:<2026-03-05":                {Created: desk.Span{To: at(5)}},
		"created:<=2026-03-05":               {Created: desk.Span{To: at(6)}},
		"created:2026-03-01..2026-03-05":     {Created: desk.Span{From: at(1), To: at(6)}},
		"after:2026-03-01 before:2026-03-05": {Created: desk.Span{From: at(1), To: at(5)}},
		"updated:today":                      {Updated: desk.Span{From: at(10), To: at(11)}},
		"updated:yesterday":                  {Updated: desk.Span{From: at(9), To: at(10)}},
		"updated:7d":                         {Updated: desk.Span{From: at(3) + desk.Instant(15*time.Hour/time.Microsecond+30*time.Minute/time.Microsecond)}},
		"updated:<12h":                       {Updated: desk.Span{To: at(10) + desk.Instant(3*time.Hour/time.Microsecond+30*time.Minute/time.Microsecond)}},
	} {
		s, err := desk.ParseSearch(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := s.Filter(known())
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, *got); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
}

func TestWrongSearchNamesTheChip(t *testing.T) {
	t.Parallel()
	for text, chip := range map[string]string{
		"lamp status:opne":     "status:opne",
		"stauts:open":          "stauts:open",
		"assignee:bob":         "assignee:bob",
		"assignee:":            "assignee:",
		`tag:"" lamp`:          `tag:""`,
		"tag:7":                "tag:7",
		"created:soon":         "created:soon",
		"created:2026-02-30":   "created:2026-02-30",
		"-created:today":       "-created:today",
		"-lamp":                "-lamp",
		"is:urgent":            "is:urgent",
		"has:fun":              "has:fun",
		"-from:ana@":           "-from:ana@",
		"subject:a subject:b":  "subject:b",
		"priority:urgent":      "priority:urgent",
		"group:9x":             "group:9x",
		"updated:99999d":       "updated:99999d",
		"id:x":                 "id:x",
		"requester:eve@x,ana@": "requester:eve@x,ana@",
	} {
		s, err := desk.ParseSearch(text)
		if err == nil {
			_, err = s.Filter(known())
		}
		var e *desk.Error
		if !errors.As(err, &e) || e.Code != desk.Invalid || len(e.Fields["q"]) != 1 || !strings.HasPrefix(e.Fields["q"][0], chip) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := desk.ParseSearch(strings.Repeat("a ", 50)); desk.CodeOf(err) != desk.Invalid {
		t.Error(err)
	}
}

func TestSearchTellsWhatToLookUp(t *testing.T) {
	t.Parallel()
	s, err := desk.ParseSearch(`from:a@b,12 assignee:Ben,9 tag:7,"x y" group:g type:t product:5,lamp`)
	if err != nil {
		t.Fatal(err)
	}
	want := desk.SearchNames{
		Requesters: []string{"a@b"}, Assignees: []string{"Ben"}, Groups: []string{"g"}, Types: []string{"t"},
		Tags: []string{"7", "x y"}, Products: []string{"lamp"},
	}
	if diff := cmp.Diff(want, s.Names()); diff != "" {
		t.Error(diff)
	}
	for text, number := range map[string]string{"1234": "1234", "1234 status:open": "1234", "A-77": "A-77", "1 2": "", "lamp": "", "#12": ""} {
		s, err := desk.ParseSearch(text)
		if err != nil || s.Number() != number {
			t.Errorf("%s: %q, %v", text, s.Number(), err)
		}
	}
}

// FuzzParseSearch holds that any text is taken apart without loss, or refused.
func FuzzParseSearch(f *testing.F) {
	for _, seed := range []string{
		`status:open -tag:"a b",c created:>2026-01-01 #12 "x y" z`, `"`, `-`, `-"`, `a:`, `a:b`, `:`, "tag:\\\"", "é:x", `text:"\\`, "\x00", "is:new,",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := desk.ParseSearch(text)
		if err != nil {
			if desk.CodeOf(err) != desk.Invalid {
				t.Fatal(err)
			}
			return
		}
		for _, term := range s.Terms {
			if term.Text != "" && !strings.Contains(text, term.Text) || len(term.Values) == 0 || slices.Contains(term.Values, "") {
				t.Fatalf("%+v of %q", term, text)
			}
		}
		s.Names()
		s.Number()
		if _, err := s.Filter(known()); err != nil && desk.CodeOf(err) != desk.Invalid {
			t.Fatal(err)
		}
	})
}
