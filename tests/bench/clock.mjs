// How long a piece of work takes: by the wall, or, on a machine with other work, by the processor (`--cpu`).
const cpu = process.env.AMBER_BENCH_CLOCK === "cpu";

const now = () => {
  if (!cpu) return performance.now() / 1000;
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

/** The seconds that `work` takes; waits for a promise. */
export const seconds = async (work) => {
  const start = now();
  const answer = work();
  if (answer instanceof Promise) await answer;
  return now() - start;
};

export const median = (numbers) => [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)];
