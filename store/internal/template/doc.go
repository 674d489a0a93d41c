// Package template turns the attributes of spans into a template and the values
// that it does not hold.
//
// Spans of one code have the same keys and types, and most of their values are
// one of a few: methods, routes, hosts, status codes. A template is the ordered
// keys and types with every such value; only the others are in the row. Which
// slots vary is learned from the first spans of a shape, and forgotten with the day. A template
// whose slots all vary is a plain shape.
//
// Ids are hashes of the content, so that instances need no coordination: what
// two of them learned differs, and both are right.
package template
