import { availableAppointments } from '../../availability/evaluate.js';
import { ClinicDay } from '../../time/clinic-day.js';
import { addDays, dayOfWeek } from '../../time/clinic-time.js';
import type { EpochMs } from '../../time/interval.js';
import { overlaps } from '../../time/interval.js';
import { leavesNoGap } from './compactness.js';
import { compareStarts, type FreeTime, freeTimeOf } from './free-time.js';
import type { RequestedTimes } from './requested-times.js';
import type { SchedulesOfRange, SearchedSchedule } from './searched-schedules.js';
import { Turns } from './turns.js';

/** Evaluates the schedules of a search, date by date, as far as somebody asks for more. */
export class TimesScan {
  private readonly turns = new Turns();
  private windowSeen = false;

  constructor(
    private readonly requested: Pick<RequestedTimes, 'within' | 'weekdays'>,
    private readonly isCompact = false,
  ) {}

  /** Whether a window of any scanned date serves the request. */
  get hasWindows(): boolean {
    return this.windowSeen;
  }

  /** The free times in ascending order of their starts, those of one moment by doctor; a date of all doctors at once. */
  async *batches(
    schedules: AsyncIterable<SchedulesOfRange>,
  ): AsyncGenerator<readonly FreeTime[], void, void> {
    // A date begins at different moments in different zones: what a later date of another doctor may precede must wait.
    let waiting: FreeTime[] = [];
    for await (const { from, to, doctors } of schedules) {
      const isPointless = doctors.every(({ isRefused }) => isRefused);
      const zones = [...new Set(doctors.map(({ schedule }) => schedule.timezone))];
      for (let date = from; date <= to; date = addDays(date, 1)) {
        if (isPointless && this.windowSeen) return;
        const found = await this.timesOn(date, doctors);
        if (found.length === 0 && waiting.length === 0) continue;
        const next = startOf(addDays(date, 1), zones);
        const all = [...waiting, ...found];
        waiting = all.filter(({ startsAt }) => startsAt >= next);
        yield all.filter(({ startsAt }) => startsAt < next).sort(compareStarts);
      }
    }
    if (waiting.length > 0) yield waiting.sort(compareStarts);
  }

  private async timesOn(date: string, doctors: readonly SearchedSchedule[]): Promise<FreeTime[]> {
    if (this.turns.isOver()) await this.turns.next();
    const { within, weekdays } = this.requested;
    if (weekdays && !weekdays.has(dayOfWeek(date))) return [];
    const times: FreeTime[] = [];
    for (const doctor of doctors) {
      if (this.turns.isOver()) await this.turns.next();
      if (date < doctor.dates.first || date > doctor.dates.last) continue;
      if (doctor.isRefused && this.windowSeen) continue;
      if (!doctor.schedule.windowsOn(date).some((window) => overlaps(window, within))) continue;
      this.windowSeen = true;
      if (!doctor.isRefused) times.push(...this.timesOf(doctor, date));
    }
    return times;
  }

  private timesOf(doctor: SearchedSchedule, date: string): FreeTime[] {
    const { doctorId, schedule, who, durationMinutes, shortestMinutes } = doctor;
    const appointments = availableAppointments(schedule, date, durationMinutes, who, this.requested.within);
    const { timezone } = schedule;
    return appointments.map((appointment) => {
      const isFirst =
        !this.isCompact || leavesNoGap(appointment, schedule.on(date), who.parameters, shortestMinutes);
      return freeTimeOf(appointment, { doctorId, date, timezone, tier: isFirst ? 0 : 1 });
    });
  }
}

/** The first moment of a date in any of these time zones. */
function startOf(date: string, zones: readonly string[]): EpochMs {
  return Math.min(...zones.map((zone) => ClinicDay.of(date, zone).interval.start));
}
