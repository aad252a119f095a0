import { Command } from 'commander';

import { isChain, loadCatalogue, selectChains, selectLanes, type Chain, type Lane } from '../catalogue/catalogue.ts';
import type { ProxyDeclaration } from '../catalogue/declaration.ts';
import { idOf } from '../conformance/requirements.ts';
import { isOfSuite, selectRequirements } from '../conformance/select.ts';
import { chooseDrivers } from '../drivers/choose.ts';
import type { Driver, DriverName } from '../drivers/driver.ts';
import { BenchError, UnavailableError } from '../errors.ts';
import { WIDTH, wrap } from '../report/text.ts';
import { Session } from '../session/session.ts';
import type { Interruption } from './interruption.ts';
import { listRequirements } from './list-requirements.ts';
import { driverOption, filterOnly, onlyOption } from './options.ts';
import { paint } from './paint.ts';

/** One line: by which driver it can run here, or why not and how to have it. */
export async function availability(
  proxy: ProxyDeclaration,
  drivers: readonly Driver[],
): Promise<{ here: boolean; line: string; version?: string }> {
  const reasons: string[] = [];
  for (const driver of drivers) {
    try {
      const { version, source } = await driver.probe(proxy, undefined);
      return {
        here: true,
        version,
        line: `runs here (${driver.name}: ${[version, source].filter(Boolean).join(', ')})`,
      };
    } catch (error) {
      // As a run has it: what is wrong with one driver's program is said, and no other is taken in its place.
      if (error instanceof BenchError) return { here: false, line: error.message };
      if (!(error instanceof UnavailableError)) throw error;
      reasons.push(`${error.message}${error.bring === undefined ? '' : ` (to have it: ${error.bring})`}`);
    }
  }
  return { here: false, line: reasons.join('; ') };
}

function describe({ id, expected, why }: Lane | Chain): string {
  return `  ${id}\n${wrap([expected, why].filter(Boolean).join(': '), WIDTH, '      ')}`;
}

interface Options {
  driver: DriverName | 'auto';
  only?: string[];
  ids?: true;
}

async function list(ids: string[], options: Options, interruption: Interruption): Promise<void> {
  const catalogue = await loadCatalogue();
  if (ids.some(isOfSuite)) {
    const asked = options.ids === true ? `${selectRequirements(ids).map(idOf).join('\n')}\n` : undefined;
    return void process.stdout.write(asked ?? listRequirements(catalogue, ids));
  }
  const chosen = filterOnly<Lane | Chain>(
    [...selectLanes(catalogue, ids), ...selectChains(catalogue, ids)],
    options.only ?? [],
  );
  if (options.ids === true) return void process.stdout.write(`${chosen.map(({ id }) => id).join('\n')}\n`);
  const lanes = chosen.filter((item): item is Lane => !isChain(item));
  const chains = chosen.filter(isChain);
  await using session = await Session.open(interruption);
  const drivers = chooseDrivers(options.driver, session);
  const out: string[] = [];
  for (const [proxy, members] of Map.groupBy(lanes, ({ variant }) => variant.proxy)) {
    const { line } = await availability(proxy, drivers);
    out.push(paint('bold', wrap(`${proxy.name} ${line}`, WIDTH)), ...members.map(describe), '');
  }
  if (chains.length > 0)
    out.push(
      paint('bold', 'Chains of them, hop 1 nearest the client'),
      ...chains.map(
        (chain) => `${describe(chain)}\n${wrap(chain.path.map(({ id }) => id).join(' → '), WIDTH, '      ')}`,
      ),
      '',
    );
  out.push(`${chosen.length} lanes. \`unclog run ID\` judges one, \`unclog explain ID\` shows its config.`);
  process.stdout.write(`${out.join('\n')}\n`);
}

export function listCommand(interruption: Interruption): Command {
  return new Command('list')
    .description('lanes, what each proves, whether it can run here')
    .argument('[ids...]', "lanes or variants, globs too: 'nginx/*'; or requirements: 'rfc10036/*'")
    .addOption(onlyOption)
    .addOption(driverOption)
    .option('--ids', 'their ids alone, one a line: for a script, or to see how many there are')
    .action((ids: string[], options: Options) => list(ids, options, interruption));
}
