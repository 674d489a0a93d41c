package flow

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTemplate(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""},
		{"place order", "place order"},
		{"GET /orders/{id}", "GET /orders/{id}"},
		{"process order 8812771", "process order {id}"},
		{"step 2 of 3", "step 2 of 3"},
		{"orders-7f3a9c2e", "orders-{id}"},
		{"orders-5a0b9e4d-2c8a-4f1e-9d5c-7b9a017d1f3c", "orders-{guid}"},
		{"reply.{5A0B9E4D-2C8A-4F1E-9D5C-7B9A017D1F3C}", "reply.{{guid}}"},
		{"trace 5a0b9e4d2c8a4f1e9d5c7b9a017d1f3c", "trace {guid}"},
		{"export 2026-11-20", "export {date}"},
		{"export 2026-11-20T19:25:04.8Z", "export {date}"},
		{"files/20261120/in", "files/{date}/in"},
		{"mail to jo.doe+x@example.co.uk now", "mail to {email} now"},
		{"ORD-10045", "ORD-{id}"},
		{"ORD10045", "ORD{id}"},
		{"seat K7Q2X9", "seat {id}"},
		{"01ARZ3NDEKTSV4RRFFQ69G5FAV", "{id}"},
		{"token eyJhbGciOiJIUzI1NiJ9", "token {id}"},
		{"base64", "base64"}, {"sha256", "sha256"}, {"log4j", "log4j"}, {"v2", "v2"}, {"oauth2token", "oauth2token"}, {"http2", "http2"},
		{"calculateShippingCostV2", "calculateShippingCostV2"},
		{"feedface decade facade", "feedface decade facade"},
		{"pain.001.001.03", "pain.001.001.03"},
		{"bestellung größe", "bestellung größe"},
		{"订单 123456", "订单 {id}"},
		{"a\nb", "a b"},
		{"bad\xff\xfename", "bad\uFFFDname"},
		{strings.Repeat("x", 151), "{long}"},
	} {
		t.Run(c.in, func(t *testing.T) {
			if got := Template(c.in); got != c.want {
				t.Errorf("Template(%q) = %q, want %q", c.in, got, c.want)
			}
			checkTemplate(t, c.in, Template)
		})
	}
}

func TestTemplatePath(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "/"}, {"/", "/"},
		{"/orders", "/orders"},
		{"/orders/7", "/orders/{id}"},
		{"/orders/7/lines/12", "/orders/{id}/lines/{id}"},
		{"/api/v2/orders?id=7", "/api/v2/orders"},
		{"/login;jsessionid=A1B2#top", "/login"},
		{"/users/jo@example.org", "/users/{email}"},
		{"/files/5a0b9e4d-2c8a-4f1e-9d5c-7b9a017d1f3c.pdf", "/files/{guid}.pdf"},
		{"/claims/CLM-2026-00012", "/claims/CLM-{id}-{id}"},
		{"/b/YWxhZGRpbjpvcGVuc2VzYW1l9Q", "/b/{id}"},
		{"/reports/2026-11-20", "/reports/{date}"},
	} {
		t.Run(c.in, func(t *testing.T) {
			if got := TemplatePath(c.in); got != c.want {
				t.Errorf("TemplatePath(%q) = %q, want %q", c.in, got, c.want)
			}
			checkTemplate(t, c.in, TemplatePath)
		})
	}
}

func TestTemplateCutsAtASeparator(t *testing.T) {
	got := Template(strings.Repeat("alpha beta7 ", 40))
	if len(got) > maxName || !strings.HasSuffix(got, " ") {
		t.Errorf("got %q, want at most %d bytes that end after a word", got, maxName)
	}
}

func TestTemplateDropsHalfAWord(t *testing.T) {
	words := strings.Repeat("word ", 39) // 195 bytes: the letters of the last word would fit, its number not
	if got := Template(words + "ORD12345"); got != words {
		t.Errorf("got %q, want the words that fit", got)
	}
}

func checkTemplate(t *testing.T, in string, template func(string) string) {
	t.Helper()
	once := template(in)
	if twice := template(once); twice != once {
		t.Errorf("not idempotent: %.300q gives %q gives %q", in, once, twice)
	}
	if len(once) > maxName || !utf8.ValidString(once) {
		t.Errorf("%.300q gives %q: %d bytes, valid %v", in, once, len(once), utf8.ValidString(once))
	}
}

func FuzzTemplate(f *testing.F) {
	for _, s := range []string{"GET /orders/10045", "a@b.c-12345-@q", "ab12cd9999zz", "/7-abc", "2026-11-20Tx", "\xff", strings.Repeat("\xb5", 2100) + "00 eeee", "x.12345@b.c", strings.Repeat("a1b2c3/", 60)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checkTemplate(t, s, Template)
		checkTemplate(t, s, TemplatePath)
	})
}

func BenchmarkTemplatePath(b *testing.B) {
	var k block
	b.ReportAllocs()
	for b.Loop() {
		k.path("/orders/10045/lines/5a0b9e4d-2c8a-4f1e-9d5c-7b9a017d1f3c")
	}
}
