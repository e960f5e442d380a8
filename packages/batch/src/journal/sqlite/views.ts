/** A column of milliseconds as people and SQLite's date functions read it, in UTC. */
function time(column: string): string {
  return `strftime('%Y-%m-%dT%H:%M:%fZ', ${column} / 1000.0, 'unixepoch')`;
}

/** What a task has spent; the parts that are known, and whether there are others. */
const SPENT = `tasks.input_tokens, tasks.output_tokens, tasks.model_calls,
  tasks.cost_nano_usd / 1e9 AS cost_usd, tasks.usage_unknown, tasks.cost_unknown`;

/**
 * What people may rely on who read a journal with plain SQL; the tables behind them may change. Part of
 * a migration and as such never edited: a later one drops them and makes them anew.
 */
export const VIEWS: string = `CREATE VIEW v_run AS
SELECT body ->> '$.record.run' AS run, body ->> '$.record.root' AS root,
  body ->> '$.record.base' AS base, body ->> '$.record.target' AS target,
  body ->> '$.record.tool' AS tool, body ->> '$.record.workers' AS workers,
  ${time("at")} AS begun_at
FROM marks JOIN transitions USING (sequence) WHERE type = 'run.begun';
CREATE VIEW v_history AS
SELECT sequence, ${time("at")} AS at, type, task, nullif(token, 0) AS attempt, body
FROM transitions;
CREATE VIEW v_tasks AS
SELECT tasks.task, plan.body ->> '$.index' AS position, plan.body -> '$.files' AS files,
  plan.body ->> '$.prompt' AS prompt,
  CASE WHEN tasks.outcome IS NOT NULL THEN 'ended' WHEN tasks.withdrawn THEN 'withdrawn'
    ELSE 'open' END AS state,
  tasks.outcome, tasks.token AS attempts, ${SPENT}, ${time("newest.at")} AS changed_at
FROM tasks
JOIN transitions AS plan ON plan.sequence = tasks.planned
JOIN transitions AS newest ON newest.sequence = tasks.last;
CREATE VIEW v_outcomes AS
SELECT tasks.task, ending.body ->> '$.index' AS position, ending.body -> '$.files' AS files,
  tasks.outcome, ending.body ->> '$.reason.message' AS reason,
  ending.body ->> '$.reason.failureClass' AS failure_class,
  ending.body ->> '$.evidence.commit' AS "commit",
  ending.body ->> '$.evidence.parkedRef' AS parked_ref,
  tasks.token AS attempts, ending.body ->> '$.tookMs' AS took_ms, ${SPENT},
  ${time("ending.at")} AS ended_at
FROM tasks JOIN transitions AS ending ON ending.sequence = tasks.last
WHERE tasks.outcome IS NOT NULL;
CREATE VIEW v_attempts AS
SELECT task, token AS attempt,
  ${time("min(at) FILTER (WHERE type = 'attempt.opened')")} AS opened_at,
  ${time("max(at) FILTER (WHERE type <> 'attempt.opened')")} AS ended_at,
  max(coalesce(outcome, body ->> '$.outcome')) AS outcome,
  max(body ->> '$.sequel') AS sequel,
  max(body ->> '$.reason.message') AS reason,
  max(coalesce(body ->> '$.result.evidence.commit', body ->> '$.evidence.commit')) AS "commit"
FROM transitions
WHERE token > 0
  AND type IN ('attempt.opened', 'attempt.committed', 'attempt.failed', 'task.ended')
GROUP BY task, token;
CREATE VIEW v_damages AS
SELECT ${time("at")} AS at, sequence, message, kept FROM damages;`;
