package estate

import (
	"fmt"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
)

// scopeNames says which library instruments what in which language: what a company gets when it switches on the
// agents and packages of each language.
var scopeNames = map[string]map[string][2]string{
	"java": {
		"http.server": {"io.opentelemetry.tomcat-10.0", "2.16.0-alpha"},
		"http.client": {"io.opentelemetry.java-http-client", "2.16.0-alpha"},
		"rpc":         {"io.opentelemetry.grpc-1.6", "2.16.0-alpha"},
		"db":          {"io.opentelemetry.jdbc", "2.16.0-alpha"},
		"kafka":       {"io.opentelemetry.kafka-clients-2.6", "2.16.0-alpha"},
		"rabbitmq":    {"io.opentelemetry.rabbitmq-2.7", "2.16.0-alpha"},
		"servicebus":  {"azure-messaging-servicebus", "7.17.11"},
		"internal":    {"io.opentelemetry.opentelemetry-instrumentation-annotations-1.16", "2.16.0-alpha"},
	},
	"dotnet": {
		"http.server": {"Microsoft.AspNetCore", "9.0.4"},
		"http.client": {"System.Net.Http", "9.0.4"},
		"rpc":         {"OpenTelemetry.Instrumentation.GrpcNetClient", "1.12.0"},
		"db":          {"Npgsql", "9.0.3"},
		"kafka":       {"OpenTelemetry.Instrumentation.ConfluentKafka", "0.1.0"},
		"rabbitmq":    {"RabbitMQ.Client.Publisher", "7.1.2"},
		"servicebus":  {"Azure.Messaging.ServiceBus", "7.19.0"},
		"durable":     {"Microsoft.DurableTask", "1.10.0"},
		"internal":    {"Shop.Domain", "1.0.0"},
	},
	"go": {
		"http.server": {"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "0.61.0"},
		"http.client": {"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp", "0.61.0"},
		"rpc":         {"go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc", "0.61.0"},
		"db":          {"github.com/XSAM/otelsql", "0.38.0"},
		"kafka":       {"github.com/twmb/franz-go/plugin/kotel", "1.5.0"},
		"rabbitmq":    {"shop/amqp", "1.0.0"},
		"temporal":    {"temporal-sdk-go", "1.34.0"},
		"internal":    {"shop/domain", "1.0.0"},
	},
	"python": {
		"http.server": {"opentelemetry.instrumentation.fastapi", "0.54b1"},
		"http.client": {"opentelemetry.instrumentation.httpx", "0.54b1"},
		"rpc":         {"opentelemetry.instrumentation.grpc", "0.54b1"},
		"db":          {"opentelemetry.instrumentation.psycopg", "0.54b1"},
		"kafka":       {"opentelemetry.instrumentation.confluent_kafka", "0.54b1"},
		"rabbitmq":    {"opentelemetry.instrumentation.pika", "0.54b1"},
		"internal":    {"shop.domain", "1.0.0"},
	},
	"envoy": {
		"http.server": {"envoy", "1.31.2"},
		"http.client": {"envoy", "1.31.2"},
	},
}

// scopeOf answers the scope in which a language's instrumentation of a technology writes.
func scopeOf(language, technology string) sim.Scope {
	n, ok := scopeNames[language][technology]
	if !ok {
		panic(fmt.Sprintf("estate: no %s instrumentation for %s", technology, language))
	}
	return Fleet.ScopeOf(n[0], n[1])
}
