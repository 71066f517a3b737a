// Types of what the engine answers. Times are nanoseconds since 1970-01-01 UTC as decimal strings, since they exceed 2^53; so are
// the numbers of jobs. Values of rows are in their SQL text form; null is NULL.

export type Nanos = string;

export interface Options {
  /** `bank` (the default) or `empty`. */
  scenario?: string;
  /** `21.2` (the default) or `26.2`. */
  version?: string;
  /** Decimal. */
  seed?: string;
  start?: Nanos;
}

export interface Column { name: string; type: string }
export interface Notice { severity: string; code: string; message: string; hint: string | null; detail: string | null }
export interface CauseMark { at: Nanos; kind: "chain_end" | "threshold" | "protection" | "wanted" | "now"; words: string }
export interface CauseAxis { from: Nanos; to: Nanos; gone_before: Nanos | null; marks: CauseMark[] }
export interface Remedy { title: string; words: string; lines: string[] }
export interface Cause {
  title: string; text: string; culprit: string | null; axis: CauseAxis | null; remedies: Remedy[]; why: string;
}
export interface SqlError {
  code: string; message: string; detail: string | null; hint: string | null;
  /** Bytes from 1. */
  position: number | null;
  cause: Cause | null;
}
export interface StatementResult {
  n: number; sql: string; at: Nanos; took: Nanos; tag: string | null; columns: Column[]; rows: (string | null)[][];
  notices: Notice[]; error: SqlError | null; lines: string[]; jobs: string[];
}

export interface Prompt {
  user: string; host: string; database: string; txn: string; cluster: string; nodes_live: number; nodes: number;
}
export interface Clock {
  now: Nanos; logical: number; start: Nanos; policy: "auto" | "manual"; scenario: string; seed: string; version: string;
  branch: string; inputs: number; events: number; next_due: Nanos | null; prompt: Prompt;
}

export type ChainState = "healthy" | "torn" | "broken" | "damaged";
export interface Layer {
  kind: "full" | "incremental"; start: Nanos; end: Nanos; finished: Nanos; size_bytes: number; rows: number;
  index_entries: number; files: number; revision_history: boolean; restorable_from: Nanos; path: string;
  job_id: string | null; fault: string | null;
}
export interface Attempt { at: Nanos; code: string; message: string; job_id: string | null; cause: Cause | null }
export interface Chain {
  subdir: string; target: string; target_words: string; is_latest: boolean; encrypted: boolean; layers: Layer[];
  state: ChainState; extendable_until: Nanos | null; culprit: string | null; ttl_secs: number | null; words: string;
  restore_words: string; restorable: boolean; attempts: Attempt[];
}
export interface Collection { name: string; uri: string; words: string; latest: string | null; chains: Chain[] }
export interface GcEdge {
  target: string; table: string; ttl_secs: number; readable_since: Nanos; threshold: Nanos; next_visit: Nanos | null;
  held_by: string | null; words: string;
}
export interface Protection { id: string; at: Nanos; target: string; job_id: string | null; words: string }
export interface Writes { words: string; start: Nanos; step: Nanos; puts: number[]; deletes: number[] }
export interface ForecastMark {
  at: Nanos; kind: "scheduled_full" | "scheduled_incremental" | "chain_ends" | "gc_passes"; collection: string | null;
  words: string;
}
export interface ChainMap {
  now: Nanos; start: Nanos; collections: Collection[]; edges: GcEdge[]; protections: Protection[]; writes: Writes;
  forecast: ForecastMark[]; starter: string;
}
export interface RestorePlan {
  at: Nanos; possible: boolean; words: string; layers: string[]; files: number; size_bytes: number; statement: string;
  nearest: Nanos[];
}

export type Tone = "neutral" | "safe" | "warn" | "breaks" | "hold";
export interface AgendaItem {
  due: Nanos; kind: "gc" | "ttl" | "schedule" | "job" | "protection" | "fault" | "other"; title: string;
  subject: string | null; detail: string; consequence: { tone: Tone; words: string } | null; repeats: number;
}
export interface AgendaView { now: Nanos; items: AgendaItem[]; horizon: Nanos; more: number }

export interface StoredObject { path: string; size_bytes: number; modified: Nanos; kind: string }
export interface Bucket { scheme: string; uri: string; size_bytes: number; objects: StoredObject[]; more: number }
export interface StorageView { buckets: Bucket[] }
export interface Section { title: string; columns: string[]; rows: string[][]; more: number }
export interface ObjectView {
  uri: string; size_bytes: number; kind: string; words: string; sound: boolean; sections: Section[]; hex: string[];
}

export interface ClusterNode {
  id: number; locality: string; liveness: string; is_live: boolean; replicas: number; leases: number; size_bytes: number;
}
export interface ClusterRange {
  id: string; start: string; end: string; table: string | null; is_system: boolean; replicas: number[];
  leaseholder: number | null; live_bytes: number; garbage_bytes: number; keys: number; gc_threshold: Nanos; ttl_secs: number;
  next_visit: Nanos | null; available: boolean;
}
export interface ClusterView {
  name: string; id: string; version: string; clusters: string[]; nodes: ClusterNode[]; ranges: ClusterRange[];
  more_ranges: number;
}

export interface Job {
  id: string; kind: string; description: string; user: string; status: string; running_status: string | null;
  permille: number; created: Nanos; finished: Nanos | null; error: string | null; can_pause: boolean; can_resume: boolean;
  can_cancel: boolean; steps: { at: Nanos; words: string }[];
}
export interface JobsView { jobs: Job[]; more: number }

export interface Table {
  id: number; database: string; schema: string; name: string; sql_name: string; kind: string; rows: number | null;
  ttl_secs: number; live_bytes: number; garbage_bytes: number; readable_since: Nanos;
}
export interface TablesView { tables: Table[] }
export interface RowsView {
  table: number; at: Nanos; columns: Column[];
  rows: { key: string; values: (string | null)[]; written: Nanos; versions: number }[]; more: boolean; error: string | null;
}
export interface VersionsView {
  pretty: string; columns: Column[];
  versions: {
    at: Nanos; logical: number; deleted: boolean; values: (string | null)[];
    state: "live" | "history" | "garbage" | "intent"; collectable_at: Nanos | null;
  }[];
  readable_since: Nanos; collected: number;
}

export interface MomentsView {
  branches: { name: string; parent: string | null; forked_at: Nanos; head: Nanos; is_current: boolean }[];
  inputs: { n: number; at: Nanos; text: string }[]; marks: { name: string; at: Nanos }[]; position: number;
}
export interface SimEvent { seq: number; at: Nanos; kind: string; tone: Tone; words: string; job_id: string | null }
export interface EventsView { events: SimEvent[]; next: number }

/** What may be asked, and what is answered: `"chain_map"` → `ChainMap`, `{ rows: … }` → `RowsView`, and so on by name. */
export type Query =
  | "clock" | "chain_map" | "storage" | "cluster" | "jobs" | "tables" | "moments"
  | { restore_plan: { collection: string; subdir?: string | null; at: Nanos } }
  | { agenda: { limit: number } }
  | { object: { bucket: string; path: string } }
  | { rows: { table: number; at?: Nanos | null; limit: number } }
  | { versions: { table: number; key: string } }
  | { events: { since: number; limit: number } };

/** Offsets are UTF-16 units. */
export interface Token {
  start: number; end: number;
  kind: "keyword" | "name" | "string" | "number" | "comment" | "operator" | "placeholder" | "command" | "error";
}
export interface Completions { start: number; end: number; items: { text: string; kind: string; words: string }[] }
