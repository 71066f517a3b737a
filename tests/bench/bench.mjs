// Speeds of the engine in wasm under Node, peers beside it in the same run.
//
//   node tests/bench/bench.mjs [rounds]      after `cargo xtask build`; `cargo xtask bench` does both
//
// Every figure is the median of its rounds. Peers are taken from npm into target/tools where npm is there.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import path from "node:path";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const tools = path.join(root, "target/tools");
const ROUNDS = Number(process.argv[2] ?? 5);
const ROWS = 100_000;
const PAYLOAD = "x".repeat(100);
const SCHEMA = "CREATE TABLE t (id INT PRIMARY KEY, balance INT, payload TEXT)";

const median = (numbers) => numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
const ms = (work) => {
  const start = performance.now();
  work();
  return performance.now() - start;
};
const batches = function* (rows, size, from = 0) {
  for (let at = from; at < from + rows; at += size) {
    const values = [];
    for (let id = at; id < at + size; id += 1) values.push(`(${id}, ${id % 1000}, '${PAYLOAD}')`);
    yield `INSERT INTO t VALUES ${values.join(", ")}`;
  }
};

function amber() {
  const require = createRequire(import.meta.url);
  const { Cluster } = require(path.join(root, "dist/npm/node/engine.js"));
  const cluster = new Cluster({ version: "21.2", scenario: "empty", seed: "1" });
  const run = (sql) => {
    const results = cluster.exec(sql);
    for (const result of results) if (result.error) throw new Error(`${sql.slice(0, 80)}: ${result.error.message}`);
    return results;
  };
  return { name: "amber", run, sim: (line) => cluster.sim(line), memory: () => require(path.join(root, "dist/npm/node/engine.js")).memoryBytes?.() };
}

async function peers() {
  const wanted = ["sql.js@1.13", "@electric-sql/pglite@0.3"];
  try {
    if (!existsSync(path.join(tools, "node_modules/sql.js"))) {
      execFileSync("npm", ["install", "--silent", "--no-save", "--prefix", tools, ...wanted], { stdio: "ignore" });
    }
    const load = createRequire(path.join(tools, "index.js"));
    const sqlJs = await load("sql.js")();
    const db = new sqlJs.Database();
    return [{ name: "sql.js", run: (sql) => db.exec(sql) }];
  } catch (cause) {
    console.log(`  peers are not to be had here (${cause.message.split("\n")[0]})`);
    return [];
  }
}

function rates(engine) {
  const figures = {};
  engine.run(SCHEMA);
  for (const sql of batches(ROWS, 100)) engine.run(sql);
  const count = 5_000;
  const each = (make) => median(Array.from({ length: ROUNDS }, (_, round) => {
    const statements = Array.from({ length: count }, (_, i) => make(round * count + i));
    return (count / ms(() => statements.forEach((sql) => engine.run(sql)))) * 1000;
  }));
  figures["INSERT, one row a statement, rows/s"] = each((i) => `INSERT INTO t VALUES (${ROWS + i}, ${i % 1000}, '${PAYLOAD}')`);
  figures["INSERT, 100 rows a statement, rows/s"] = median(Array.from({ length: ROUNDS }, (_, round) => {
    const statements = [...batches(10_000, 100, 1_000_000 + round * 10_000)];
    return (10_000 / ms(() => statements.forEach((sql) => engine.run(sql)))) * 1000;
  }));
  figures["point SELECT by key, /s"] = each((i) => `SELECT balance FROM t WHERE id = ${(i * 7919) % ROWS}`);
  figures["UPDATE by key, /s"] = each((i) => `UPDATE t SET balance = ${i} WHERE id = ${(i * 7919) % ROWS}`);
  const total = ROWS + ROUNDS * (count + 10_000);
  figures["COUNT and SUM, M rows/s"] = median(Array.from({ length: ROUNDS }, () =>
    total / ms(() => engine.run("SELECT count(*), sum(balance) FROM t")) / 1000));
  return figures;
}

function backups(engine) {
  const figures = {};
  const megabytes = (ROWS * 120) / 1e6;
  engine.run("CREATE DATABASE b");
  engine.run("USE b");
  engine.run(SCHEMA);
  for (const sql of batches(ROWS, 100)) engine.run(sql);
  const full = median(Array.from({ length: ROUNDS }, (_, round) => ms(() => engine.run(`BACKUP DATABASE b INTO 'nodelocal://1/bench${round}'`))));
  figures["full backup, logical MB/s"] = (megabytes / full) * 1000;
  engine.run(`UPDATE t SET balance = balance + 1 WHERE id < ${ROWS / 100}`);
  const incremental = ms(() => engine.run("BACKUP DATABASE b INTO LATEST IN 'nodelocal://1/bench0'"));
  figures["incremental at 1 % clustered change, share of the full's time, %"] = (incremental / full) * 100;
  const restore = median(Array.from({ length: ROUNDS }, () => {
    engine.run("USE defaultdb");
    engine.run("DROP DATABASE b CASCADE");
    return ms(() => engine.run("RESTORE DATABASE b FROM LATEST IN 'nodelocal://1/bench0'"));
  }));
  figures["restore, logical MB/s"] = (megabytes / restore) * 1000;
  return figures;
}

const ours = amber();
const others = await peers();
const table = [ours, ...others].map((engine) => [engine.name, rates(engine)]);
const names = table.map(([name]) => name);
console.log(`  ${"work".padEnd(64)}${names.map((name) => name.padStart(12)).join("")}       ratio`);
for (const key of Object.keys(table[0][1])) {
  const values = table.map(([, figures]) => figures[key]);
  const ratio = values.length > 1 ? (values[0] / values[1]).toFixed(2) : "";
  console.log(`  ${key.padEnd(64)}${values.map((value) => value.toFixed(value < 100 ? 1 : 0).padStart(12)).join("")}${ratio.padStart(12)}`);
}
for (const [key, value] of Object.entries(backups(amber()))) console.log(`  ${key.padEnd(64)}${value.toFixed(1).padStart(12)}`);
