package ownership

import (
	"reflect"
	"testing"
	"time"
)

func TestParseSources(t *testing.T) {
	f, err := parseTestdata(t, "testdata/valid/sources.yaml")
	if err != nil {
		t.Fatal(err)
	}
	name := "sources.yaml"
	want := []Spec{
		{Type: "backstage", Name: "backstage catalog/**/catalog-info.yaml", Paths: []string{"catalog/**/catalog-info.yaml"},
			Options: map[string]Value{"annotations": {List: []string{"acme.example/service"}, File: name, Line: 7, Column: 5}}, File: name, Line: 5, Column: 5},
		{Type: "backstage", Name: "company catalogue", URL: "https://backstage.example.com/api/catalog", Token: "${BACKSTAGE_TOKEN}",
			Every: 5 * time.Minute, Options: Options{}, File: name, Line: 8, Column: 5},
		{Type: "codeowners", Name: "codeowners CODEOWNERS, /repos/shop/CODEOWNERS", Paths: []string{"CODEOWNERS", "/repos/shop/CODEOWNERS"},
			Options: map[string]Value{
				"provider": {Text: "gitlab", List: []string{"gitlab"}, File: name, Line: 15, Column: 5},
				"services": {Pairs: []Pair{{"src/cart/", "cart", 17, 7}, {"src/*/", "*", 18, 7}}, File: name, Line: 16, Column: 5},
			}, File: name, Line: 13, Column: 5},
	}
	got := f.Sources()
	for i := range want {
		if i >= len(got) || !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("source %d: got\n%+v\nwant\n%+v", i, got, want[i])
		}
	}
	set, err := New(f)
	if err != nil {
		t.Fatal(err)
	}
	if a := set.Authority(); !reflect.DeepEqual(a, []string{"catalogue", "rule"}) {
		t.Errorf("authority %q", a)
	}
}

// Paths count from the folder of the file that names them.
func TestSourcePathsAreRelativeToTheFile(t *testing.T) {
	f, err := Parse("/etc/baton/ownership.yaml", []byte("sources: [{type: csv, path: [owners.csv, ../b.csv, /c.csv]}]"))
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Sources()[0].Paths, []string{"/etc/baton/owners.csv", "/etc/b.csv", "/c.csv"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
