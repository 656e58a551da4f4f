import { Listr, ListrLogger, ProcessOutput } from "listr2";

/** Tells what a step is doing now; the latest line is shown. */
export type Tell = (line: string) => void;

/** Runs one step with its progress on standard error: a line that lives on a terminal, plain lines elsewhere. */
export async function step<Result>(title: string, work: (tell: Tell) => Promise<Result>): Promise<Result> {
  const logger = new ListrLogger({ processOutput: new ProcessOutput(process.stderr, process.stderr) });
  const outcome = Promise.withResolvers<Result>();
  const list = new Listr(
    [
      {
        title,
        task: async (_context, task) => {
          let told = "";
          const tell = (line: string) => {
            if (line === told) return;
            told = line;
            task.output = line;
          };
          try {
            outcome.resolve(await work(tell));
          } catch (error) {
            outcome.reject(error);
            // The command prints the error itself, once and whole.
            throw new Error("failed");
          }
        },
      },
    ],
    {
      exitOnError: false,
      registerSignalListeners: false,
      fallbackRendererCondition: () => !process.stderr.isTTY,
      rendererOptions: { logger, showErrorMessage: false },
      fallbackRendererOptions: { logger },
    },
  );
  await Promise.allSettled([list.run(), outcome.promise]);
  return outcome.promise;
}
