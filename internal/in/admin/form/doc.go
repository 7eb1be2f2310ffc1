// Package form turns what a client of the Admin API sends (query strings and
// bodies) into desk's inputs, with the tolerance and the error texts of the
// original: a Django REST Framework 3.14 service with django-filter 23.1. Where
// that service says a value as Python prints it, so does this package.
//
// It opens no database: whether a row that an input names is there is asked by the
// caller, who joins both kinds of errors with Body.Merge. Ids that no row can have
// (not positive, or past 64 bits) are reported here.
package form
