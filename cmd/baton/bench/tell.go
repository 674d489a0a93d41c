package bench

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/baton-observability/baton/cmd/baton/bench/report"
)

// tell writes the result wherever it was asked for. Wrong answers are an error whatever was asked.
func tell(o *options, r *report.Result, out io.Writer) error {
	r.Judge()
	if o.markdown != "-" {
		if err := r.WriteText(out); err != nil {
			return err
		}
	}
	if o.markdown != "" {
		if err := r.WriteMarkdown(o.markdown, out); err != nil {
			return err
		}
	}
	if o.json != "" {
		b, err := json.MarshalIndent(r, "", "  ")
		if err != nil {
			return fmt.Errorf("result as JSON: %w", err)
		}
		if err := os.WriteFile(o.json, append(b, '\n'), 0o644); err != nil {
			return fmt.Errorf("result as JSON: %w", err)
		}
	}
	if wrong := r.Wrong(); len(wrong) > 0 {
		return fmt.Errorf("the figures are worth nothing, because answers are wrong:\n  %s", strings.Join(wrong, "\n  "))
	}
	if missed := r.Missed(); o.check && len(missed) > 0 {
		return fmt.Errorf("%d of %d %w", len(missed), len(r.Goals), errMissed)
	}
	return nil
}
