package corpus

// fault is how a flow of a shape may fail.
type fault int

const (
	noFault       fault = iota
	eventFault          // the consumer of the event
	queueFault          // the consumer of the queue
	callFault           // the service that the consumer of the event calls
	activityFault       // an activity of the workflow
)

var faults = []fault{eventFault, queueFault, callFault, activityFault}

// shape is the template of a flow.
type shape struct {
	spans    []template
	traces   int
	messages int
	culprit  int // service, or -1
	teams    []string
	lasts    int64 // ns
}

// carrier is how the traces of a hop are joined; the hops of a shape take turns.
type carrier int

const (
	byLink carrier = iota
	byMessage
	byCorrelation
	carriers
)

// builder puts a shape together, span by span.
type builder struct {
	c      *Corpus
	number int
	fault  fault
	specs  []spec
	traces int
	hops   int
	out    shape
	seed   int64
}

// shape builds a flow of about so many spans: API -> event -> queue -> workflow, as far as the length allows. What comes
// after a fault does not happen.
func (c *Corpus) shape(number, length int, f fault) shape {
	b := &builder{c: c, number: number, fault: f, out: shape{culprit: -1}, seed: int64(number)}
	api := b.entry()
	done := b.event(api, length)
	for at := 0; len(b.specs) < shortest || !done && len(b.specs) < length; at++ {
		b.work(b.idle(at))
	}
	return b.finish()
}

// idle are the spans that have room for one more query, in turn.
func (b *builder) idle(turn int) int {
	var places []int
	for i := range b.specs {
		if s := &b.specs[i]; s.kind == server && s.scope == "opentelemetry.http" && s.service != 0 || s.kind == consumer || s.kind == internal {
			places = append(places, i)
		}
	}
	return places[turn%len(places)]
}

// entry is the gateway and the API behind it, and answers the span of the API.
func (b *builder) entry() int {
	edge, api := b.c.of(gateway, b.number), b.c.of(orderAPI, b.number)
	trace := b.trace()
	in := b.add(edge, "opentelemetry.http", "POST /v2/orders/{id}", server, trace, -1, httpServer(b.c.services[edge].name, 202, true))
	out := b.add(edge, "opentelemetry.http", "POST", client, trace, in, httpClient(b.c.services[api].name, 202))
	handler := b.add(api, "opentelemetry.http", "POST /v2/orders/{id}", server, trace, out, httpServer(b.c.services[api].name, 202, true))
	b.add(api, "com.example.shop", "validate order", internal, trace, handler, work())
	return handler
}

// event publishes an event and lets its consumers act; it reports whether the flow ended with a fault.
func (b *builder) event(parent, length int) (faulty bool) {
	s := b.c.of(eventConsumer, b.number)
	// As many topics as make shapes of one topic agree on its carrier, and below as many queues: what is learned of a topic
	// would not be true of it otherwise.
	topic, hop := "order.events."+string(rune('a'+b.number%(3*int(carriers)))), b.hops
	at, fails := b.hop("kafka", topic, parent, s, b.fault == eventFault)
	if fails {
		return true
	}
	if length >= 22 && b.call(at, s) {
		return true
	}
	if length >= 12 && b.queue(at, length) {
		return true
	}
	if length >= 32 { // somebody else who listens
		b.consume("kafka", topic, hop, b.specs[at].cause, b.c.of(secondConsumer, b.number), false)
	}
	return false
}

// queue sends a command and lets it start a workflow.
func (b *builder) queue(parent, length int) (faulty bool) {
	s := b.c.of(queueConsumer, b.number)
	at, fails := b.hop("servicebus", "commands-"+string(rune('a'+b.number%(2*int(carriers)))), parent, s, b.fault == queueFault)
	if fails {
		return true
	}
	if length < 17 {
		return false
	}
	return b.workflow(at, s, 1+max(0, length-22)/9)
}

