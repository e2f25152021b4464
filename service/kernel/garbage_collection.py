"""What the garbage collector is spared.

A process that serves has some 300 000 objects that live as long as it does: modules, statements, the URL table. Python
looks at all of them again and again, which holds the event loop up for tens of milliseconds each time, and looks at the
young ones after every few hundred that are made, which a page of a list is already. Both together were a sixth of the
processor's time of a list, and its slowest answers.
"""

import gc

# Objects that may be made, less those that went, before the young ones are looked at: some twenty requests' worth, a
# few megabytes at the most. What is in no cycle goes at once, as ever.
YOUNG_MAX = 10_000


def keep_what_is_loaded() -> None:
    """Count everything there is now as lasting. To be called once, when the process is about to serve."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, *gc.get_threshold()[1:])
