package flow

import (
	"strings"
	"testing"

	"go.opentelemetry.io/collector/pdata/pcommon"
	"go.opentelemetry.io/collector/pdata/ptrace"
)

func TestNever(t *testing.T) {
	const hex = "0af7651916cd43dd8448eb211c80319c"
	for _, c := range []struct {
		never, service  string
		keys            string
		links, messages bool
	}{
		{never: "", service: "a", keys: "correlation.id=" + hex + " trace=" + hex + " order.id=7", links: true, messages: true},
		{never: "x-correlation-id", service: "a", keys: "order.id=7", links: true, messages: true},
		{never: "correlation.id=" + hex[:4] + "*", service: "a", keys: "order.id=7", links: true, messages: true},
		{never: "correlation.id=other*", service: "a", keys: "correlation.id=" + hex + " trace=" + hex + " order.id=7", links: true, messages: true},
		{never: "order.id@b", service: "a", keys: "correlation.id=" + hex + " trace=" + hex + " order.id=7", links: true, messages: true},
		{never: "order.id@b", service: "b", keys: "correlation.id=" + hex + " trace=" + hex, links: true, messages: true},
		{never: "order.id=7", service: "b", keys: "correlation.id=" + hex + " trace=" + hex, links: true, messages: true},
		{never: "link@b", service: "b", keys: "correlation.id=" + hex + " trace=" + hex + " order.id=7", messages: true},
		{never: "message@b", service: "b", keys: "correlation.id=" + hex + " trace=" + hex + " order.id=7", links: true},
	} {
		t.Run(c.never+" "+c.service, func(t *testing.T) {
			r := Rules{Keys: []string{"order.id"}}
			if c.never != "" {
				r.Never = []string{c.never}
			}
			x, err := NewExtractor(r)
			if err != nil {
				t.Fatal(err)
			}
			s := ptrace.NewSpan()
			s.SetTraceID(pcommon.TraceID{1})
			for k, v := range map[string]string{"correlation.id": hex, "order.id": "7", "messaging.system": "kafka", "messaging.destination.name": "q", "messaging.message.id": "m-123456", "messaging.operation.type": "process"} {
				s.Attributes().PutStr(k, v)
			}
			s.Links().AppendEmpty().SetTraceID(pcommon.TraceID{2})
			res := pcommon.NewResource()
			res.Attributes().PutStr("service.name", c.service)
			var f Facts
			x.Span(x.Resource("", res), "", s, &f)
			got := map[string]bool{}
			for _, k := range f.Keys {
				got[k.Name+"="+k.Value] = true
			}
			want := strings.Fields(c.keys)
			for _, k := range want {
				if !got[k] {
					t.Errorf("%s does not join any more", k)
				}
			}
			if len(got) != len(want) {
				t.Errorf("keys %v, want %v", got, want)
			}
			if links := len(f.Links) > 0; links != c.links {
				t.Errorf("links join: %v", links)
			}
			if messages := f.MessageID != 0; messages != c.messages {
				t.Errorf("messages join: %v", messages)
			}
		})
	}
	for _, bad := range []string{"", "=x", "correlation.id=", "order.id@", "link", "message", "link=3@b", "correlation.id=null", strings.Repeat("x", 300)} {
		if _, err := ParseNever(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
	for _, s := range []string{"correlation.id", "correlation.id=a-*", "order.id=7@b", "link@poller"} {
		n, err := ParseNever(s)
		if err != nil || n.String() != s {
			t.Errorf("%q is %q, %v", s, n.String(), err)
		}
	}
}
