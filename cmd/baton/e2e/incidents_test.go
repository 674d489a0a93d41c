package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// rightIncidents is how many of the public incidents Baton must name the right service for.
const rightIncidents = 23

// TestIncidents sends labelled incidents of others, each to a tenant of its own and all within a second, and asks of each
// what is broken and whose it is: the first answer must be the service that failed first.
func TestIncidents(t *testing.T) {
	b := serve(t)
	f, err := os.Open(filepath.Join("testdata", "incidents", "truth.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	cases := rows[1:]
	for _, c := range cases {
		sendLines(t, b, c[0], filepath.Join("testdata", "incidents", c[1]))
	}
	var wrong []string
	eventually(t, time.Minute, fmt.Sprintf("%d of %d incidents are explained rightly", rightIncidents, len(cases)), func() error {
		wrong = nil
		for _, c := range cases {
			got, err := firstFailure(b, c[0], c[3], c[4])
			if err != nil {
				return err
			}
			if got != c[2] {
				wrong = append(wrong, fmt.Sprintf("%s: %q, want %q", c[0], got, c[2]))
			}
		}
		if len(cases)-len(wrong) < rightIncidents {
			return fmt.Errorf("%d are wrong: %q", len(wrong), wrong)
		}
		return nil
	})
	t.Logf("%d of %d; %q", len(cases)-len(wrong), len(cases), wrong)
}

func sendLines(t *testing.T, b *baton, tenant, path string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r, err := b.post(lines.Bytes(), "application/json", "X-Scope-OrgID", tenant)
		if err != nil || r.status != http.StatusOK {
			t.Fatal(path, r, err)
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
}

// firstFailure is the service that a tenant's first failure group blames, "" for none.
func firstFailure(b *baton, tenant, from, to string) (string, error) {
	q := url.Values{}
	for field, ns := range map[string]string{"from": from, "to": to} {
		n, err := strconv.ParseInt(ns, 10, 64)
		if err != nil {
			return "", err
		}
		around := map[string]time.Duration{"from": -5 * time.Second, "to": 5 * time.Second}[field]
		q.Set(field, time.Unix(0, n).Add(around).UTC().Format(time.RFC3339))
	}
	req, err := http.NewRequest(http.MethodGet, "http://"+b.web+"/api/v1/failures?"+q.Encode(), nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("X-Scope-OrgID", tenant)
	r, err := do(req)
	if err != nil || r.status != http.StatusOK {
		return "", fmt.Errorf("%v: %v", r, err)
	}
	var list struct {
		Failures []struct{ Culprit struct{ Service string } }
	}
	if err := json.Unmarshal(r.body, &list); err != nil || len(list.Failures) == 0 {
		return "", err
	}
	return list.Failures[0].Culprit.Service, nil
}
