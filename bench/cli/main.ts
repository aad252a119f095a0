/** The command line: parses, runs the command, and turns every end into its exit code. */

import { Command, CommanderError } from 'commander';

import { BenchError, ProxyError, UnavailableError, UsageError } from '../errors.ts';
import { packageVersion } from '../programs.ts';
import { bisectCommand } from './bisect.ts';
import { doctorCommand } from './doctor.ts';
import { explainCommand } from './explain.ts';
import { Interruption } from './interruption.ts';
import { listCommand } from './list.ts';
import { measuresHelp, suitesHelp } from './options.ts';
import { runCommand } from './run.ts';
import { setupCommand } from './setup.ts';
import { wordsHelp } from './words.ts';

const EXIT_BENCH_FAILED = 3;
/** Not faults of the program: a disk, a right or a limit of the machine. */
const MACHINE_REFUSES = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EMFILE', 'ENFILE', 'ENOMEM']);

const EXIT_CODES = `
Exit codes:
    0  all as expected
    1  some lane was not as expected; of bisect: no change between the two ends
    2  bad usage or input
    3  the bench failed, noise forbade a verdict or a figure, or nothing could
       be judged
  130  interrupted
`;

function program(interruption: Interruption): Command {
  const root = new Command('unclog')
    .description('Finds the reverse proxy that clogs a stream, and proves the setting that frees it.')
    .version(packageVersion())
    .exitOverride()
    .showHelpAfterError('(unclog --help shows what there is)')
    .addHelpText('after', () => wordsHelp() + measuresHelp() + suitesHelp() + EXIT_CODES)
    .hook('preAction', (_, command) => checkValues(command));
  for (const command of [runCommand, bisectCommand, listCommand, explainCommand, setupCommand, doctorCommand]) {
    const sub = command(interruption);
    sub.exitOverride().showHelpAfterError(`(unclog ${sub.name()} --help shows what there is)`);
    root.addCommand(sub);
  }
  return root;
}

/** An option whose value was left out has swallowed the one after it. A folder of such a name is `./--x`. @throws UsageError */
function checkValues(command: Command): void {
  for (const option of command.options.filter(({ required }) => required)) {
    const values = [command.getOptionValue(option.attributeName())].flat();
    const swallowed = values.find((value) => typeof value === 'string' && value.startsWith('--'));
    if (swallowed !== undefined)
      throw new UsageError(`${option.flags} has no value: what follows it is the option "${String(swallowed)}"`);
  }
}

function complain(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** What went wrong, in words, and the exit code that says so. */
function explainFailure(error: unknown, interruption: Interruption): number {
  if (interruption.reason !== undefined) {
    complain(`unclog: ${interruption.reason}${interruption.leftNothing ? '; nothing was left running' : ''}`);
    return interruption.exitCode;
  }
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof UsageError) {
    complain(`unclog: ${error.message}`);
    return 2;
  }
  if (error instanceof BenchError || error instanceof UnavailableError || error instanceof ProxyError) {
    complain(`unclog: ${error.message}`);
    if (error instanceof ProxyError) complain(`started as: ${error.command}\nits last words:\n${error.log}`);
    if (error instanceof UnavailableError && error.bring !== undefined) complain(`to have it: ${error.bring}`);
    return 3;
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== undefined && MACHINE_REFUSES.has(code)) {
    complain(
      `unclog: this machine refused: ${message}; make room or rights there (TMPDIR names the folder for temporary files)`,
    );
    return EXIT_BENCH_FAILED;
  }
  complain(
    `unclog: a fault in unclog itself, please report it: ${error instanceof Error ? error.stack : String(error)}`,
  );
  return 3;
}

const interruption = new Interruption();
// A reader that has seen enough (`unclog list | head`) is no failure, and changes nothing about the run.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') return;
    process.exitCode = EXIT_BENCH_FAILED;
    if (stream === process.stdout) complain(`unclog: the output cannot be written: ${error.message}`);
    process.on('exit', () => (process.exitCode = EXIT_BENCH_FAILED));
  });
}

try {
  await program(interruption).parseAsync();
} catch (error) {
  process.exitCode = explainFailure(error, interruption);
  // The engine may still be at a pull that nobody waits for: this ends it.
  if (interruption.reason !== undefined) process.exit();
}
