"""Reading what strangers wrote, in processes that can be killed: no parser of such things can be trusted to end.

A reader is a module that is run by `python -m`. It answers one request at a time, within a time and a memory limit,
and handles no error of its own: whatever goes wrong in there ends it, and its owner starts another.

pool       the owner's side: at most so many processes, each killed when it is late, breaks, or its caller leaves
process    one of them: started, asked, killed
protocol   what goes between them, and the process's side: requests from standard input, answers to standard output,
           an alarm and a memory limit
"""
