package flow

import "strings"

// The rules that decide a kind, as Facts.Rule names them. They are shown to
// users and are stable.
const (
	RuleOverride = "hop.kind" // the attribute says so

	RuleDurableTask   = "workflow.durabletask"
	RuleTimer         = "workflow.durabletask.timer"
	RuleTemporal      = "workflow.temporal"
	RuleQuery         = "workflow.temporal.query"
	RuleAirflow       = "workflow.airflow"
	RuleCamunda       = "workflow.camunda"
	RuleDaprWorkflow  = "workflow.dapr"
	RuleDataFactory   = "workflow.datafactory"
	RuleLogicApps     = "workflow.logicapps"
	RuleStepFunctions = "workflow.stepfunctions"
	RuleSaga          = "workflow.nservicebus.saga"
	RuleMassTransit   = "workflow.masstransit"
	RulePipeline      = "workflow.cicd"

	RuleDLQ          = "messaging.dead_letter"
	RuleDestKind     = "messaging.destination_kind"
	RuleAddress      = "messaging.address"
	RuleIntent       = "messaging.intent"
	RuleSystem       = "messaging.system"
	RuleSubscription = "messaging.subscription"
	RuleGroup        = "messaging.consumer_group"
	RuleExchange     = "messaging.exchange"
	RuleQueueDefault = "messaging.default"

	RuleCloudEvents = "event.cloudevents"
	RuleEventHeader = "event.header"
	RuleSNS         = "event.sns"
	RuleEventGrid   = "event.eventgrid"

	RuleRedisStream  = "db.redis.stream"
	RuleRedisPubSub  = "db.redis.pubsub"
	RuleDB           = "db.system"
	RuleBinding      = "api.dapr.binding"
	RuleRPC          = "api.rpc"
	RuleDapr         = "api.dapr"
	RuleGraphQL      = "api.graphql"
	RuleHTTP         = "api.http"
	RuleProxy        = "api.proxy"
	RuleDependency   = "api.dependency"
	RuleSpanKind     = "api.span_kind" // nothing but the span kind: a guess
	RuleTransport    = "internal.transport"
	RuleGraphQLInner = "internal.graphql"
	RuleInternal     = "internal"
)

// classify decides what the span does at its hop. The order matters: a workflow
// engine that speaks gRPC is a workflow, and a message sent over HTTP a message.
func (x *Extractor) classify(b *bag, f *Facts) {
	if x.workflow(b, f) || f.messaging(b) || f.event(b) || f.database(b) || f.api(b) {
	} else if f.SpanKind == KindServer || f.SpanKind == KindClient {
		f.apiSide(b)
		f.set(API, RuleSpanKind, "", f.operationName(f.Name))
	} else {
		f.set(Internal, RuleInternal, "", f.operationName(f.Name))
	}
	if f.Kind == Event && b.source == "azure.eventgrid" && f.SpanKind == KindClient && b.has(sHost) {
		f.Step, f.Role = Call, Producer // it pushes to its subscriber, who need not send spans
	}
	if f.Step == Call || f.Step == Send || f.Step == Receive || f.Step == Settle || f.Step == Schedule {
		f.PeerService, f.Host = cut(b.text(sPeer), maxName), hostOf(b)
		if f.PeerService == "" && b.has(sUpstream) {
			f.PeerService = upstream(b.text(sUpstream))
		}
	}
	if f.Kind == API && gateway(b, f) {
		f.Role = Gateway
	}
	if b.has(sHopKind) {
		f.override(b)
	}
}

func (f *Facts) set(k Kind, rule, system, operation string) {
	f.Kind, f.Rule, f.System, f.Operation = k, rule, cut(system, maxName), cut(operation, maxName)
}

// override takes the kind that the span itself states, as spans made from logs
// do, and what follows from the span kind for the rest.
func (f *Facts) override(b *bag) {
	k, err := ParseKind(b.text(sHopKind))
	if err != nil || k == f.Kind {
		return
	}
	f.Rule, f.Kind = RuleOverride, k
	f.Destination, f.Workflow, f.Step, f.Role = "", "", NoStep, NoRole
	switch k {
	case API:
		f.apiSide(b)
	case Event, Queue:
		f.step(b)
		f.messageSide()
		f.Destination = f.operationName(b.text(sDest))
	case Workflow:
		f.stepByKind()
		f.Workflow = f.operationName(b.text(sWorkflowName))
	case DB:
		f.Step, f.Role = Call, Caller
	}
}

// gateway reports whether a gateway sent the span: its errors mostly are what
// others said.
func gateway(b *bag, f *Facts) bool {
	if b.gateway || b.source == "azure.apim" || b.has(sComponent) && b.text(sComponent) == "proxy" {
		return true
	}
	return f.Scope == "envoy" || f.Scope == "nginx" || strings.HasPrefix(f.Scope, "kong")
}

// operationName is a span name with bounded cardinality.
func (f *Facts) operationName(s string) string { return f.block.template(s, false) }

// hostOf is the host that the span talks to, without port.
func hostOf(b *bag) string {
	if b.has(sHost) {
		if h := hostOnly(b.text(sHost)); h != "" {
			return h
		}
	}
	if b.has(sURL) {
		host, _ := splitURL(b.text(sURL))
		return hostOnly(host)
	}
	return ""
}

// hostOnly drops scheme, credentials, path and port.
func hostOnly(s string) string {
	if strings.Contains(s, "://") {
		s, _ = splitURL(s)
	}
	s = strings.TrimPrefix(s, "/") // Java writes addresses as "/10.0.0.1:80"
	if i := strings.IndexByte(s, '/'); i >= 0 {
		s = s[:i]
	}
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	if strings.HasPrefix(s, "[") {
		if i := strings.IndexByte(s, ']'); i > 0 {
			return s[1:i]
		}
	}
	if i := strings.IndexByte(s, ':'); i >= 0 && strings.LastIndexByte(s, ':') == i {
		s = s[:i]
	}
	return cut(s, maxName)
}

// splitURL parts an absolute URL into authority and path with query. Without a
// scheme everything is path.
func splitURL(s string) (authority, path string) {
	i := strings.Index(s, "://")
	if i < 0 {
		return "", s
	}
	s = s[i+3:]
	if i = strings.IndexAny(s, "/?#"); i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// upstream is the service behind a mesh's cluster name, such as
// "outbound|8080||orders.shop.svc.cluster.local".
func upstream(s string) string {
	if i := strings.LastIndexByte(s, '|'); i >= 0 {
		s = s[i+1:]
		if i = strings.IndexByte(s, '.'); i > 0 {
			s = s[:i]
		}
	}
	return cut(s, maxName)
}
