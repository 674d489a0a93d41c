package azure

import (
	"fmt"
	"hash/fnv"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// service is one deployed program of the estate, or one managed service of which there are only logs. Its stack decides
// which libraries write its spans, and in which generation of the conventions.
type service struct {
	name      string
	stack     stack
	host      string // under which others call it
	instances int
	first     map[string]int // environment -> number of its first process
}

type stack uint8

const (
	dotnet   stack = iota // App Service, stable conventions
	isolated              // Azure Functions, .NET isolated worker under a .NET host
	java                  // AKS, an agent of 2023: old HTTP and database names
	python                // AKS, OTEL_SEMCONV_STABILITY_OPT_IN=http/dup: both names on one span
	snake                 // Azure Functions in Python, no tracing in the host
	golang                // AKS, today's names
	logs                  // managed: spans made from diagnostic logs
)

// The estate's environments. Production is all there is, but for one fault.
const (
	production = "production"
	staging    = "staging"
)

var (
	gatewayLogs = add("apim-shop", logs, "shop.azure-api.example", 1)
	ordersAPI   = add("orders-api", dotnet, "orders-prod.azurewebsites.net", 3)
	pricingAPI  = add("pricing-api", python, "pricing-api", 2)
	taxAPI      = add("tax-api", python, "tax-api", 2)
	inventory   = add("inventory-api", java, "inventory.internal.shop.example", 2)
	stockFunc   = add("stock-func", isolated, "func-stock.azurewebsites.net", 2)
	storeAPI    = add("store-api", java, "store-api", 1)
	payments    = add("payments-func", isolated, "func-payments.azurewebsites.net", 2)
	fulfilment  = add("fulfilment-func", isolated, "func-fulfilment.azurewebsites.net", 2)
	shipping    = add("shipping-svc", golang, "shipping-svc", 2)
	loyalty     = add("loyalty-func", isolated, "func-loyalty.azurewebsites.net", 1)
	notify      = add("notify-func", snake, "func-notify.azurewebsites.net", 2)
	analytics   = add("analytics-svc", java, "analytics-svc", 1)
	returnsAPI  = add("returns-api", golang, "returns-api", 2)
	returnsWork = add("returns-worker", golang, "returns-worker", 2)
	labels      = add("labels-svc", python, "labels-svc", 1)
	quotesAPI   = add("quotes-api", dotnet, "quotes-prod.azurewebsites.net", 2)
	quotesWork  = add("quotes-worker", golang, "quotes-worker", 1)
	quotesMail  = add("quotes-mailer", python, "quotes-mailer", 1)
	catalogAPI  = add("catalog-api", dotnet, "catalog-prod.azurewebsites.net", 1)
	importFunc  = add("import-func", isolated, "func-import.azurewebsites.net", 1)
	intake      = add("intake-svc", java, "intake-svc", 1)
	invoicing   = add("invoicing-svc", golang, "invoicing-svc", 1)
	ledger      = add("ledger-func", isolated, "func-ledger.azurewebsites.net", 1)
	approval    = add("la-approval", logs, "prod-27.westeurope.logic.azure.com", 1)
	factory     = add("adf-shop", logs, "", 1)
	eventGrid   = add("evgt-orders", logs, "evgt-orders.westeurope-1.eventgrid.azure.net", 1)
	triage      = add("dlq-triage", isolated, "func-dlq.azurewebsites.net", 1)
)

// fleet is every instance of every service in both environments.
var fleet sim.Fleet

func add(name string, st stack, host string, instances int) *service {
	s := &service{name: name, stack: st, host: host, instances: instances, first: map[string]int{}}
	for _, env := range [...]string{production, staging} {
		s.first[env] = fleet.Processes()
		for i := range instances {
			fleet.AddProcess(s.resource(env, i))
		}
	}
	return s
}

// resource encodes what one instance says of itself. Names and ids are hashes, so that they are the same in every run.
func (s *service) resource(env string, instance int) []byte {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s/%d", env, s.name, instance)
	id := fmt.Sprintf("%016x", h.Sum64())
	attrs := [][2]string{{"service.name", s.name}, {"service.namespace", "shop"}, {"cloud.provider", "azure"}, {"cloud.region", "westeurope"}}
	// The old name of the environment is what agents of 2023 write.
	if s.stack == java || s.stack == snake {
		attrs = append(attrs, [2]string{"deployment.environment", env})
	} else {
		attrs = append(attrs, [2]string{"deployment.environment.name", env})
	}
	group := "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/rg-shop/providers/"
	switch s.stack {
	case dotnet:
		attrs = append(attrs, [2]string{"cloud.platform", "azure.app_service"}, [2]string{"cloud.resource_id", group + "Microsoft.Web/sites/" + s.name},
			[2]string{"service.instance.id", id}, [2]string{"telemetry.sdk.language", "dotnet"}, [2]string{"telemetry.sdk.version", "1.12.0"})
	case isolated, snake:
		attrs = append(attrs, [2]string{"cloud.platform", "azure_functions"}, [2]string{"cloud.resource_id", group + "Microsoft.Web/sites/" + s.name},
			[2]string{"faas.instance", id}, [2]string{"service.version", "2026.3.1"}, [2]string{"telemetry.sdk.language", language(s.stack)})
	case logs:
		// Nothing here was traced: these spans are what a mapping makes of diagnostic logs, and this demo simulates them.
		attrs = append(attrs, [2]string{"hop.source", s.source()}, [2]string{"cloud.resource_id", group + s.provider() + s.name},
			[2]string{"azure.resource_group.name", "rg-shop"}, [2]string{"demo.simulated", "diagnostic logs"})
	default:
		attrs = append(attrs, [2]string{"cloud.platform", "azure_aks"}, [2]string{"k8s.deployment.name", s.name}, [2]string{"k8s.namespace.name", "shop"},
			[2]string{"k8s.pod.name", s.name + "-" + id[:9] + "-" + id[9:14]}, [2]string{"service.version", "4.2." + fmt.Sprint(instance)},
			[2]string{"telemetry.sdk.language", language(s.stack)})
	}
	var b []byte
	for _, kv := range attrs {
		b = wire.Text(b, 1, kv[0], kv[1])
	}
	return b
}

func (s *service) source() string {
	switch {
	case s.name == "la-approval":
		return "azure.logicapps"
	case s.name == "adf-shop":
		return "azure.datafactory"
	case s.name == "evgt-orders":
		return "azure.eventgrid"
	}
	return "azure.apim"
}

func (s *service) provider() string {
	switch s.source() {
	case "azure.logicapps":
		return "Microsoft.Logic/workflows/"
	case "azure.datafactory":
		return "Microsoft.DataFactory/factories/"
	case "azure.eventgrid":
		return "Microsoft.EventGrid/topics/"
	}
	return "Microsoft.ApiManagement/service/"
}

func language(s stack) string {
	switch s {
	case java:
		return "java"
	case python, snake:
		return "python"
	case golang:
		return "go"
	}
	return "dotnet"
}
