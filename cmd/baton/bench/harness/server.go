package harness

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/baton-observability/baton/cmd/baton/demo/send"
	"github.com/baton-observability/baton/web"
)

// Server is a running Baton or the floor.
type Server struct {
	*Process
	Dir             string
	Web, GRPC, HTTP string // addresses
	API             API
	floor           bool
}

// passed on from the environment: what changes the price, and where the engine is. Nothing else is, above all no server's DSN.
var passedOn = []string{"BATON_ENGINE_LIB", "BATON_FSYNC", "BATON_MEMORY_LIMIT_MIB", "GOGC", "GOMEMLIMIT", "GOMAXPROCS", "GODEBUG"}

// prepare chooses addresses and a data folder below dir.
func prepare(dir string) (*Server, error) {
	s := &Server{Dir: dir}
	for _, address := range []*string{&s.Web, &s.GRPC, &s.HTTP} {
		var err error
		if *address, err = freeAddress(); err != nil {
			return nil, err
		}
	}
	s.API = NewAPI("http://" + s.Web)
	return s, os.MkdirAll(dir, 0o700)
}

func (s *Server) environment(ownership string) []string {
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.TempDir(), "BATON_LOG_LEVEL=warn",
		"BATON_DATA_DIR=" + filepath.Join(s.Dir, "data"), "BATON_WEB_ENDPOINT=" + s.Web, "BATON_OTLP_GRPC_ENDPOINT=" + s.GRPC,
		"BATON_OTLP_HTTP_ENDPOINT=" + s.HTTP, "BATON_OWNERSHIP=" + ownership}
	for _, name := range passedOn {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// StartBaton runs Baton with everything on and the settings (key=value), and returns when it is healthy.
func StartBaton(ctx context.Context, program, dir, ownership string, settings []string) (*Server, error) {
	s, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "ownership.yaml")
	if err := os.WriteFile(file, []byte(ownership), 0o600); err != nil {
		return nil, fmt.Errorf("ownership file: %w", err)
	}
	args := []string{"serve"}
	for _, x := range settings {
		args = append(args, "--set", x)
	}
	return s, s.start(ctx, program, file, func(ctx context.Context) error {
		var h web.Health
		return s.API.Get(ctx, "/healthz", &h)
	}, args...)
}

// nop is the least that takes the same spans: the same receivers, and nothing behind them.
const nop = `receivers: {otlp: {protocols: {grpc: {endpoint: %q, max_recv_msg_size_mib: 8}, http: {endpoint: %q, max_request_body_size: 8388608}}}}
exporters: {nop: {}}
service:
  pipelines: {traces: {receivers: [otlp], exporters: [nop]}}
  telemetry: {metrics: {level: none}, logs: {level: warn}}
`

// StartFloor runs the floor, and returns when it listens.
func StartFloor(ctx context.Context, program, dir string) (*Server, error) {
	s, err := prepare(dir)
	if err != nil {
		return nil, err
	}
	s.floor = true
	file := filepath.Join(dir, "nop.yaml")
	if err := os.WriteFile(file, fmt.Appendf(nil, nop, s.GRPC, s.HTTP), 0o600); err != nil {
		return nil, fmt.Errorf("configuration of the floor: %w", err)
	}
	return s, s.start(ctx, program, "", func(ctx context.Context) error {
		c, err := (&net.Dialer{}).DialContext(ctx, "tcp", s.GRPC)
		if err != nil {
			return err
		}
		return c.Close()
	}, "serve", "--config", file)
}

func (s *Server) start(ctx context.Context, program, ownership string, ready func(context.Context) error, args ...string) (err error) {
	if s.Process, err = start(program, s.environment(ownership), filepath.Join(s.Dir, "log"), args...); err != nil {
		return err
	}
	deadline := time.Now().Add(time.Minute)
	for {
		problem := ready(ctx)
		if problem == nil {
			return nil
		}
		if err = s.alive(); err == nil && ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		if err == nil && time.Now().After(deadline) {
			err = fmt.Errorf("not ready within a minute: %w; it said:\n%s", problem, s.said())
		}
		if err != nil {
			_ = s.Stop() // the reason is known
			return err
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Endpoint is where a protocol of package send is spoken.
func (s *Server) Endpoint(protocol string) string {
	if protocol == send.GRPC {
		return s.GRPC
	}
	return s.HTTP
}

// engine asks the embedded engine itself, through its socket, for what the API does not say; the answer is tab-separated.
func (s *Server) engine(ctx context.Context, statement string) ([][]string, error) {
	sockets, _ := filepath.Glob(filepath.Join(s.Dir, "data", "*.sock"))
	if len(sockets) == 0 {
		sockets, _ = filepath.Glob(filepath.Join(s.Dir, "data", "*", "*.sock"))
	}
	if len(sockets) == 0 {
		return nil, fmt.Errorf("no socket of the engine in %s", s.Dir)
	}
	transport := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "unix", sockets[0])
	}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://engine/?default_format=TabSeparated", strings.NewReader(statement))
	if err != nil {
		return nil, err
	}
	res, err := (&http.Client{Transport: transport, Timeout: time.Minute}).Do(req)
	if err != nil {
		return nil, fmt.Errorf("the engine: %w", err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the engine answers %s: %s: %w", res.Status, b, err)
	}
	var rows [][]string
	for line := range strings.Lines(string(b)) {
		rows = append(rows, strings.Split(strings.TrimSuffix(line, "\n"), "\t"))
	}
	return rows, nil
}
