package ownership

import "github.com/baton-observability/baton/ownership/internal/doc"

// Problem is one thing wrong in a file of owners.
type Problem = doc.Problem

// Problems is the error of Parse, New, Join and Load: everything found wrong.
type Problems = doc.Problems
