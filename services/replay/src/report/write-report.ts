import type { Report } from '@vigil/domain/report/report';
import type { OutputFolder } from '../output-folder.ts';
import { attainmentTable, timesTable } from './csv.ts';
import { reportPage } from './html.ts';
import { reportFiles } from './report-files.ts';

/**
 * Writes a report into a folder: `report.html` to read, `report.json` with everything in it, and
 * `report.csv` and `report-times.csv` for spreadsheets.
 */
export async function writeReport(folder: OutputFolder, report: Report): Promise<void> {
  const contents: Readonly<Record<(typeof reportFiles)[number], () => string>> = {
    'report.html': () => reportPage(report),
    'report.json': () => JSON.stringify(report),
    'report.csv': () => attainmentTable(report),
    'report-times.csv': () => timesTable(report),
  };
  for (const name of reportFiles) {
    const file = await folder.file(name);
    await file.write(contents[name]());
  }
}
