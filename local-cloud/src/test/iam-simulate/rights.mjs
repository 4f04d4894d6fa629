import { readFileSync } from 'node:fs'
import { runSimulation } from '@cloud-copilot/iam-simulate'

// Reads cases as a list of JSON and prints what the simulator decides on each, a line of JSON each.
for (const one of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
  const result = await runSimulation(
    {
      request: {
        principal: one.principal,
        action: one.action,
        resource: { resource: one.resource, accountId: one.resourceAccount },
        contextVariables: one.context
      },
      identityPolicies: one.identityPolicies.map((policy, index) => ({ name: `policy${index}`, policy })),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
      resourcePolicy: one.resourcePolicy ?? undefined
    },
    { simulationMode: 'Strict' }
  )
  console.log(
    JSON.stringify({
      decision: result.overallResult ?? result.resultType,
      ignored: result.result?.ignoredContextKeys ?? [],
      errors: result.errors ?? null
    })
  )
}
