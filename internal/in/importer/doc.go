// Package importer is the door through which a whole store comes in: from a directory
// of JSON-lines files (FromDir) or from a running original over its Admin API
// (FromURL). It turns API objects into desk's nouns and gives them to the store's bulk
// load; ids and times are kept.
//
// An object that cannot be read is left out and reported with its place. One that can
// be read but not kept as it is gets repaired and is reported too:
//
//   - a reference to a row that is not there (user, type, order, product) becomes none;
//   - an attachment whose file cannot be fetched comes without it; a later run tries again;
//   - a NUL character, which no database keeps, is dropped, and invalid UTF-8 becomes
//     U+FFFD (these are not reported: every door does so).
package importer
