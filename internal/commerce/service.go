// Package commerce holds the verbs of what stands beside a ticket: orders and
// products. They are the shop's; the desk only shows them.
package commerce

import (
	"context"

	"storedesk/internal/desk"
	"storedesk/internal/store"
)

// Service reads orders and products of one database.
type Service struct{ DB *store.DB }

// Order is an order with its buyer, nil when unknown.
type Order struct {
	desk.Order
	User *desk.User
}

// Orders walks one page of orders, newest first; empty number and status are any.
func (s *Service) Orders(ctx context.Context, st *desk.Store, number, status string, p desk.Page) ([]Order, bool, error) {
	list, more, err := s.DB.Orders(ctx, st, number, status, p)
	if err != nil {
		return nil, false, err
	}
	orders, err := s.withBuyers(ctx, st, list...)
	return orders, more, err
}

// Order returns an order by its number, or desk.ErrNotFound.
func (s *Service) Order(ctx context.Context, st *desk.Store, number string) (*Order, error) {
	o, err := s.DB.Order(ctx, st, number)
	if err != nil {
		return nil, err
	}
	orders, err := s.withBuyers(ctx, st, *o)
	if err != nil {
		return nil, err
	}
	return &orders[0], nil
}

func (s *Service) withBuyers(ctx context.Context, st *desk.Store, list ...desk.Order) ([]Order, error) {
	var ids []int64
	for i := range list {
		if list[i].UserID != 0 {
			ids = append(ids, list[i].UserID)
		}
	}
	users, err := s.DB.UsersByID(ctx, st, ids)
	if err != nil {
		return nil, err
	}
	orders := make([]Order, len(list))
	for i := range list {
		orders[i] = Order{list[i], users[list[i].UserID]}
	}
	return orders, nil
}

// Products walks one page of products, newest first; an empty title is any.
func (s *Service) Products(ctx context.Context, st *desk.Store, title string, public *bool, p desk.Page) ([]desk.Product, bool, error) {
	return s.DB.Products(ctx, st, title, public, p)
}

// Product returns a product, or desk.ErrNotFound.
func (s *Service) Product(ctx context.Context, st *desk.Store, id int64) (*desk.Product, error) {
	return s.DB.Product(ctx, st, id)
}
