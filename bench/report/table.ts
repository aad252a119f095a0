/** Tables without borders: their rows are to be read, and to be copied into an issue. Pure. */

import Table from 'cli-table3';

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
    'middle',
  ].map((part) => [part, '']),
);

/** @param gap spaces behind each cell. */
export function borderless(
  columns: Pick<Table.TableConstructorOptions, 'colWidths' | 'colAligns' | 'wordWrap'>,
  gap = 0,
): Table.Table {
  return new Table({
    chars: NO_BORDERS,
    style: { 'padding-left': 0, 'padding-right': gap, head: [], border: [] },
    ...columns,
  });
}
