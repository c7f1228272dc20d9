"""Procrastinate's own housekeeping: jobs of dead workers, and jobs that failed long ago."""

from procrastinate import App, JobContext
from procrastinate.exceptions import UniqueViolation
from procrastinate.jobs import Status

STALLED = 5.0  # seconds without a heartbeat after which a worker counts as dead
_KEPT_HOURS = 72  # of a failed job, for whoever looks into it


def register_housekeeping(app: App, queue: str) -> None:
    """Add the tasks to the app."""

    @app.periodic(cron="* * * * * */5")
    @app.task(name="retry_stalled", queue=queue, queueing_lock="retry_stalled", pass_context=True)
    async def retry_stalled(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - every periodic task gets it
        await _retry_stalled(context.app, queue)

    @app.periodic(cron="43 * * * *")
    @app.task(name="forget_failed_jobs", queue=queue, queueing_lock="forget_failed_jobs", pass_context=True)
    async def forget_failed_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - as above
        await context.app.job_manager.delete_old_jobs(
            nb_hours=_KEPT_HOURS, include_failed=True, include_cancelled=True, include_aborted=True, queue=queue
        )


async def _retry_stalled(app: App, queue: str) -> None:
    """Give the jobs of dead workers to living ones."""
    for job in await app.job_manager.get_stalled_jobs(queue=queue, seconds_since_heartbeat=STALLED):
        try:
            await app.job_manager.retry_job(job)
        except UniqueViolation:  # Of its queueing lock: a younger job of the kind waits already and does the same work.
            await app.job_manager.finish_job(job, status=Status.ABORTED, delete_job=True)
