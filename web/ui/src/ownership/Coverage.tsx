import type { Ownership, Share } from '../data/api.ts';
import { count } from '../parts/format.ts';
import { percent } from './findings.ts';

function Meter({ title, what, share }: { title: string; what: string; share: Share }) {
  const missing = share.total - share.owned;
  return (
    <div class="meter">
      <dt>{title}</dt>
      <dd>
        <strong class="num">{percent(share)}</strong>
        <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
          <rect class="meter-all" width="100" height="1" />
          <rect class="meter-owned" width={share.total ? (share.owned / share.total) * 100 : 0} height="1" />
        </svg>
        <span class="soft num">
          {share.total === 0
            ? `no ${what} ${what === 'endpoints' ? 'yet' : 'in this time'}`
            : missing === 0
              ? `all ${count(share.total)} ${what}`
              : `${count(missing)} of ${count(share.total)} ${what} without an owner`}
        </span>
      </dd>
    </div>
  );
}

/** How much of the estate somebody answers for: counted, by what it carries, and by what goes wrong in it. */
export function Coverage({ coverage }: { coverage: Ownership['coverage'] }) {
  return (
    <dl class="card meters">
      <Meter title="Endpoints owned" what="endpoints" share={coverage.endpoints} />
      <Meter title="Traffic owned" what="spans" share={coverage.spans} />
      <Meter title="Failures owned" what="failures" share={coverage.failures} />
    </dl>
  );
}
