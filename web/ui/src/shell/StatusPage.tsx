import { useEffect } from 'preact/hooks';
import { health, status } from '../data/status.ts';
import { bytes, count, duration } from '../parts/format.ts';
import { Bones } from '../parts/Trouble.tsx';

function figure(value: number, unit: string): string {
  if (unit === 'ns') return duration(value);
  if (unit === 'bytes' || unit === 'B') return bytes(value);
  const text =
    Number.isInteger(value) || value >= 1000 ? count(Math.round(value)) : value.toFixed(value < 10 ? 2 : 1);
  return unit ? `${text} ${unit}` : text;
}

const words = (name: string) => name.replace(/_/g, ' ');

/** How Baton itself is: the page to look at when the other pages look wrong. */
export default function StatusPage() {
  useEffect(() => {
    document.title = 'Status · Baton';
  }, []);
  const s = status.value;
  const { level, title } = health.value;
  return (
    <div class="page flow-page">
      <div class="title-row">
        <h1>Status</h1>
        <span class="health" data-level={level}>
          <span class="dot" />
          {title}
        </span>
        <span class="grow" />
        {s && (
          <span class="muted num">
            Baton {s.version}, up {duration(s.uptime_ns)}
          </span>
        )}
      </div>
      {!s ? (
        <div class="card">
          <Bones rows={6} height={40} />
        </div>
      ) : (
        <div class="status-grid">
          <section class="card" aria-labelledby="parts-title">
            <div class="card-head">
              <h2 id="parts-title">Parts</h2>
            </div>
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Part</th>
                  <th scope="col">State</th>
                  <th scope="col" class="r">
                    Behind
                  </th>
                </tr>
              </thead>
              <tbody>
                {s.parts.map((p) => (
                  <tr key={p.name}>
                    <td>
                      <strong>{words(p.name)}</strong>
                      {p.detail && <div class="muted">{p.detail}</div>}
                    </td>
                    <td>
                      <span
                        class="health"
                        data-level={p.state === 'ok' ? 'ok' : p.state === 'away' ? 'bad' : 'warn'}
                      >
                        <span class="dot" />
                        {p.state}
                      </span>
                    </td>
                    <td class="r num">{p.lag_ns === undefined ? '–' : duration(p.lag_ns)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section class="card" aria-labelledby="figures-title">
            <div class="card-head">
              <h2 id="figures-title">Figures</h2>
            </div>
            <table class="table">
              <tbody>
                {s.figures.map((f) => (
                  <tr key={f.name}>
                    <td>{words(f.name)}</td>
                    <td class="r num">{figure(f.value, f.unit)}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section class="card" aria-labelledby="hot-title">
            <div class="card-head">
              <h2 id="hot-title">Values too common to join by</h2>
            </div>
            {s.hot_values.length === 0 && <p class="side-note muted">None. Every correlation value joins.</p>}
            <table class="table">
              <tbody>
                {s.hot_values.map((h) => (
                  <tr key={h.key + h.value}>
                    <td class="mono">
                      {h.key}={h.value}
                      <div class="muted">{h.reason}</div>
                    </td>
                    <td class="r num">{count(h.segments)} segments</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <section class="card" aria-labelledby="caps-title">
            <div class="card-head">
              <h2 id="caps-title">Limits and ownership</h2>
            </div>
            {s.caps.length === 0 && <p class="side-note muted">No limit was reached.</p>}
            <table class="table">
              <tbody>
                {s.caps.map((c) => (
                  <tr key={c.name}>
                    <td>{words(c.name)}</td>
                    <td class="r num">
                      {count(c.hits)} times over {count(c.limit)}
                    </td>
                  </tr>
                ))}
                <tr>
                  <td>
                    Ownership
                    <div class="muted">{s.ownership.files.join(', ') || 'no file (BATON_OWNERSHIP)'}</div>
                    {s.ownership.error && <div class="err-text">{s.ownership.error}</div>}
                  </td>
                  <td class="r num">
                    {count(s.ownership.teams)} teams, {count(s.ownership.rules)} rules
                  </td>
                </tr>
              </tbody>
            </table>
          </section>
        </div>
      )}
    </div>
  );
}
