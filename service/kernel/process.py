"""What a serving process asks of its interpreter and of its machine, once, before it serves."""

import gc

try:
    import resource
except ImportError:  # not on Windows
    resource = None

# Objects that may be made, less those that went, before the young ones are looked at: some twenty requests' worth, a
# few megabytes at the most. What is in no cycle goes at once, as ever.
YOUNG_MAX = 10_000

# Many more than one event loop can serve; where the hard limit has no end, some programs walk over all of them.
DESCRIPTORS_MAX = 65_536


def keep_what_is_loaded() -> None:
    """Take everything there is now for lasting, which the garbage collector need not look at again.

    A process that serves has some 300 000 objects that live as long as it does: modules, statements, the URL table.
    Looking at all of them again and again held the event loop up for tens of milliseconds each time, and the young ones
    are looked at after every few hundred that are made, which a page of a list is already. Both together were a sixth
    of the processor's time of a list, and its slowest answers.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_MAX, *gc.get_threshold()[1:])


def raise_descriptor_limit() -> int:
    """Raise the soft limit of open files and sockets as far as this process may; how many it may have now.

    Soft limits are low (256 on macOS, 1024 on most Linux) for the sake of `select()`, which nothing here uses.
    """
    if resource is None:
        return DESCRIPTORS_MAX
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS_MAX if hard == resource.RLIM_INFINITY else min(hard, DESCRIPTORS_MAX)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return DESCRIPTORS_MAX if soft == resource.RLIM_INFINITY else soft
