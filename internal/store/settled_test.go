package store

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
)

// TestMarksSettleInOrder plays transactions that take ids and end in any order, with looks
// in between: an id is never called settled while a transaction with it or a smaller one
// is open, and once all have ended everything is.
func TestMarksSettleInOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3000) {
		random := rand.New(rand.NewPCG(seed, 7))
		var s settling
		var taken int64
		var open []string // who holds the lock
		ids := map[string]int64{}
		look := func() {
			held := slices.Clone(open)
			random.Shuffle(len(held), func(i, j int) { held[i], held[j] = held[j], held[i] })
			s.note(taken, held)
			for _, vxid := range open {
				if id := ids[vxid]; id != 0 && id <= s.upTo {
					t.Fatalf("seed %d: %d is called settled (up to %d) while %s is open", seed, id, s.upTo, vxid)
				}
			}
		}
		for n := range 60 {
			switch i := random.IntN(len(open) + 1); {
			case random.IntN(3) == 0:
				look()
			case i == len(open) && len(open) < 8:
				open = append(open, "3/"+strconv.Itoa(n))
			case i < len(open) && ids[open[i]] == 0:
				taken++
				ids[open[i]] = taken
			case i < len(open):
				open = slices.Delete(open, i, i+1)
			}
		}
		open = nil
		look()
		if s.upTo != taken || len(s.marks) != 0 {
			t.Fatalf("seed %d: settled up to %d of %d when nothing is open, %d marks left", seed, s.upTo, taken, len(s.marks))
		}
	}
}
