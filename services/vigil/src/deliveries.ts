import type { Delivery } from '@vigil/deployment/rehearsal';
import { later } from '@vigil/domain/time/instant';
import { readFacts } from '@vigil/event-log/files/read-facts';
