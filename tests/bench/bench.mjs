// Speeds and sizes, peers beside them in the same run: `cargo xtask bench` builds what this needs and calls it.
//
//   node tests/bench/bench.mjs [--quick] [--cpu] [--rounds N]
//
// Each engine runs in a process of its own. Figures are medians of their rounds, taken inside the engine's thread. `--cpu`
// counts processor time, for a machine that has other work. Goals stand in the table: a figure within 35 % of its goal is
// undecided (≈) until three runs agree.
import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";
import { brotliCompressSync, constants } from "node:zlib";
import { dist, fileOf, isThere, PEERS, tools } from "./engines.mjs";

const args = process.argv.slice(2);
const quick = args.includes("--quick");
const rounds = Number(args[args.indexOf("--rounds") + 1]) || (quick ? 3 : 9);
const env = { ...process.env, AMBER_BENCH_CLOCK: args.includes("--cpu") ? "cpu" : "wall" };
const here = path.dirname(fileURLToPath(import.meta.url));

function install() {
  for (const [name, spec] of Object.entries(PEERS)) {
    if (isThere(name)) continue;
    try {
      execFileSync("npm", ["install", "--silent", "--no-save", "--no-audit", "--no-fund", "--prefix", tools, ...Object.values(PEERS)], { stdio: "ignore" });
    } catch (cause) {
      console.log(`  no peers from npm here (${cause.message.split("\n")[0]})`);
    }
    break;
  }
  return Object.keys(PEERS).filter(isThere);
}

/** The JSON that a script of this folder prints last. */
function ask(script, ...words) {
  try {
    const heap = script === "backups.mjs" ? ["--max-old-space-size=4096"] : [];
    const out = execFileSync(process.execPath, [...heap, path.join(here, script), ...words.map(String)], { env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 26 });
    return JSON.parse(out.trim().split("\n").at(-1));
  } catch (cause) {
    console.log(`  ${script} ${words.join(" ")} did not answer: ${String(cause.message).split("\n")[0]}`);
    return {};
  }
}

const short = (value) => {
  if (value === undefined || Number.isNaN(value)) return "–";
  if (value >= 10_000) return Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, " ");
  return value >= 100 ? value.toFixed(0) : value >= 1 ? value.toFixed(1) : value.toPrecision(2);
};
const cell = (text, width) => String(text).padStart(width);

/** Ours against a goal: how many times better, and what that means. `less` is for figures that should be small. */
function verdict(ours, goal, less) {
  if (ours === undefined || goal === undefined || !Number.isFinite(goal)) return ["–", " "];
  const ratio = less ? goal / ours : ours / goal;
  return [`${ratio.toFixed(2)}×`, ratio >= 1.35 ? "✓" : ratio >= 0.65 ? (ratio >= 1 ? "✓≈" : "✗≈") : "✗"];
}

function table(title, columns, lines) {
  console.log(`\n  ${title.padEnd(56)}${columns.map((name) => cell(name, 13)).join("")}${cell("goal", 12)}${cell("reached", 9)}`);
  for (const { work, values, goal, less, says = "" } of lines) {
    const [ratio, mark] = verdict(values[0], goal, less);
    const bound = goal === undefined ? "–" : `${less ? "≤" : "≥"} ${short(goal)}`;
    console.log(`  ${work.padEnd(56)}${values.map((value) => cell(short(value), 13)).join("")}${cell(bound, 12)}${cell(ratio, 9)} ${mark.padEnd(2)} ${says}`);
  }
}

// Sizes.
const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 } }).length;
function sizes(peers) {
  const loaded = (folder) => (existsSync(folder) ? readdirSync(folder).filter((name) => /\.(html|js|mjs|css|svg|wasm)$/.test(name)).map((name) => path.join(folder, name)) : []).filter((file) => statSync(file).isFile());
  const sum = (files) => files.reduce(([raw, packed], file) => {
    const bytes = readFileSync(file);
    return [raw + bytes.length / 1000, packed + brotli(bytes) / 1000];
  }, [0, 0]);
  const engine = sum(loaded(path.join(dist, "engine")));
  const page = sum(loaded(dist));
  const line = (work, [raw, packed], goal, says) => ({ work, values: [packed, raw], goal, less: true, says });
  const lines = [
    line("engine: wasm and its glue", engine, 400, "first stage 250"),
    line("page: all else that is loaded", page, 120),
    line("together", [engine[0] + page[0], engine[1] + page[1]], 580, "in the end 400"),
  ];
  const files = {
    "sql.js": () => ["sql-wasm.js", "sql-wasm.wasm"].map((name) => fileOf("sql.js", `dist/${name}`)),
    "sqlite-wasm": () => ["index.mjs", "sqlite3.wasm"].map((name) => fileOf("sqlite-wasm", `dist/${name}`)),
  };
  for (const [name, list] of Object.entries(files)) if (peers.includes(name)) lines.push(line(name, sum(list())));
  table("size, kB", ["brotli", "raw"], lines);
}

