/** Which drivers a run may use, in order of preference. */

import type { Session } from '../session/session.ts';
import { DockerDriver } from './docker.ts';
import type { Driver, DriverName } from './driver.ts';
import { NativeDriver } from './native.ts';

/** `auto`: containers where an engine answers and has or can pull the images, else this machine's programs. */
export function chooseDrivers(name: DriverName | 'auto', session: Session): Driver[] {
  switch (name) {
    case 'native':
      return [new NativeDriver(session)];
    case 'docker':
      return [new DockerDriver(session)];
    case 'auto':
      return [new DockerDriver(session), new NativeDriver(session)];
  }
}
