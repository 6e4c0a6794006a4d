// wire.ts - what the admin API answers, as far as the page reads it (GET /openapi.json says it all). What may be absent
// in some configuration is optional here, whatever the document promises: a page must not die of a gap.

export interface Status {
    version: string;
    instance?: string;
    started?: string;
    uptime_seconds?: number;
    listening?: string[];
    serving?: boolean;
    unready?: string[];
    config?: { file?: string; loaded?: string; ok?: boolean; problems?: string[]; checked?: string };
    requests?: {
        total?: number;
        in_flight?: number;
        per_second?: number;
        ok?: number;
        limited?: number;
        failed?: number;
    };
    connections?: number;
    upstreams?: Record<string, string>;
}

// One finished request: the names of the logging plugin's lines.
export interface Request {
    id?: string;
    time: string;
    request_id?: string;
    client_ip?: string;
    method: string;
    path: string;
    route?: string;
    status: number;
    reason?: string;
    caller?: string;
    owner?: string;
    tier?: string;
    upstream?: string;
    target?: string;
    attempts?: number;
    upstream_status?: number;
    cache?: string;
    bytes_received?: number;
    bytes_sent?: number;
    duration_ms?: number;
    gateway_ms?: number;
    upstream_ms?: number;
    complete?: boolean;
    trace_id?: string;
}

export interface Second {
    time: string;
    requests: number;
    per_second?: number;
    ok: number;
    limited: number;
    refused?: number; // other answers from 400 to 499
    failed: number;
    in_flight?: number;
    connections?: number;
    p50_ms?: number | null;
    p95_ms?: number | null;
    p99_ms?: number | null;
    gateway_p50_us?: number | null;
    gateway_p99_us?: number | null;
    bytes_in?: number;
    bytes_out?: number;
    upstreams?: Record<string, { up: number; total: number }>;
    sampled_out?: number;
}

export interface Hello {
    version: string;
    instance?: string;
    interval_ms?: number;
}

export interface Span {
    time: string;
    hour?: string;
    count: number;
    ok?: number;
    limited?: number;
    failed?: number;
    p50_ms?: number | null;
    p99_ms?: number | null;
}

export interface RecentError {
    id?: string;
    timestamp_utc: string;
    request_path: string;
    status_code: number;
    method: string;
    route?: string;
    reason?: string;
    user_id?: string;
    key_id?: string;
    client_ip?: string;
    request_id?: string;
}

export interface Analytics {
    total_requests: number;
    successful_requests: number;
    total_errors: number;
    status_code_counts: Record<string, number>;
    requests_over_time: Span[];
    minutes?: Span[];
    top_endpoints: { request_path: string; count: number }[];
    top_routes?: { route: string; count: number }[];
    top_users: { user_id: string; count: number }[];
    top_blocked?: { client_ip: string; count: number }[];
    recent_errors: RecentError[];
    source?: string;
    since?: string;
}

export interface Figures {
    requests?: number;
    failures?: number;
    mean_ms?: number | null;
    p50_ms?: number | null;
    p95_ms?: number | null;
    p99_ms?: number | null;
}

export interface Breaker {
    state: string;
    since?: string;
    open_for_seconds?: number;
    opened?: number;
}

export interface Target extends Figures {
    address: string;
    weight?: number;
    state: string;
    available?: boolean;
    reason?: string;
    since?: string;
    for_seconds?: number;
    in_flight?: number;
    warmth?: number;
    checks?: { passed: number; failed: number; last?: string; in_a_row?: number };
    latency?: Figures;
    last_check_error?: string;
    ejections?: number;
    breaker?: Breaker;
}

export interface Upstream {
    name: string;
    where?: string;
    panic?: boolean;
    breaker?: Breaker;
    in_flight?: number;
    waiting?: number;
    targets: Target[];
}

export interface Route {
    route: string;
    where?: string;
    [more: string]: unknown;
}

export interface Caller {
    id: string;
    owner?: string | null;
    tier?: string | null;
    requests: number;
    limited?: number;
    failed?: number;
    last_seen?: string;
}

export interface CallerFigures {
    total_requests: number;
    avg_latency?: number | null;
    recent_rate_limited_request_count?: number;
    recent_codes?: number[];
    p50_ms?: number | null;
    p95_ms?: number | null;
    p99_ms?: number | null;
    status_code_counts: Record<string, number>;
    last_seen?: string;
}
