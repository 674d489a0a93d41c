// Package web serves the HTTP interface of Baton and the page that is built on
// it. openapi.yaml is the contract; the types and routes in api.gen.go are
// generated from it, so a handler that the contract asks for cannot be missing.
//
// A handler reads its parameters, calls one or two methods of the store, turns
// the rows into the contract's types with pure functions and answers. Errors go
// through one place (problem.go) and leave as application/problem+json.
package web

//go:generate go tool -modfile=../tools/go.mod oapi-codegen -config oapi.yaml openapi.yaml
