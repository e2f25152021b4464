"""What a running process says of itself.

task_tree   the work that lives right now, behind `GET /debug/tasks`
logs        one JSON line per event on standard error, with the request's id
metrics     counters and histograms for Prometheus, and the event loop's lag

The tree's names stand here; logs and metrics are imported from their own files, for their vendors cost start-up time
that a branch of work need not pay.
"""

from service.kernel.telemetry.task_tree import TaskTree, TrackedTask, doing, track

__all__ = ["TaskTree", "TrackedTask", "doing", "track"]
