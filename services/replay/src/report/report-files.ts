/** The files of a report. */
export const reportFiles = [
  'report.html',
  'report.json',
  'report.csv',
  'report-times.csv',
] as const;
