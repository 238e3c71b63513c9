/** Every endpoint, in the order in which the reference tells them. */

import { accountEndpoints, auditEndpoints } from './accounts.ts'
import { bulkEndpoints, deliveryEndpoints } from './deliveries.ts'
import type { Endpoint } from './endpoint.ts'
import { groupEndpoints } from './groups.ts'
import { hookEndpoints } from './hooks.ts'
import { peopleEndpoints } from './people.ts'

export const endpoints: readonly Endpoint[] = [
  ...deliveryEndpoints,
  ...bulkEndpoints,
  ...groupEndpoints,
  ...peopleEndpoints,
  ...accountEndpoints,
  ...hookEndpoints,
  ...auditEndpoints,
]
