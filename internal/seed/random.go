package seed

import (
	"math"
	"math/rand/v2"
	"sort"
)

// weights picks numbers 0, 1, 2 … as often as their weights say.
type weights []float64 // running totals

func weighted(each ...float64) weights {
	w, total := make(weights, len(each)), 0.0
	for i, v := range each {
		total += v
		w[i] = total
	}
	return w
}

// zipf weighs n numbers as rank to the power of -s: few are common, many are rare.
func zipf(n int, s float64) weights {
	each := make([]float64, n)
	for i := range each {
		each[i] = math.Pow(float64(i+1), -s)
	}
	return weighted(each...)
}

func (w weights) pick(r *rand.Rand) int {
	return sort.SearchFloat64s(w, r.Float64()*w[len(w)-1])
}

func oneOf[T any](r *rand.Rand, list []T) T { return list[r.IntN(len(list))] }

func chance(r *rand.Rand, percent int) bool { return r.IntN(100) < percent }
