// Package flow is the domain of Baton, and it is pure: no store, no network, no
// clock of its own. It reads one span's facts (Extractor), classifies it into a
// hop kind, gives it an endpoint identity, finds what joins it to other traces,
// cuts traces into segments, joins segments into flows, folds spans into hops
// and judges: what failed, at which hop, in which role.
//
// The same functions run at ingest, in the joiner and when a page is read, so
// a flow is a pure function of its facts and of the rules.
package flow
