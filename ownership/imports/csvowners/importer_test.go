package csvowners

import (
	"reflect"
	"strings"
	"testing"

	"github.com/baton-observability/baton/ownership"
)

func run(o ownership.Options, bodies ...string) (*ownership.Catalogue, error) {
	var docs []ownership.Document
	for i, b := range bodies {
		docs = append(docs, ownership.Document{Name: string(rune('a'+i)) + ".csv", Body: []byte(b)})
	}
	return Importer{}.Import(docs, o)
}

func TestImport(t *testing.T) {
	cond := func(pairs ...string) (out []ownership.Condition) {
		for i := 0; i < len(pairs); i += 2 {
			out = append(out, ownership.Condition{Field: pairs[i], Patterns: []string{pairs[i+1]}})
		}
		return out
	}
	claim := func(line int, owner string, match ...string) ownership.Claim {
		return ownership.Claim{Match: cond(match...), Owner: owner, Entity: "row " + string(rune('0'+line)), File: "a.csv", Line: line, Column: 1}
	}
	tests := []struct {
		name, body string
		o          ownership.Options
		claims     []ownership.Claim
		teams      []ownership.Team
	}{
		{"services", "service,team\ncart,shop\n\npay*,payments\n", nil, []ownership.Claim{claim(2, "shop", "service", "cart"), claim(4, "payments", "service", "pay*")},
			[]ownership.Team{{ID: "shop", File: "a.csv", Line: 2, Column: 1}, {ID: "payments", File: "a.csv", Line: 4, Column: 1}}},
		{"semicolons, quotes, spaces, comments and a byte order mark", "\ufeff# owners; of all\n\"Service Name\"; Squad ;Cost\n\"cart; the one\"; shop ;7\n",
			ownership.Options{"columns": {Pairs: []ownership.Pair{{Key: "service name", Value: "service"}, {Key: "squad", Value: "team"}}}},
			[]ownership.Claim{claim(3, "shop", "service", "cart; the one")}, []ownership.Team{{ID: "shop", File: "a.csv", Line: 3, Column: 1}}},
		{"tabs, and unowned on purpose", "topic\trole\towner\nlegacy\tchannel\t\n", nil, []ownership.Claim{claim(2, "", "destination", "legacy", "role", "channel")}, nil},
		{"attributes keep their case", "attr.Cost.Center,team\n42,shop\n", nil, []ownership.Claim{claim(2, "shop", "attr.Cost.Center", "42")}, []ownership.Team{{ID: "shop", File: "a.csv", Line: 2, Column: 1}}},
		{"teams alone, over several rows", "team,team_name,parent,slack,email,runbook\nshop,The Shop,,#shop,,https://wiki.example\nSHOP,,commerce,,shop@x.example,\ncommerce\n", nil, nil,
			[]ownership.Team{{ID: "shop", Name: "The Shop", Parent: "commerce", Runbook: "https://wiki.example", Contacts: map[string]string{"slack": "#shop", "email": "shop@x.example"}, File: "a.csv", Line: 2, Column: 1},
				{ID: "commerce", File: "a.csv", Line: 4, Column: 1}}},
		{"nothing", "", nil, nil, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, err := run(tt.o, tt.body)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(c.Claims, tt.claims) {
				t.Errorf("claims\n%+v\nwant\n%+v", c.Claims, tt.claims)
			}
			if !reflect.DeepEqual(c.Teams, tt.teams) {
				t.Errorf("teams\n%+v\nwant\n%+v", c.Teams, tt.teams)
			}
			if _, err := ownership.NewImport("csv", c); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestImportRefuses(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"no team", "service,squad\na,b", `a.csv:1:1: the table has no column team; name it in the first line, or say what it is called: "columns: {squad: team}"`},
		{"a slip", "servce,team\na,b", `a.csv:1:1: unknown column "servce"; did you mean "service"?`},
		{"a column twice", "team,owner\na,b", `a.csv:1:6: column "team" is there twice; keep one`},
		{"too many fields", "service,team\na,b,c", "a.csv:2:5: the row has 3 fields and the table 2 columns; put a field with a separator in quotes"},
		{"an open quote", "service,team\n\"a,b\n", "is not a table"},
		{"no team in the row", "service,team,slack\n,,#a", "a.csv:2:1: the row names neither a team nor what it owns; fill in its team"},
		{"no web address", "team,runbook\na,javascript:alert(1)", `a.csv:2:3: runbook "javascript:alert(1)" is not a web address`},
		{"two parents", "team,parent\na,b\na,c", `a.csv:3:1: parent of team "a" is "c" here and "b" in a.csv:2; keep one of the two`},
		{"not text", "team\n\xff", "a.csv:2:1: is not UTF-8 text"},
		{"too large", "team\n" + strings.Repeat("#", 10<<20), "a.csv: is larger than 10 MB"},
		{"a long field", "team,service\na," + strings.Repeat("x", 1001), "a.csv:2:3: the field is longer than 1000 bytes"},
		{"a line break", "service,team\na,\"b\nc\"", `a.csv:2:3: the field "b\nc" holds a line break`},
		{"too many rows", "team\n" + strings.Repeat("a\n", maxRows+1), "the table has more than 200000 rows"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := run(nil, tt.body)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %.300v, want %q", err, tt.want)
			}
		})
	}
	if _, err := run(ownership.Options{"columns": {File: "o.yaml", Pairs: []ownership.Pair{{Key: "a", Value: "tema", Line: 2, Column: 3}}}}, "a\n"); err == nil || err.Error() != `o.yaml:2:3: unknown column "tema"; did you mean "team"?` {
		t.Error(err)
	}
}

func FuzzImport(f *testing.F) {
	f.Add([]byte("service,team\ncart,shop\n"), "team")
	f.Add([]byte("\"a;b\";Squad\n\"x\"\"y\";z\n#c\n"), "service")
	f.Fuzz(func(t *testing.T, b []byte, column string) {
		c, err := Importer{}.Import([]ownership.Document{{Name: "f", Body: b}}, ownership.Options{"columns": {File: "o", Pairs: []ownership.Pair{{Key: "squad", Value: column, Line: 1, Column: 1}}}})
		if err != nil {
			for _, p := range err.(ownership.Problems) {
				if p.What == "" || p.Remedy == "" || p.Line == 0 || p.Column == 0 {
					t.Errorf("not fully said: %+v", p)
				}
			}
			return
		}
		for _, cl := range c.Claims {
			if len(cl.Match) == 0 || cl.Line == 0 {
				t.Errorf("%+v", cl)
			}
		}
		if _, err := ownership.NewImport("f", c); err != nil && !strings.Contains(err.Error(), "part of itself") && !strings.Contains(err.Error(), `"[" without`) &&
			!strings.Contains(err.Error(), "is longer than") && !strings.Contains(err.Error(), "lone") && !strings.Contains(err.Error(), "empty range") {
			t.Errorf("what is imported does not compile: %v", err)
		}
	})
}
