package store

// shelf keeps a few large things for the next user. Unlike a sync.Pool it does
// not lose them to the garbage collector, which runs many times a second at
// full rate: growing them anew cost more than filling them.
type shelf[T any] struct {
	kept chan T
	make func() T
}

// maxKept is the most bytes of one column that are kept: a range at full rate
// has 6 MB in its largest.
const maxKept = 16 << 20

func newShelf[T any](n int, make_ func() T) shelf[T] {
	return shelf[T]{kept: make(chan T, n), make: make_}
}

func (s *shelf[T]) take() T {
	select {
	case v := <-s.kept:
		return v
	default:
		return s.make()
	}
}

// clear lets go of what is kept and reports whether there was something.
func (s *shelf[T]) clear() (was bool) {
	for {
		select {
		case <-s.kept:
			was = true
		default:
			return was
		}
	}
}

func (s *shelf[T]) give(v T) {
	select {
	case s.kept <- v:
	default:
	}
}
