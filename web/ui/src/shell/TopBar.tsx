import { useLocation } from 'preact-iso';
import { health } from '../data/status.ts';
import { carry, useQuery } from '../data/url.ts';
import { Icon, Logo } from '../parts/icons.tsx';
import { openHelp } from './Help.tsx';
import { nextTheme, theme } from './theme.ts';

const themeIcon = { auto: 'auto', light: 'sun', dark: 'moon' } as const;
const themeWord = { auto: 'as the system', light: 'light', dark: 'dark' } as const;

function Tab({ to, text, here }: { to: string; text: string; here: boolean }) {
  const { query } = useQuery();
  return (
    <a href={carry(to, query)} aria-current={here ? 'page' : undefined} data-text={text}>
      <span>{text}</span>
    </a>
  );
}

export function TopBar() {
  const { path } = useLocation();
  const { query } = useQuery();
  const { level, title } = health.value;
  return (
    <header class="topbar">
      <a class="brand" href={carry('/', query)} aria-label="Baton, flows">
        <Logo />
        <span>Baton</span>
      </a>
      <nav class="nav" aria-label="Pages">
        <Tab
          to="/"
          text="Flows"
          here={path === '/' || path.startsWith('/flows') || path.startsWith('/traces')}
        />
        <Tab to="/spans" text="Spans" here={path.startsWith('/spans')} />
        <Tab to="/teams" text="Teams" here={path.startsWith('/teams') || path.startsWith('/handoffs')} />
        <Tab to="/ownership" text="Ownership" here={path.startsWith('/ownership')} />
      </nav>
      <div class="grow" />
      <a class="health" href="/status" data-level={level} title={title}>
        <span class="dot" />
        <span class="label">
          <span class="sr">Status: </span>
          {level === 'ok' ? 'All well' : level === 'unknown' ? 'Status' : title}
        </span>
      </a>
      <button
        type="button"
        class="btn quiet icon"
        onClick={nextTheme}
        title={`Theme: ${themeWord[theme.value]}`}
        aria-label={`Theme: ${themeWord[theme.value]}. Change`}
      >
        <Icon name={themeIcon[theme.value]} />
      </button>
      <button
        type="button"
        class="btn quiet icon help-btn"
        onClick={openHelp}
        title="Keyboard (?)"
        aria-label="Keyboard help"
      >
        ?
      </button>
    </header>
  );
}

/** Tells on every page when what is shown cannot be trusted. */
export function Banner() {
  const { level, title, detail } = health.value;
  if (level !== 'warn' && level !== 'bad') return null;
  return (
    <div class={`banner ${level}`} role="status">
      <Icon name="alert" />
      <span class="clip grow" title={detail}>
        <strong>{title}.</strong> {detail}
      </span>
      <a class="link" href="/status">
        Status
      </a>
    </div>
  );
}
