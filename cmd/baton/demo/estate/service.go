package estate

import (
	"fmt"
	"hash/fnv"

	"github.com/baton-observability/baton/cmd/baton/demo/sim"
	"github.com/baton-observability/baton/cmd/baton/demo/wire"
)

// Service is one deployed program of the estate. Its language decides which instrumentation scopes and spellings its
// spans carry, as it would in a real company.
type Service struct {
	Name     string
	language string
	version  string
	pods     int
	first    int // number of its first process
	port     int64
}

// services is the whole estate. External parties are not here: they emit no spans.
var services = []*Service{
	{Name: "api-gateway", language: "envoy", version: "1.31.2", pods: 2, port: 8443},
	{Name: "order-api", language: "java", version: "4.18.0", pods: 3, port: 8080},
	{Name: "customer-api", language: "java", version: "2.7.3", pods: 2, port: 8080},
	{Name: "fraud-scoring", language: "python", version: "0.44.1", pods: 2, port: 50051},
	{Name: "inventory-service", language: "go", version: "3.2.0", pods: 2, port: 50051},
	{Name: "billing-worker", language: "dotnet", version: "5.1.9", pods: 2, port: 8080},
	{Name: "payment-worker", language: "dotnet", version: "5.1.9", pods: 2, port: 8080},
	{Name: "psp-adapter", language: "java", version: "1.12.4", pods: 2, port: 8080},
	{Name: "ledger-service", language: "java", version: "6.0.1", pods: 2, port: 8080},
	{Name: "order-projector", language: "go", version: "1.9.0", pods: 1, port: 8080},
	{Name: "loyalty-service", language: "python", version: "0.9.0", pods: 1, port: 8080},
	{Name: "fulfilment-starter", language: "go", version: "2.4.0", pods: 1, port: 8080},
	{Name: "fulfilment-worker", language: "go", version: "2.4.0", pods: 2, port: 8080},
	{Name: "warehouse-worker", language: "go", version: "7.3.2", pods: 2, port: 8080},
	{Name: "notification-service", language: "python", version: "3.0.5", pods: 2, port: 8080},
	{Name: "refund-api", language: "dotnet", version: "1.6.0", pods: 2, port: 8080},
	{Name: "refund-orchestrator", language: "dotnet", version: "1.6.0", pods: 2, port: 8080},
	{Name: "document-checker", language: "dotnet", version: "2.2.2", pods: 2, port: 8080},
	{Name: "account-activator", language: "java", version: "1.3.0", pods: 1, port: 8080},
}

// Fleet is all pods of all services: what an SDK runs in, with a resource and a batch of its own.
var Fleet sim.Fleet

var serviceByName = deploy()

func deploy() map[string]*Service {
	byName := make(map[string]*Service, len(services))
	for _, s := range services {
		byName[s.Name] = s
		s.first = Fleet.Processes()
		for pod := range s.pods {
			Fleet.AddProcess(resourceOf(s, pod))
		}
	}
	return byName
}

var sdkVersions = map[string]string{
	"java": "1.49.0", "dotnet": "1.12.0", "go": "1.36.0", "python": "1.33.1", "envoy": "1.31.2",
}

// resourceOf encodes the resource of one pod. Names and ids are hashes of the service name, so that they are the same
// in every run and look like what Kubernetes makes.
func resourceOf(s *Service, pod int) []byte {
	h := fnv.New64a()
	fmt.Fprintf(h, "%s/%s/%d", s.Name, s.version, pod)
	sum := h.Sum64()
	name := fmt.Sprintf("%s-%09x-%05x", s.Name, sum>>28&0xfffffffff, sum&0xfffff)
	language := s.language
	if language == "envoy" {
		language = "cpp"
	}
	var b []byte
	for _, kv := range [][2]string{
		{"service.name", s.Name},
		{"service.namespace", "shop"},
		{"service.version", s.version},
		{"service.instance.id", fmt.Sprintf("%016x-%d", sum, pod)},
		{"deployment.environment.name", "production"},
		{"host.name", name},
		{"k8s.pod.name", name},
		{"k8s.deployment.name", s.Name},
		{"k8s.namespace.name", "shop"},
		{"k8s.node.name", fmt.Sprintf("aks-pool1-%08d-vmss%06d", 31415926, sum%7)},
		{"cloud.provider", "azure"},
		{"cloud.region", "westeurope"},
		{"telemetry.sdk.name", "opentelemetry"},
		{"telemetry.sdk.language", language},
		{"telemetry.sdk.version", sdkVersions[s.language]},
	} {
		b = wire.Text(b, 1, kv[0], kv[1])
	}
	return b
}
