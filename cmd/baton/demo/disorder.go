package demo

import "math/rand/v2"

// window is how many requests are held back for shuffling: flows of some seconds, and some 100 MB with what they refer to.
const window = 64

// disorder does to requests what networks, retries and collectors do: cut, repeat and reorder them. What it does
// depends on the seed alone. Without any such option it is a queue.
type disorder struct {
	options *options
	rng     *rand.Rand
	held    []batch
}

func newDisorder(o *options) *disorder {
	return &disorder{options: o, rng: rand.New(rand.NewPCG(o.seed, 0xd150))}
}

func (d *disorder) len() int { return len(d.held) }

func (d *disorder) add(b batch) {
	if !d.options.split {
		d.hold(b)
		return
	}
	for len(b.spans) > 0 {
		n := 1 + d.rng.IntN(len(b.spans))
		d.hold(batch{process: b.process, spans: b.spans[:n]})
		b.spans = b.spans[n:]
	}
}

func (d *disorder) hold(b batch) {
	d.held = append(d.held, b)
	if d.options.duplicate > 0 && d.rng.Float64() < d.options.duplicate {
		b.again = true
		d.held = append(d.held, b)
	}
}

// next takes the oldest request, or any when they are shuffled.
func (d *disorder) next() batch {
	i := 0
	if d.options.shuffle {
		i = d.rng.IntN(len(d.held))
	}
	b := d.held[i]
	if i == 0 {
		d.held = d.held[1:]
		return b
	}
	last := len(d.held) - 1
	d.held[i] = d.held[last]
	d.held = d.held[:last]
	return b
}
