package store

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"go.uber.org/zap/zaptest"

	"github.com/baton-observability/baton/flow"
	"github.com/baton-observability/baton/store/engine"
	"github.com/baton-observability/baton/store/engine/enginetest"
)

func TestMain(m *testing.M) {
	code := enginetest.Main(m)
	if code == 0 {
		if err := goleak.Find(); err != nil {
			println(err.Error())
			code = 1
		}
	}
	os.Exit(code)
}

func ownEngine(t *testing.T) Config {
	t.Helper()
	x, err := flow.NewExtractor(flow.Rules{})
	require.NoError(t, err)
	ec := enginetest.Config(t)
	return Config{Dir: ec.Dir, Engine: ec, Extractor: x, Logger: zaptest.NewLogger(t)}
}

// The store runs its own engine: what one process wrote the next one reads, and
// while the engine is away writes can be tried again and reads say so.
func TestEmbeddedEngineComesAndGoes(t *testing.T) {
	c := ownEngine(t)
	c.Engine.Ephemeral = false
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	s, err := Open(ctx, c)
	require.NoError(t, err)
	insert(t, s, "1", "", order(t)...)
	require.NoError(t, s.Ping(ctx))
	st, err := s.Status(ctx)
	require.NoError(t, err)
	require.True(t, st.Engine.Up)

	require.NoError(t, s.engine.Stop(ctx))
	require.ErrorIs(t, s.Ping(ctx), ErrUnavailable)
	_, err = s.ReadFacts(ctx, "", []flow.TraceID{traceID(1)})
	require.ErrorIs(t, err, ErrUnavailable)
	_, err = s.ListFlows(ctx, FlowQuery{})
	require.ErrorIs(t, err, ErrUnavailable)
	b := s.NewBatch("2")
	for _, td := range order(t) {
		b.Add("", td)
	}
	err = s.Insert(ctx, b)
	require.ErrorIs(t, err, engine.ErrDown)
	require.False(t, IsPoison(err))
	st, err = s.Status(ctx)
	require.ErrorIs(t, err, ErrUnavailable)
	require.False(t, st.Engine.Up)
	require.NoError(t, s.Close(ctx))

	s, err = Open(ctx, c)
	require.NoError(t, err)
	facts, err := s.ReadFacts(ctx, "", []flow.TraceID{traceID(1)})
	require.NoError(t, err)
	require.Len(t, facts, 2)
	require.NoError(t, s.Close(ctx))
}

func TestReadsAreCapped(t *testing.T) {
	s := testStore(t)
	for _, sql := range []string{
		"SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1 SETTINGS max_execution_time = 1",
		"SELECT number FROM numbers(2000000)",
		"SELECT groupArray(toString(number)) FROM numbers(100000000)",
	} {
		rs, err := s.read.Query(context.Background(), sql)
		if err == nil {
			for rs.Next() {
			}
			err = rs.Err()
			_ = rs.Close()
		}
		require.ErrorIs(t, readError("test", err), ErrTooExpensive, sql)
	}
}

func TestReadsStopWithTheirContext(t *testing.T) {
	s := testStore(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	_, err := s.ListFlows(ctx, FlowQuery{})
	require.ErrorIs(t, err, context.Canceled)
}

func TestPoisonIsToldApart(t *testing.T) {
	s := testStore(t)
	c := newTraceColumns()
	c.tenant.Append("")
	err := s.write.send(context.Background(), "no_such_table", "", c.input[:1])
	require.Error(t, err)
	require.False(t, IsPoison(err), "a table can come back, data cannot")
	require.True(t, poisonCode(117))
}

func TestConfigValidate(t *testing.T) {
	x, err := flow.NewExtractor(flow.Rules{})
	require.NoError(t, err)
	for _, tt := range []struct {
		name   string
		c      Config
		remedy string
	}{
		{"no extractor", Config{Dir: "x"}, "extractor"},
		{"no place", Config{Extractor: x}, "data folder or the DSN"},
		{"short retention", Config{Extractor: x, Dir: "x", Retention: time.Hour}, "at least 24h"},
		{"negative disk", Config{Extractor: x, Dir: "x", MaxDisk: -1}, "0 for none"},
		{"HTTP DSN", Config{Extractor: x, DSN: "http://localhost:8123"}, "native protocol"},
		{"garbage DSN", Config{Extractor: x, DSN: "://"}, "the store's DSN"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Open(context.Background(), tt.c)
			require.ErrorContains(t, err, tt.remedy)
		})
	}
}
