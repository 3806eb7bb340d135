import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import { QueryFailedError } from 'typeorm';
import { ImportEnvironment } from './config/import.environment.js';
import { readEnvironment } from './config/read-environment.js';
import { start } from './config/start.js';
import { isConnectionLost } from './database/mysql-errors.js';
import { Unavailable } from './errors/domain-error.js';
import { importText } from './patients/import-report.js';
import { type FileLine, readPatientFile, UnreadableFile } from './patients/patient-file.js';
import { PatientImportModule } from './patients/patient-import.module.js';
import { PatientImport } from './patients/patient-import.service.js';

const USAGE = `Usage: node dist/import-patients.js patients.csv [--dry-run]

Imports the patients of a CSV file: all but likely duplicates, or none if a line has a fault.
  --dry-run  write nothing, and report what the import would do`;

interface Arguments {
  readonly file: string;
  readonly isDryRun: boolean;
}

process.exitCode = 1;
const given = readArguments();
const lines = given && (await readLines(given.file));
if (given && lines) await start(() => run(lines, given.isDryRun));
// A failed start can leave connections open, which would keep the program running forever.
process.exit();

function readArguments(): Arguments | undefined {
  try {
    const options = { 'dry-run': { type: 'boolean' }, help: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.help) return showHelp();
    if (positionals.length === 1) return { file: positionals[0]!, isDryRun: values['dry-run'] ?? false };
  } catch {
    // An unknown option.
  }
  console.error(USAGE);
  return undefined;
}

function showHelp(): undefined {
  console.log(USAGE);
  process.exitCode = 0;
}

async function readLines(file: string): Promise<FileLine[] | undefined> {
  try {
    return readPatientFile(await readFile(file));
  } catch (error) {
    if (error instanceof UnreadableFile) console.error(error.message);
    else if ((error as { code?: unknown }).code === undefined) throw error;
    else if ((error as { code?: unknown }).code === 'ENOENT') console.error(`File ${file} not found.`);
    else console.error(`Clinica cannot read the file: ${(error as Error).message}.`);
    return undefined;
  }
}

async function run(lines: readonly FileLine[], isDryRun: boolean): Promise<void> {
  const context = await NestFactory.createApplicationContext(
    PatientImportModule.with(readEnvironment(ImportEnvironment)),
    { logger: false, abortOnError: false },
  );
  try {
    const onProgress = (count: number): void => console.error(`Checked ${count} of ${lines.length} lines`);
    const report = await context.get(PatientImport).run(lines, { isDryRun, onProgress });
    console.log(importText(report, isDryRun));
    if (report.faults.length === 0) process.exitCode = 0;
  } catch (error) {
    if (!(error instanceof QueryFailedError || error instanceof Unavailable) && !isConnectionLost(error))
      throw error;
    console.error(
      `The import did not finish: ${(error as Error).message} Check that the database runs and that the migration has ` +
        'been run, then import the file again: patients who are there already are left out.',
    );
  } finally {
    await context.close();
  }
}
