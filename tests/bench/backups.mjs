// What only Amber is asked: backups, incrementals, restores, a million rows. `node backups.mjs ROWS ROUNDS` prints JSON.
import { median, seconds } from "./clock.mjs";
import { amber } from "./engines.mjs";

const [rows, rounds] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 3)];
const ROW_BYTES = 120;
const BATCH = 50_000;

const db = amber();
const figures = { rows };

/** Bytes of all objects of a collection. */
const stored = (collection) => {
  const objects = db.cluster.query("storage").buckets.flatMap((bucket) => bucket.objects);
  return objects.filter(({ path }) => path.includes(collection)).reduce((sum, { size_bytes: size }) => sum + Number(size), 0);
};

function fill(table, count) {
  db.run(`CREATE TABLE ${table} (id INT PRIMARY KEY, balance INT, payload TEXT)`);
  for (let at = 0; at < count; at += BATCH) {
    const to = Math.min(at + BATCH, count) - 1;
    db.run(`INSERT INTO ${table} SELECT i, i % 1000, repeat('x', 100) FROM generate_series(${at}, ${to}) AS g(i)`);
  }
}

/** The median of some times of the same work. */
const times = async (count, work) => {
  const found = [];
  for (let round = 0; round < count; round += 1) found.push(await seconds(() => work(round)));
  return median(found);
};
/** What an older engine does not know is left out. */
const optional = async (work) => {
  try {
    return await work();
  } catch (cause) {
    console.error(`  left out: ${cause.message}`);
    return undefined;
  }
};

figures.fillRows = rows / (await seconds(() => fill("t", rows)));
figures.fillMemory = db.memory() / 1e6;
const megabytes = (rows * ROW_BYTES) / 1e6;

db.run("BACKUP DATABASE b INTO 'nodelocal://1/warm'");
const full = await times(rounds, (i) => db.run(`BACKUP DATABASE b INTO 'nodelocal://1/full${i}'`));
figures.full = megabytes / full;
const fullBytes = stored("full0");
figures.fullShare = fullBytes / (rows * ROW_BYTES);
const secret = "WITH encryption_passphrase = 'bench'";
figures.encrypted = await optional(async () =>
  megabytes / (await seconds(() => db.run(`BACKUP DATABASE b INTO 'nodelocal://1/secret' ${secret}`))));

// Incrementals: how much changed, and where.
const changes = {
  "0.1 % clustered": `id < ${rows / 1000}`,
  "1 % clustered": `id < ${rows / 100}`,
  "10 % clustered": `id < ${rows / 10}`,
  "0.1 % random": "id % 1000 = 7",
  "1 % random": "id % 100 = 7",
  "10 % random": "id % 10 = 7",
};
figures.incremental = {};
for (const [name, where] of Object.entries(changes)) {
  db.run(`UPDATE t SET balance = balance + 1 WHERE ${where}`);
  // The same changes go into every chain.
  let bytes = 0;
  const took = await times(rounds, (round) => {
    const before = round === 0 ? stored("full0") : 0;
    db.run(`BACKUP DATABASE b INTO LATEST IN 'nodelocal://1/full${round}'`);
    if (round === 0) bytes = stored("full0") - before;
  });
  figures.incremental[name] = { time: took / full, bytes: bytes / fullBytes, kilobytes: bytes / 1000, ms: took * 1000 };
}

// Restores: of a plain chain, of one with revision history, of an encrypted one.
const drop = () => {
  db.run("USE defaultdb");
  db.run("DROP DATABASE b CASCADE");
};
const restore = async (count, from, options = "") => {
  const found = [];
  for (let round = 0; round < count; round += 1) {
    drop();
    found.push(await seconds(() => db.run(`RESTORE DATABASE b FROM LATEST IN 'nodelocal://1/${from}' ${options}`)));
    db.run("USE b");
  }
  return megabytes / median(found);
};
figures.restore = await restore(rounds, "full0");
const history = "INTO LATEST IN 'nodelocal://1/history' WITH revision_history";
db.run(`BACKUP DATABASE b ${history.replace("LATEST IN ", "")}`);
db.run(`UPDATE t SET balance = 0 WHERE id < ${rows / 10}`);
db.run(`BACKUP DATABASE b ${history}`);
figures.restoreHistory = await restore(1, "history");
if (figures.encrypted) figures.restoreEncrypted = await optional(() => restore(1, "secret", secret));
figures.endMemory = db.memory() / 1e6;
console.log(JSON.stringify(figures));
process.exit(0);
