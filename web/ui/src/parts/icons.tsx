/** The icons are drawn here, 16 by 16, in the colour of the text around them. */
const shapes = {
  search: 'M7 12.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11zM11 11l3.5 3.5',
  chevron: 'M4 6.5l4 4 4-4',
  right: 'M6 3.5l4.5 4.5L6 12.5',
  left: 'M10 3.5L5.5 8l4.5 4.5',
  close: 'M4 4l8 8M12 4l-8 8',
  copy: 'M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  out: 'M9 2.5h4.5V7M13.5 2.5L7.5 8.5M11 9.5v4H2.5V5h4',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1',
  moon: 'M13.5 9.5A6 6 0 1 1 6.5 2.5a5 5 0 0 0 7 7z',
  auto: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 2v12',
  play: 'M5 3.5v9l7-4.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  alert: 'M8 2L1.5 13.5h13zM8 6.5v3.5M8 11.8v.2',
  target: 'M8 13A5 5 0 1 0 8 3a5 5 0 0 0 0 10zM8 .8v4M8 11.2v4M.8 8h4M11.2 8h4',
  fold: 'M4 10l4-4 4 4M2.5 13h11M2.5 3h11',
  link: 'M6.5 9.5l3-3M7 4.5l1.5-1.5a3 3 0 0 1 4.5 4.5L11.5 9M9 11.5L7.5 13A3 3 0 0 1 3 8.5L4.5 7',
  api: 'M2 8h12M10 4l4 4-4 4M4 5v6',
  event:
    'M8 9.2a1.2 1.2 0 1 0 0-2.4 1.2 1.2 0 0 0 0 2.4zM5 11a4.2 4.2 0 0 1 0-6M11 5a4.2 4.2 0 0 1 0 6M2.8 13a7 7 0 0 1 0-10M13.2 3a7 7 0 0 1 0 10',
  queue: 'M2 5h12v6H2zM6 5v6M10 5v6',
  workflow: 'M2 3h4.5v4H2zM9.5 9H14v4H9.5zM6.5 5H12v4',
  db: 'M3 4c0-1 2.2-2 5-2s5 1 5 2-2.2 2-5 2-5-1-5-2zM3 4v8c0 1 2.2 2 5 2s5-1 5-2V4',
  internal: 'M5 4L2 8l3 4M11 4l3 4-3 4',
  filter: 'M2 3.5h12l-4.5 5v4.5l-3 1V8.5z',
  failed: 'M4.8 4.8l6.4 6.4M11.2 4.8l-6.4 6.4',
  stalled: 'M4.5 2.5h7M4.5 13.5h7M5.5 2.5c0 3 5 3.5 5 5.5s-5 2.5-5 5.5M10.5 2.5c0 3-5 3.5-5 5.5s5 2.5 5 5.5',
  slow: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM8 4.8V8l2.5 2',
  degraded: 'M8 3.5v5.5M8 12v.3',
  completed: 'M3.5 8.5l3 3 6-7',
  running: 'M2.5 8h2M7 8h2M11.5 8h2',
  compensated: 'M3 6h7a3 3 0 0 1 0 6.5H6M5.5 3L2.5 6l3 3',
  rejected: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12zM3.8 3.8l8.4 8.4',
  cancelled: 'M4 8h8',
} as const;

export type IconName = keyof typeof shapes;

export const isIcon = (name: string): name is IconName => Object.hasOwn(shapes, name);

export function Icon({ name, size = 16 }: { name: IconName; size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}

export const KindIcon = ({ kind, size = 14 }: { kind: string; size?: number }) => (
  <Icon name={isIcon(kind) ? kind : 'internal'} size={size} />
);

export function Logo() {
  return (
    <svg
      width="22"
      height="22"
      viewBox="0 0 32 32"
      aria-hidden="true"
      fill="none"
      stroke-width="7"
      stroke-linecap="round"
    >
      <path d="M6 26 15.2 16.8" stroke="#0d9488" />
      <path d="M18 14 26 6" stroke="#f59e0b" />
    </svg>
  );
}
