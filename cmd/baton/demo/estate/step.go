package estate

import "time"

// Step is one thing that happens in a scenario: a call, a statement, a message, a workflow and its activities. A
// scenario is a tree of steps and nothing else; faults point at a step by its tag.
type Step struct {
	verb   verb
	target string // the service that does it, or the host of an external party
	name   string // route, method, table, destination or activity, whatever the verb needs
	method string // HTTP method, database operation or broker
	took   dist   // own time, without its children
	steps  []*Step

	tag      string
	attempts int     // how often a failing step is tried in all
	optional bool    // the parent goes on when it fails
	undo     *Step   // the activity that compensates this one
	carries  carrier // how a consumer is joined to its producer

	out, in, settle *template
}

type verb uint8

const (
	verbGateway verb = iota
	verbHTTP
	verbExternal
	verbRPC
	verbDB
	verbWork
	verbPublish
	verbConsume
	verbWorkflow
	verbActivity
	verbOrchestration
	verbTask
)

// carrier is what a consumer's trace has in common with its producer's.
type carrier uint8

const (
	byParent       carrier = 1 << iota // the same trace
	byLink                             // a new trace with a span link
	byCorrelation                      // a new trace that repeats the correlation id
	byConversation                     // a new trace that repeats the message's conversation id
)

// dist is a log-normal duration: the median and the 99th percentile, cut off at twice the latter, so that nothing the
// estate does by itself is ever called slow.
type dist struct{ median, p99 time.Duration }

const ms = time.Millisecond

func gateway(method, route string, api *Step) *Step {
	return &Step{verb: verbGateway, target: "api-gateway", method: method, name: route, took: dist{ms, 4 * ms}, steps: []*Step{api}}
}

func http(service, method, route string, took dist, steps ...*Step) *Step {
	return &Step{verb: verbHTTP, target: service, method: method, name: route, took: took, steps: steps}
}

// external calls a party outside the estate: nobody sends its side.
func external(host, method, path string, took dist) *Step {
	return &Step{verb: verbExternal, target: host, method: method, name: path, took: took}
}

func rpc(service, method string, took dist, steps ...*Step) *Step {
	return &Step{verb: verbRPC, target: service, name: method, took: took, steps: steps}
}

func db(system, operation, table string, took dist) *Step {
	return &Step{verb: verbDB, target: system, method: operation, name: table, took: took}
}

func work(name string, took dist, steps ...*Step) *Step {
	return &Step{verb: verbWork, name: name, took: took, steps: steps}
}

func publish(broker, destination string, consumers ...*Step) *Step {
	return &Step{verb: verbPublish, method: broker, name: destination, took: dist{2 * ms, 9 * ms}, steps: consumers}
}

func consume(service string, carries carrier, took dist, steps ...*Step) *Step {
	return &Step{verb: verbConsume, target: service, carries: carries, took: took, steps: steps}
}

func workflow(service, name string, activities ...*Step) *Step {
	return &Step{verb: verbWorkflow, target: service, name: name, took: dist{6 * ms, 25 * ms}, steps: activities}
}

func activity(service, name string, took dist, steps ...*Step) *Step {
	return &Step{verb: verbActivity, target: service, name: name, took: took, steps: steps}
}

func orchestration(service, name string, tasks ...*Step) *Step {
	return &Step{verb: verbOrchestration, target: service, name: name, took: dist{8 * ms, 30 * ms}, steps: tasks}
}

func task(service, name string, took dist, steps ...*Step) *Step {
	return &Step{verb: verbTask, target: service, name: name, took: took, steps: steps}
}

func (s *Step) tagged(tag string) *Step           { s.tag = tag; return s }
func (s *Step) tries(n int) *Step                 { s.attempts = n; return s }
func (s *Step) mayFail() *Step                    { s.optional = true; return s }
func (s *Step) undoneBy(compensation *Step) *Step { s.undo = compensation; return s }

// build compiles the templates of a step and all below it, from the service that takes it downwards.
func (s *Step) build(caller *Service, parent *Step) {
	if s.attempts == 0 {
		s.attempts = 1
	}
	callee := serviceByName[s.target]
	switch s.verb {
	case verbGateway:
		s.in = proxyServer(callee, s)
	case verbHTTP, verbExternal:
		if parent != nil && parent.verb == verbGateway {
			s.out = proxyClient(caller, s)
		} else {
			s.out = httpClient(caller, s)
		}
		if callee != nil {
			s.in = httpServer(callee, s)
		}
	case verbRPC:
		s.out, s.in = rpcSpan(caller, callee, s, kindClient), rpcSpan(callee, callee, s, kindServer)
	case verbDB:
		s.out = dbSpan(caller, s)
	case verbWork:
		s.in, callee = workSpan(caller, s), caller
	case verbPublish:
		s.out, callee = messageSpan(caller, s, nil), caller
	case verbConsume:
		s.in = messageSpan(callee, parent, s)
		if parent.method == "servicebus" {
			s.settle = settleSpan(callee, parent)
		}
	case verbWorkflow, verbActivity:
		s.out, s.in = temporalSpans(caller, callee, s)
	case verbOrchestration, verbTask:
		s.out, s.in = durableSpans(caller, callee, s)
	}
	for _, child := range s.steps {
		child.build(callee, s)
	}
	if s.undo != nil {
		s.undo.build(caller, s)
	}
}
