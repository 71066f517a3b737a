// What every engine is asked: rows in, rows out, a dump and a load. One engine a process: `node rates.mjs NAME ROUNDS`
// prints its figures as JSON.
import { median, seconds } from "./clock.mjs";
import { open } from "./engines.mjs";

const [name, rounds] = [process.argv[2], Number(process.argv[3] ?? 5)];
const ROWS = 100_000;
const PAYLOAD = "x".repeat(100);
/** Bytes of a row as people count them: two integers and the payload. */
const ROW_BYTES = 120;

function* batches(from, rows, size) {
  for (let at = from; at < from + rows; at += size) {
    const values = [];
    for (let id = at; id < at + size; id += 1) values.push(`(${id}, ${id % 1000}, '${PAYLOAD}')`);
    yield `INSERT INTO t VALUES ${values.join(", ")}`;
  }
}

const figures = {};
const db = await open(name);
// An engine that answers at once is not made to wait for a promise it did not give.
const all = async (statements) => {
  for (const sql of statements) {
    const answer = db.run(sql);
    if (answer instanceof Promise) await answer;
  }
};
// The first round makes the code hot and is not counted.
const rate = async (count, make) => {
  const found = [];
  for (let round = 0; round <= rounds; round += 1) {
    const statements = make(round);
    const took = await seconds(() => all(statements));
    if (round > 0) found.push(count / took);
  }
  return median(found);
};
const many = (count, make) => (round) => Array.from({ length: count }, (_, i) => make(round * count + i));

await all(["CREATE TABLE t (id INT PRIMARY KEY, balance INT, payload TEXT)"]);
await all(batches(0, ROWS, 100));
figures.memory = db.memory() / 1e6;
const step = name === "pglite" ? 1_000 : 4_000;
figures.insert1 = await rate(step, many(step, (i) => `INSERT INTO t VALUES (${ROWS + i}, ${i % 1000}, '${PAYLOAD}')`));
figures.insert100 = await rate(10_000, (round) => [...batches(1_000_000 + round * 10_000, 10_000, 100)]);
await all([`DELETE FROM t WHERE id >= ${ROWS}`]);
figures.select = await rate(step, many(step, (i) => `SELECT balance FROM t WHERE id = ${(i * 7919) % ROWS}`));
figures.update = await rate(step, many(step, (i) => `UPDATE t SET balance = ${i} WHERE id = ${(i * 7919) % ROWS}`));
figures.scan = (await rate(ROWS * 10, () => Array(10).fill("SELECT count(*), sum(balance) FROM t"))) / 1e6;
await all(["CREATE TABLE u (k INT, v INT)", "INSERT INTO u SELECT id, balance FROM t"]);
figures.join = 1000 / (await rate(1, () => ["SELECT count(*), sum(v) FROM t JOIN u ON t.id = u.k"]));
await all(["DROP TABLE u"]);

const megabytes = (ROWS * ROW_BYTES) / 1e6;
if (db.dump) {
  const [dumps, loads] = [[], []];
  for (let round = 0; round < Math.min(rounds, 3); round += 1) {
    let bytes;
    dumps.push(await seconds(async () => { bytes = await db.dump(); }));
    loads.push(await seconds(() => db.load(bytes)));
  }
  figures.dump = megabytes / median(dumps);
  figures.load = megabytes / median(loads);
}

if (name === "amber") {
  // Parsing alone: a text that fails at its last token, less what a failure costs.
  const failing = async (sql) => {
    const statements = Array.from({ length: 500 }, () => sql);
    const found = [];
    for (let round = 0; round < rounds; round += 1)
      found.push(await seconds(() => statements.forEach((one) => db.cluster.exec(one))));
    return (median(found) / 500) * 1e6;
  };
  const nothing = await failing(")");
  figures.parseSelect = Math.max(0, (await failing("SELECT balance FROM t WHERE id = 12345 )")) - nothing);
  figures.parseInsert = Math.max(0, (await failing([...batches(0, 100, 100)][0] + " )")) - nothing);
}
console.log(JSON.stringify(figures));
process.exit(0);
