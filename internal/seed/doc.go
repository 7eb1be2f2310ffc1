// Package seed makes a believable small shop: products, customers of several
// countries, orders, and conversations with its support desk. It is for trying the
// program out and for measuring it; the same number and seed give the same data.
package seed