// call asks another service.
func (b *builder) call(parent, from int) (faulty bool) {
	s := b.c.of(provider, b.number)
	status, faulty := 200, b.fault == callFault
	if faulty {
		status = 500
	}
	trace := b.specs[parent].trace
	out := b.add(from, "opentelemetry.http", "GET", client, trace, parent, httpClient(b.c.services[s].name, status))
	in := b.add(s, "opentelemetry.http", "GET /prices/{sku}", server, trace, out, httpServer(b.c.services[s].name, status, false))
	b.work(in)
	if faulty {
		b.fail(s, "price list is locked", in, out, parent)
	}
	return faulty
}

// workflow starts a run of its own trace with so many activities.
func (b *builder) workflow(parent, from, activities int) (faulty bool) {
	engine, doer := b.c.of(workflow, b.number), b.c.of(activity, b.number)
	start := b.add(from, "temporal-sdk-go", "StartWorkflow:FulfilOrder", client, b.specs[parent].trace, parent, temporal("FulfilOrder"))
	run := b.add(engine, "temporal-sdk-go", "RunWorkflow:FulfilOrder", server, b.trace(), -1, temporal("FulfilOrder"))
	r := &b.specs[run]
	r.cause, r.lag, r.link, r.linkTo = start, 3e6, start, b.specs[start].trace
	for i := range activities {
		name := []string{"ReserveStock", "BookCarrier", "PrintLabel", "NotifyCustomer"}[i%4]
		trace := b.specs[run].trace
		out := b.add(engine, "temporal-sdk-go", "StartActivity:"+name, client, trace, run, temporal(name))
		in := b.add(doer, "temporal-sdk-go", "RunActivity:"+name, server, trace, out, temporal(name))
		b.work(in)
		if b.fault == activityFault && i == activities-1 {
			b.fail(doer, "no carrier serves this address", in, out, run)
			return true
		}
	}
	return false
}

// hop sends a message and has it consumed in a trace of its own.
func (b *builder) hop(system, destination string, parent, to int, faulty bool) (at int, fails bool) {
	hop := b.hops
	b.hops++
	from := &b.specs[parent]
	var out int
	if by := b.carrier(hop); by == byCorrelation {
		// The service writes into an outbox, and what publishes from there sends no spans: all that connects the two sides
		// is the correlation id that the message has with it.
		out = b.add(from.service, "opentelemetry.db", "INSERT outbox", client, from.trace, parent, query("INSERT", "outbox"))
	} else {
		out = b.add(from.service, "opentelemetry.messaging", "send "+destination, producer, from.trace, parent,
			message(system, destination, "send", by))
	}
	b.specs[out].message = hop
	return b.consume(system, destination, hop, out, to, faulty)
}

func (b *builder) carrier(hop int) carrier { return carrier((b.number + hop) % int(carriers)) }

func (b *builder) consume(system, destination string, hop, out, to int, faulty bool) (at int, fails bool) {
	by := b.carrier(hop)
	at = b.add(to, "opentelemetry.messaging", "process "+destination, consumer, b.trace(), -1, message(system, destination, "process", by))
	in := &b.specs[at]
	in.message, in.cause, in.lag = hop, out, 20e6
	if by == byLink {
		in.link, in.linkTo = out, b.specs[out].trace
	}
	b.work(at)
	if faulty {
		b.fail(to, "article is no longer sold", at)
	}
	return at, faulty
}

// fail lets spans end with an error that began in the given service.
func (b *builder) fail(service int, why string, spans ...int) {
	b.out.culprit = service
	for _, i := range spans {
		b.specs[i].failure = why
	}
}

// work is a query below a span.
func (b *builder) work(parent int) {
	p, table := &b.specs[parent], tables[len(b.specs)%len(tables)]
	b.add(p.service, "opentelemetry.db", "SELECT "+table, client, p.trace, parent, query("SELECT", table))
}

func (b *builder) trace() int {
	b.traces++
	return b.traces - 1
}

func (b *builder) add(service int, scope, name string, kind int64, trace, parent int, attrs []attr) int {
	b.seed = b.seed*1103515245 + 12345
	own := 300e3 + (b.seed>>16&0xffff)*60 // 0.3 to 4.2 ms
	b.specs = append(b.specs, spec{service: service, scope: scope, name: name, kind: kind, trace: trace, parent: parent, attrs: attrs,
		link: -1, cause: -1, own: own})
	return len(b.specs) - 1
}