/** Rates of every engine, with goals that hang on the peers of this run. */
function rates(peers) {
  const names = ["amber", ...peers];
  const all = Object.fromEntries(names.map((name) => [name, ask("rates.mjs", name, rounds)]));
  const of = (name, key, factor = 1) => (all[name]?.[key] === undefined ? undefined : all[name][key] * factor);
  const line = (work, key, goal, says, less) => ({ work, values: names.map((name) => of(name, key)), goal, says, less });
  table("in the engine's thread", names, [
    line("INSERT, one row a statement, rows/s", "insert1", of("pglite", "insert1", 5), `in the end sqlite-wasm's`),
    line("INSERT, 100 rows a statement, rows/s", "insert100", of("pglite", "insert100", 2), `in the end ${short(of("sqlite-wasm", "insert100", 0.7))}`),
    line("point SELECT by key, /s", "select", of("sqlite-wasm", "select", 2)),
    line("UPDATE by key, /s", "update", of("sqlite-wasm", "update")),
    line("COUNT and SUM over 100 000 rows, M rows/s", "scan", of("sqlite-wasm", "scan", 0.5), `in the end ${short(of("sqlite-wasm", "scan"))}`),
    line("join of 100 000 by 100 000 rows, ms", "join", of("pglite", "join", 2), "no goal set: twice PGlite's is not quadratic", true),
    line("memory after 100 000 rows, wasm MB", "memory", 40, "", true),
    line("parse alone: point SELECT, µs", "parseSelect", undefined, "", true),
    line("parse alone: INSERT of 100 rows, µs", "parseInsert", undefined, "", true),
  ]);
  return { dump: of("pglite", "dump"), load: of("pglite", "load"), sqliteLoad: of("sqlite-wasm", "load"), all, names };
}

function backups(peer, rows) {
  const found = ask("backups.mjs", rows, Math.min(rounds, 3));
  const beside = (key) => peer.names.slice(1).map((name) => peer.all[name]?.[key]);
  const none = peer.names.slice(1).map(() => undefined);
  const line = (work, value, goal, says, others = none, less = false) => ({ work, values: [value, ...others], goal, says, less });
  table(`backups of ${short(rows)} rows (peers: dump and load of 100 000)`, peer.names, [
    line("INSERT … SELECT generate_series, rows/s", found.fillRows),
    line("memory with all rows, wasm MB", found.fillMemory, 1074, "", none, true),
    line("full backup, Snappy, logical MB/s", found.full, peer.dump && 2 * peer.dump, "", beside("dump")),
    line("full backup, encrypted, logical MB/s", found.encrypted, 70),
    line("restore, logical MB/s", found.restore, peer.load && 8 * peer.load, `in the end ${short(peer.sqliteLoad && 0.3 * peer.sqliteLoad)}`, beside("load")),
    line("restore of a chain with revision history, MB/s", found.restoreHistory),
    line("restore of an encrypted backup, MB/s", found.restoreEncrypted),
    line("memory after all that, wasm MB", found.endMemory, undefined, "", none, true),
  ]);
  // The goals speak of a million rows: of fewer, what a statement costs by itself is too large a part.
  const goals = rows >= 1_000_000 ? { "1 % clustered": 0.02, "1 % random": 0.05 } : {};
  const lines = Object.entries(found.incremental ?? {}).map(([name, { time, bytes, kilobytes, ms }]) => ({
    work: `incremental, ${name} changed`,
    values: [time * 100, bytes * 100, ms, kilobytes],
    goal: goals[name] && goals[name] * 100,
    less: true,
    says: goals[name] ? `bytes ≤ 1.2 % and 16 kB: ${kilobytes <= 0.012 * (kilobytes / bytes) + 16 ? "✓" : "✗"}` : "",
  }));
  const part = found.incremental ?? {};
  for (const how of ["clustered", "random"]) {
    const [tenth, one] = [part[`0.1 % ${how}`], part[`1 % ${how}`]];
    if (tenth && one && rows >= 1_000_000) lines.push({ work: `0.1 % ${how} against 1 %, time`, values: [tenth.time / one.time], goal: 0.3, less: true });
  }
  table("incrementals against their full", ["time %", "bytes %", "ms", "kB"], lines);
  return part;
}

function tenfold(large, small) {
  // 1 % of the small table are as many rows as 0.1 % of one ten times as large.
  const lines = ["clustered", "random"].filter((how) => large[`0.1 % ${how}`] && small[`1 % ${how}`]).map((how) => ({
    work: `the same changes in ten times the data, ${how}`,
    values: [large[`0.1 % ${how}`].ms / small[`1 % ${how}`].ms],
    goal: 2,
    less: true,
  }));
  if (lines.length > 0) table("cost follows change, not size", ["times"], lines);
}

function starts() {
  const found = ask("start.mjs", quick ? 3 : 5);
  const peer = found["sql.js"];
  const line = (work, key, goal, says) => ({ work, values: [found[key]], goal, less: true, says });
  table("cold start to the first answer, Chromium, ms", ["ms"], [
    line("an empty page", "empty"),
    line("engine alone", "engine", peer, "sql.js"),
    line("with the page", "page", peer && 1.2 * peer, "1.2 × sql.js"),
    line("sql.js", "sql.js"),
    line("sqlite-wasm", "sqlite-wasm"),
  ]);
}

const peers = install();
console.log(`  medians of ${rounds} rounds, ${env.AMBER_BENCH_CLOCK} time, Node ${process.version}${quick ? ", quick" : ""}`);
sizes(peers);
const peer = rates(peers);
const large = backups(peer, quick ? 100_000 : 1_000_000);
if (!quick) tenfold(large, backups(peer, 100_000));
starts();
