import createClient from 'openapi-fetch';
import type { components, paths } from '../api.gen.ts';

type Schemas = components['schemas'];
export type Flow = Schemas['Flow'];
export type FlowDetail = Schemas['FlowDetail'];
export type FlowList = Schemas['FlowList'];
export type FlowType = Schemas['FlowType'];
export type Facets = Schemas['FlowFacets'];
export type Histogram = Schemas['FlowHistogram'];
export type Culprit = Schemas['Culprit'];
export type Correlation = Schemas['Correlation'];
export type Hop = Schemas['Hop'];
export type Join = Schemas['Join'];
export type Failure = Schemas['Failure'];
export type Team = Schemas['Team'];
export type TeamList = Schemas['TeamList'];
export type TeamDetail = Schemas['TeamDetail'];
export type Endpoint = Schemas['Endpoint'];
export type OwnerExplanation = Schemas['OwnerExplanation'];
export type Ownership = Schemas['Ownership'];
export type Unowned = Schemas['UnownedEndpoint'];
export type OwnerSaying = Schemas['OwnerSaying'];
export type IdleRule = Schemas['IdleRule'];
export type OwnerSource = Schemas['OwnerSource'];
export type OwnerProblem = Schemas['OwnerProblem'];
export type Share = Schemas['Share'];
export type TeamFigures = Schemas['TeamFigures'];
export type Handoff = Schemas['Handoff'];
export type HandoffList = Schemas['HandoffList'];
export type SpanTable = Schemas['SpanTable'];
export type SpanDetail = Schemas['SpanDetail'];
export type FoundSpan = Schemas['FoundSpan'];
export type FoundSpans = Schemas['FoundSpans'];
export type Attribute = Schemas['Attribute'];
export type Status = Schemas['SystemStatus'];
export type FlowQuery = NonNullable<paths['/api/v1/flows']['get']['parameters']['query']>;
export type SpanQuery = NonNullable<paths['/api/v1/spans']['get']['parameters']['query']>;

/** Problem is what the server, or the network, had to say about a request that got no answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    readonly requestId = '',
    readonly remedies: string[] = [],
  ) {
    super(`${title}: ${detail}`);
  }
}

const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? '', fetch: (r) => fetch(r) });

interface Answer<T> {
  data?: T;
  error?: Partial<Schemas['Problem']>;
  response: Response;
}

/** Unwraps an answer, or throws the Problem. An abort is passed on as it is: its caller asked for it. */
async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  let got: Answer<T>;
  try {
    got = await call;
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new Problem(
      0,
      'Baton does not answer',
      'The request did not reach the server. Is `baton serve` running?',
    );
  }
  if (got.response.ok && got.data !== undefined) return got.data;
  const problem = got.error ?? {};
  throw new Problem(
    got.response.status,
    problem.title || `The server answered ${got.response.status}`,
    problem.detail || 'It gave no reason. The log of `baton serve` may say more.',
    problem.request_id ?? '',
    (problem.errors ?? []).map((e) => `${e.field}: ${e.detail} ${e.remedy}`.trim()),
  );
}

export type Window = { from?: string; to?: string; environment?: string };

export const api = {
  flows: (query: FlowQuery, signal: AbortSignal) =>
    answer(client.GET('/api/v1/flows', { params: { query }, signal })),
  histogram: (query: Omit<FlowQuery, 'q' | 'sort' | 'cursor' | 'limit'>, signal: AbortSignal) =>
    answer(client.GET('/api/v1/flows/histogram', { params: { query: { ...query, buckets: 90 } }, signal })),
  facets: (query: Window, signal: AbortSignal) =>
    answer(client.GET('/api/v1/flows/facets', { params: { query }, signal })),
  failures: (query: Window & { team?: string; limit?: number }, signal: AbortSignal) =>
    answer(client.GET('/api/v1/failures', { params: { query }, signal })),
  flow: (id: string, signal: AbortSignal, cursor?: string) =>
    answer(client.GET('/api/v1/flows/{id}', { params: { path: { id }, query: { cursor } }, signal })),
  flowSpans: (id: string, signal: AbortSignal) =>
    answer(client.GET('/api/v1/flows/{id}/spans', { params: { path: { id } }, signal })),
  flowsOfTrace: (trace_id: string, signal: AbortSignal) =>
    answer(client.GET('/api/v1/flows/by-trace/{trace_id}', { params: { path: { trace_id } }, signal })),
  spans: (query: SpanQuery, signal: AbortSignal) =>
    answer(client.GET('/api/v1/spans', { params: { query }, signal })),
  trace: (trace_id: string, signal: AbortSignal) =>
    answer(client.GET('/api/v1/traces/{trace_id}', { params: { path: { trace_id } }, signal })),
  span: (trace_id: string, span_id: string, span_kind: string, signal: AbortSignal) =>
    answer(
      client.GET('/api/v1/traces/{trace_id}/spans/{span_id}', {
        params: { path: { trace_id, span_id }, query: { span_kind } },
        signal,
      }),
    ),
  teams: (query: Window, signal: AbortSignal) =>
    answer(client.GET('/api/v1/teams', { params: { query: { ...query, limit: 1000 } }, signal })),
  team: (id: string, query: Window, signal: AbortSignal) =>
    answer(client.GET('/api/v1/teams/{id}', { params: { path: { id }, query }, signal })),
  teamFigures: (id: string, query: Window & { buckets?: number }, signal: AbortSignal) =>
    answer(client.GET('/api/v1/teams/{id}/figures', { params: { path: { id }, query }, signal })),
  handoffs: (query: Window & { team?: string }, signal: AbortSignal) =>
    answer(client.GET('/api/v1/handoffs', { params: { query }, signal })),
  endpoints: (
    query: {
      owned?: 'true' | 'false';
      team?: string;
      q?: string;
      cursor?: string;
      environment?: string;
      limit?: number;
    },
    signal: AbortSignal,
  ) => answer(client.GET('/api/v1/endpoints', { params: { query: { limit: 100, ...query } }, signal })),
  owner: (id: string, signal: AbortSignal) =>
    answer(client.GET('/api/v1/endpoints/{id}/owner', { params: { path: { id } }, signal })),
  /** Who owned it when, the newest first. */
  ownerHistory: (id: string, signal: AbortSignal) =>
    answer(client.GET('/api/v1/endpoints/{id}/owners', { params: { path: { id } }, signal })),
  ownership: (query: Window, signal: AbortSignal) =>
    answer(client.GET('/api/v1/ownership', { params: { query }, signal })),
  status: (signal: AbortSignal) => answer(client.GET('/api/v1/status', { signal })),
};
